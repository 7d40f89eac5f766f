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
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/faults/slurm_campaign.sh
. "$here/slurm_campaign.sh"

if (($# < 2)); then
    echo "usage: tests/faults/slurm.sh PROGRAM PYTHON [--one-node]" >&2
    echo "  PROGRAM is the built athanor; PYTHON has zarr and numpy" >&2
    exit 2
fi
several=2
[[ "${3:-}" != --one-node ]] || several=1
slurm_campaign "$1" "$2" "$several"

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
