#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# A real Slurm on this machine, of two nodes where network namespaces are allowed and else of one,
# runs what `athanor slurm` writes: a campaign of three ranks is preempted in the middle, ends with
# code 75, is requeued, goes on, and must give the rows of an undisturbed run in one process, bit
# for bit, with srun and with mpirun. At the bound on requeues it stays away from the queue. An
# array of jobs and the job that joins its shards give the same rows.
# Exit code 77, which ctest counts as skipped, where there is no Slurm or no root.
# Functions are called through check and within.
# shellcheck disable=SC2317
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/support/slurm.sh
. "$here/../support/slurm.sh"
# shellcheck source=tests/faults/campaign.sh
. "$here/campaign.sh"

if (($# < 2)); then
    echo "usage: tests/faults/slurm.sh PROGRAM PYTHON [--one-node]" >&2
    echo "  PROGRAM is the built athanor; PYTHON has zarr and numpy" >&2
    exit 2
fi
athanor=$(realpath "$1") || exit 2
python=$2
missing=$(slurm_missing)
if [[ -n "$missing" ]]; then
    echo "skipped: $missing (launch/install_packages.sh --tests installs what is needed)"
    exit 77
fi

# Nodes have their own /dev/shm, and munged wants folders that others can enter.
folder=$(mktemp -d /tmp/athanor-slurm-XXXXXX) || exit 1
chmod 755 "$folder"
trap 'slurm_down; rm -rf "$folder"' EXIT
nodes=2
if [[ "${3:-}" == --one-node ]]; then
    nodes=1
elif ! slurm_hosts_up 2 > "$folder/why" 2>&1; then
    echo "network namespaces are not allowed here ($(tail -n 1 "$folder/why")): one node"
    nodes=1
fi
slurm_hosts_down
slurm_up "$folder/slurm" "$nodes" $((5 - nodes)) || exit 1

failed=0
check() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@"; then
        echo "ok: $what"
    else
        echo "FAILED: $what"
        [[ ! -e "$campaign/log" ]] || sed 's/^/    /' "$campaign/log"
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
        "$python" "$here/../support/same_rows.py" "$expected/out/$store.zarr" \
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

# preempted LAUNCHER: warned in the middle, requeued, finished.
preempted() {
    new_campaign "$1"
    local job script="$campaign/the job.sbatch"
    # shellcheck disable=SC2016 # of the job's shell
    "$athanor" slurm "$campaign/campaign.json" --nodes "$nodes" --launcher "$1" \
        --name "the campaign" --time 10 --warning 60 --gpus-per-node 2 \
        --line 'echo "devices $SLURM_GPUS_ON_NODE"' --output "$script" > /dev/null
    job=$(submit "$script")
    check "$1: it is warned in the middle" preempt "$job"
    check "$1: it goes back into the queue" within 30 is_pending "$job"
    check "$1: with code 75, after a checkpoint" has_line 'interrupted by SIGUSR1'
    check "$1: and says so" has_line 'requeue 1 of at most 20'
    check "$1: it is started again" start_now "$job"
    check "$1: it ends" within 60 is_over "$job"
    check "$1: with code 0" test "$(exit_code_of "$job")" == 0
    check "$1: in a second start" has_line "job $job, start 2, 3 ranks"
    check "$1: with the devices of its node" has_line "^devices 2"
    check "$1: that went on with samples in the middle" \
        has_line ' [1-9][0-9]* in the middle'
    check "$1: the rows of the undisturbed run" same_rows
}
preempted srun-pmix
preempted mpirun

# By hand, with the script for that.
new_campaign bound
job=$(ATHANOR=$athanor MAX_REQUEUES=0 submit --nodes="$nodes" --ntasks=3 \
    "$here/../../launch/slurm/campaign.sbatch" "$campaign/campaign.json" --progress plain)
check "bound on requeues: it is warned in the middle" preempt "$job"
check "bound on requeues: it ends" within 30 is_over "$job"
check "bound on requeues: with code 75" test "$(exit_code_of "$job")" == 75
check "bound on requeues: and says so" has_line 'is not requeued after 0 times'

# An srun that could not start anybody and says nothing of it, as it does now and then.
new_campaign unstarted
job=$("$athanor" slurm "$campaign/campaign.json" --line 'srun() { true; }' | submit)
check "no rank begins: the job ends" within 30 is_over "$job"
check "no rank begins: with code 1" test "$(exit_code_of "$job")" == 1
check "no rank begins: and says so" has_line 'no rank has begun'

# Two shards as jobs of one process each, and the job that joins them when both are over.
new_campaign array
"$athanor" slurm "$campaign/campaign.json" --ranks 1 --array 2 \
    --set /checkpoint/interval_seconds=1 --output "$campaign/array.sbatch" > "$campaign/how"
check "array: says how it is submitted" grep -q "^job=.*sbatch --parsable" "$campaign/how"
job=$(submit "$campaign/array.sbatch")
merge=$(submit "--dependency=afterany:$job" "$campaign/array.merge.sbatch")
check "array: its jobs and the one that joins them end" within 60 is_over "$merge"
check "array: with code 0" test "$(state_of "$job") $(state_of "$merge")" == "COMPLETED COMPLETED"
check "array: the rows of the undisturbed run" same_rows
exit "$failed"
