#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# A node of a Slurm job is lost in the middle of a campaign: its network first, so that nobody hears
# of it, then all of its processes. The job must leave that node in bounded time and be requeued,
# whether Slurm or the campaign notices first, and when the node is back it must give the rows of an
# undisturbed run in one process, bit for bit.
# Exit code 77, which ctest counts as skipped, where there is no Slurm, no root or no second node.
# Functions are called through check and within.
# shellcheck disable=SC2317
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/faults/slurm_campaign.sh
. "$here/slurm_campaign.sh"

if (($# < 2)); then
    echo "usage: tests/faults/slurm_node_loss.sh PROGRAM PYTHON" >&2
    echo "  PROGRAM is the built athanor; PYTHON has zarr and numpy" >&2
    exit 2
fi
slurm_campaign "$1" "$2" 2
if ((nodes < 2)); then
    echo "skipped: a node of one cannot be lost"
    exit 77
fi

lose_node() {
    ip link set "ats$slurm_id.$1" down
    ip netns pids "ats$slurm_id-$1" | xargs -r kill -9
}
is_up() { [[ "$(sinfo -h -N -n "$1" -o %T)" =~ ^(idle|mixed|allocated|completing)$ ]]; }
node_is_back() {
    rm -rf "$slurm_folder"/{spool,pmix}-node"$1" # what its steps were at has gone with it
    ip link set "ats$slurm_id.$1" up
    slurm_start_node "$1" 2 && within 30 is_up "node$1"
}

# Slurm may have begun with it as soon as the node was back.
begins_again() { within 5 has_line 'start 2, ' || start_now "$1" || has_line 'start 2, '; }

# lost LAUNCHER STALL_TIMEOUT: the second node goes; the first one has the script.
lost() {
    new_campaign "$1-$2"
    local job script="$campaign/job.sbatch" begun
    "$athanor" slurm "$campaign/campaign.json" --nodes 2 --launcher "$1" --time 10 --warning 60 \
        --set "/stall_timeout_seconds=$2" --output "$script" > /dev/null
    job=$(submit "$script")
    check "$1, $2 s: it is in the middle" within 30 has_rows
    lose_node 2
    begun=$(date +%s)
    check "$1, $2 s: it goes back into the queue" within 100 is_pending "$job"
    echo "    $(($(date +%s) - begun)) s after the loss of its node"
    check "$1, $2 s: its stores are whole" stores_open "$campaign/out"
    check "$1, $2 s: the node comes back" node_is_back 2
    check "$1, $2 s: it is started again" begins_again "$job"
    check "$1, $2 s: it ends" within 60 is_over "$job"
    check "$1, $2 s: with code 0" test "$(exit_code_of "$job")" == 0
    check "$1, $2 s: in a second start" has_line "job $job, start 2, 3 ranks"
    check "$1, $2 s: the rows of the undisturbed run" same_rows
}
lost srun-pmix 5     # the campaign notices first, as where SlurmdTimeout is minutes
lost srun-pmix 1000  # Slurm notices first: SlurmdTimeout is 30 s here
exit "$failed"
