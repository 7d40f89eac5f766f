# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# Sourced, not run: a Slurm, a campaign of three ranks, and what the tests ask of jobs that run it.
#   slurm_campaign PROGRAM PYTHON NODES   exits with 77 where there is no Slurm or no root
# NODES is 2, or 1 for a Slurm of one node; where network namespaces are not allowed it is one, too.
# Sets athanor, python, folder, nodes, expected (a folder with the undisturbed run) and failed.
# Functions are called through check and within.
# shellcheck disable=SC2317
faults=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/support/slurm.sh
. "$faults/../support/slurm.sh"
# shellcheck source=tests/faults/campaign.sh
. "$faults/campaign.sh"
failed=0

slurm_campaign() {
    local missing
    athanor=$(realpath "$1") || exit 2
    python=$2
    nodes=$3
    missing=$(slurm_missing)
    if [[ -n "$missing" ]]; then
        echo "skipped: $missing (launch/install_packages.sh --tests installs what is needed)"
        exit 77
    fi
    # Nodes have their own /dev/shm, and munged wants folders that others can enter.
    folder=$(mktemp -d /tmp/athanor-slurm-XXXXXX) || exit 1
    chmod 755 "$folder"
    trap 'slurm_down; rm -rf "$folder"' EXIT
    if ((nodes > 1)) && ! slurm_hosts_up "$nodes" > "$folder/why" 2>&1; then
        echo "network namespaces are not allowed here ($(tail -n 1 "$folder/why")): one node"
        nodes=1
    fi
    slurm_hosts_down
    slurm_up "$folder/slurm" "$nodes" $((5 - nodes)) || exit 1
    # A campaign that takes some seconds, and what it gives undisturbed.
    expected=$folder/expected
    mkdir "$expected"
    make_campaign "$expected" 3 12 24000
    sed -i 's/"frequency": 20/"frequency": 400/g
        s/"quarantine"/"checkpoint": {"path": "out\/checkpoint", "interval_seconds": 5}, &/' \
        "$expected/campaign.json"
    campaign=$expected
    check "the undisturbed run in one process" \
        "$athanor" run "$expected/campaign.json" --progress off
}

check() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@"; then
        echo "ok: $what"
    else
        echo "FAILED: $what"
        [[ ! -e "$campaign/log" ]] || sed 's/^/    /' "$campaign/log"
        # shellcheck disable=SC2034 # the scripts end with it
        failed=1
    fi
}
# Of a job, or of all of an array: "PENDING RUNNING".
state_of() {
    scontrol show job "$1" 2> /dev/null | sed -n 's/.*JobState=\([A-Z]*\).*/\1/p' | sort -u |
        paste -s -d ' '
}
# within SECONDS COMMAND...: waits until it succeeds.
within() {
    local end=$(($(date +%s) + $1))
    shift
    until "$@"; do
        (($(date +%s) < end)) || return 1
        sleep 0.1
    done
}
is_pending() { [[ "$(state_of "$1")" == PENDING ]]; }
is_over() { [[ "$(state_of "$1")" =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT)$ ]]; }
has_rows() { [[ -s "$campaign/out/md_1.csv" ]]; }
has_line() { grep -q "$1" "$campaign/log"; }
exit_code_of() { scontrol show job "$1" | sed -n 's/.*ExitCode=\([0-9]*\):.*/\1/p' | head -n 1; }
same_rows() {
    local store
    for store in trajectory "done"; do
        "$python" "$faults/../support/same_rows.py" "$expected/out/$store.zarr" \
            "$campaign/out/$store.zarr" || return 1
    done
}
# new_campaign NAME: a folder of its own, whose name has a blank and a quote in it.
new_campaign() {
    campaign="$folder/it's $1"
    mkdir "$campaign"
    cp "$expected"/{in.extxyz,campaign.json} "$campaign"
}
# submit SCRIPT...: prints the number of the job.
submit() { timeout 20 sbatch --parsable --output="$campaign/log" "$@"; }
preempt() { # JOB: as Slurm does before the time limit
    within 30 has_rows && timeout 20 scancel --signal=USR1 --batch "$1"
}
# Slurm lets two minutes pass before a job is started again, in which its daemons clear away what
# was there for the first start: the sockets of its steps, and its credential, which is told from a
# new one by the second in which it was given.
no_step_is_left() { ! compgen -G "$slurm_folder/spool-node*/*[._]$1.[0-9b]*" > /dev/null; }
start_now() {
    within 20 no_step_is_left "$1" && sleep 2 && timeout 20 scontrol update "JobId=$1" StartTime=now
}
