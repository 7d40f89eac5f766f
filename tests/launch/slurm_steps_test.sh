#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# usage: slurm_steps_test.sh CAMPAIGN.sbatch
# The steps that every batch script has, with stand-ins for srun, scontrol and the program that do
# on request what a cluster does now and then. tests/faults/slurm.sh runs them on a real Slurm.
# shellcheck disable=SC2016 # of the stand-ins' shells
set -uo pipefail
script=$1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/bin" "$folder/tmp"

# srun: what it was told is kept, and one rank is started.
cat > "$folder/bin/srun" << 'END'
#!/bin/bash
echo "$*" > "$RECORD/srun"
while [[ "$1" == --* ]]; do shift; done
exec "$@"
END
# scontrol requeue: refuses as often as $REFUSALS says. scontrol show: two nodes, of which the
# second takes no connections while $RECORD/silent is there.
cat > "$folder/bin/scontrol" << 'END'
#!/bin/bash
case "$*" in
    "show config") echo "SlurmdPort              = $PORT" ;;
    "--oneliner show nodes n[1-2]")
        echo "asked" >> "$RECORD/asked"
        echo "NodeName=n1 Arch=x86_64 NodeAddr=127.0.0.1 NodeHostName=n1 State=ALLOCATED"
        other=$PORT
        [[ ! -e "$RECORD/silent" ]] || other=1
        echo "NodeName=n2 Arch=x86_64 NodeAddr=127.0.0.1 NodeHostName=n2 Port=$other"
        ;;
    *)
        echo "$*" >> "$RECORD/scontrol"
        (($(wc -l < "$RECORD/scontrol") > ${REFUSALS:-0})) || { echo "too busy" >&2; exit 1; }
        ;;
esac
END
# The pauses between attempts take no time here.
printf '#!/bin/bash\necho "$*" >> "$RECORD/sleep"\n' > "$folder/bin/sleep"
printf '#!/bin/bash\necho "$*" > "$RECORD/athanor"\n%s\nexit "${CODE:-0}"\n' \
    '[[ -z "${LOST:-}" ]] || : > "$RECORD/silent"' > "$folder/bin/athanor"
chmod +x "$folder"/bin/*

# What takes connections, as a node's slurmd does.
python3 -c 'import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True: server.accept()[0].close()' > "$folder/port" &
server=$!
trap 'kill "$server"; rm -rf "$folder"' EXIT
until [[ -s "$folder/port" ]]; do sleep 0.05; done

failed=0
# run NAME VARIABLE=VALUE...: a job; its code is in $code, what it said in $record/said.
run() {
    record="$folder/$1"
    mkdir "$record"
    shift
    env PATH="$folder/bin:$PATH" RECORD="$record" PORT="$(< "$folder/port")" SLURM_JOB_ID=7 \
        SLURM_NTASKS=2 TMPDIR="$folder/tmp" "$@" bash "$script" campaign.json > "$record/said" 2>&1
    code=$?
}
expect() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@"; then
        echo "ok: $what"
    else
        echo "FAILED: $what"
        sed 's/^/    /' "$record/said"
        failed=1
    fi
}
lines_of() { if [[ -e "$record/$1" ]]; then wc -l < "$record/$1"; else echo 0; fi; }

run plain
expect "a campaign that is done: code 0" test "$code" == 0
expect "it was told to go on where there is something" \
    grep -qx 'run campaign.json --resume' "$record/athanor"
expect "without devices nothing is said of them" bash -c "! grep -q gpu '$record/srun'"

run devices SLURM_GPUS_ON_NODE=4
expect "every rank sees all devices of its node" grep -q -- ' --gpu-bind=none ' "$record/srun"

run no_tmpdir TMPDIR="$folder/not/there"
expect "a TMPDIR that this node does not have: code 0" test "$code" == 0
expect "and a rank began" test -s "$record/athanor"

run requeued CODE=75
expect "after a warning: code 75" test "$code" == 75
expect "asks once to be requeued" test "$(lines_of scontrol)" == 1
expect "by its number" grep -qx 'requeue 7' "$record/scontrol"

run array CODE=75 SHARDS=4 SLURM_ARRAY_JOB_ID=5 SLURM_ARRAY_TASK_ID=2
expect "of an array, that of the array and its own" grep -qx 'requeue 5_2' "$record/scontrol"
expect "which takes its shard" grep -q -- '--shard 2/4' "$record/athanor"

run busy CODE=75 REFUSALS=2
expect "a controller that is busy twice: code 75" test "$code" == 75
expect "is asked three times" test "$(lines_of scontrol)" == 3
expect "after pauses" test "$(lines_of sleep)" == 2
expect "and says that it goes on" grep -q 'goes on later: requeue 1 of' "$record/said"

run refused CODE=75 REFUSALS=99
expect "a controller that refuses for good: code 75" test "$code" == 75
expect "and what to do" grep -q 'does not requeue it .* submit it again' "$record/said"

run bound CODE=75 MAX_REQUEUES=3 SLURM_RESTART_COUNT=3
expect "at the bound: code 75" test "$code" == 75
expect "nobody is asked" test "$(lines_of scontrol)" == 0

two_nodes=(SLURM_JOB_NUM_NODES=2 "SLURM_JOB_NODELIST=n[1-2]")
run lost CODE=4 "${two_nodes[@]}" LOST=1
expect "a failure with a node that answers no more: code 75" test "$code" == 75
expect "asks to be requeued" grep -qx 'requeue 7' "$record/scontrol"
expect "and says why" grep -q 'code 4, and these nodes do not answer any more: n2$' "$record/said"
run answers CODE=4 "${two_nodes[@]}"
expect "a failure with nodes that answer: code 4" test "$code $(lines_of scontrol)" == "4 0"
run one_node CODE=4 SLURM_JOB_NUM_NODES=1 "SLURM_JOB_NODELIST=n1" LOST=1
expect "a failure on one node asks nobody" test "$code $(lines_of asked)" == "4 0"
run mute CODE=4 "${two_nodes[@]}" PORT=1
expect "nodes that never answered are not lost" test "$code $(lines_of scontrol)" == "4 0"
run own_reasons CODE=5 "${two_nodes[@]}" LOST=1
expect "what ended for reasons of its own is over" test "$code $(lines_of scontrol)" == "5 0"
run lost_for_good CODE=4 "${two_nodes[@]}" LOST=1 MAX_REQUEUES=3 SLURM_RESTART_COUNT=3
expect "at the bound it stays away too" test "$code $(lines_of scontrol)" == "75 0"

run quarantine CODE=5
expect "samples in quarantine: code 5" test "$code" == 5
run wrong CODE=2
expect "a wrong configuration is not tried again" test "$code $(lines_of scontrol)" == "2 0"
exit "$failed"
