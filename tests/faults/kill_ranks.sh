#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# Kills or stops one rank of four at a random moment of a campaign, over and over. Each job must end
# by itself within 30 s of the fault with a code that is not 0 and a message that names the rank,
# leave no process behind, and every store must open.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/faults/campaign.sh
. "$here/campaign.sh"
# shellcheck source=launch/mpi_environment.sh
. "$here/../../launch/mpi_environment.sh"

ranks=4
kills=6
stops=3
within=3000
seed=$((RANDOM * 32768 + RANDOM))
longest_seconds=30
# A rank that is stopped while MPI starts or ends is noticed by a limit of its own.
start_limit_seconds=60
transport=host

usage() {
    cat << 'END'
usage: tests/faults/kill_ranks.sh PROGRAM [--kills N] [--stops N] [--seed S] [--within MS]
       [--nccl FOLDER]
  PROGRAM  the built athanor
  --kills  cases of SIGKILL, 6 when left out
  --stops  cases of SIGSTOP, with a stall timeout of 2 s, 3 when left out
  --within the fault comes so many milliseconds after the rank's start at most, 3000 when left out
  --nccl   samples go by NCCL; FOLDER has the CUDA and NCCL libraries to take, stand-ins for example
  --seed   of the ranks and moments; printed, and another one each time when left out
END
}

(($# > 0)) || { usage >&2; exit 2; }
athanor=$(realpath "$1") || exit 2
shift
while (($# > 0)); do
    case "$1" in
        --kills) kills=$2; shift 2 ;;
        --stops) stops=$2; shift 2 ;;
        --seed) seed=$2; shift 2 ;;
        --within) within=$2; shift 2 ;;
        --nccl) transport=nccl; export LD_LIBRARY_PATH=$2; shift 2 ;;
        *) usage >&2; exit 2 ;;
    esac
done
echo "seed $seed: $kills SIGKILL, $stops SIGSTOP over $ranks ranks"
RANDOM=$((seed % 32768))

athanor_mpi_environment "$ranks"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Half of the cases meet a campaign that would go on for hours, half one that may end before.
make_campaign "$folder" "$ranks" 60 100000000
mv "$folder/campaign.json" "$folder/endless.json"
make_campaign "$folder" "$ranks" 60 600

milliseconds() { date +%s%3N; }
failures=0 too_late=0 slowest=0
fail() {
    echo "case $1 ($2 rank $3 after $4 ms, $5): $6"
    sed 's/^/    /' "$folder/log"
    failures=$((failures + 1))
}

# one_case NUMBER SIGNAL: gives 1 when the job was over before the signal came.
one_case() {
    local number=$1 signal=$2 rank=$((RANDOM % ranks)) delay=$((RANDOM % within))
    local config=endless.json launcher pid code begin took left
    ((number % 2 == 0)) && config=campaign.json
    rm -rf "$folder/out"
    (cd "$folder" && exec timeout -k 5 120 mpirun -n "$ranks" "$athanor" run "$config" \
        --progress off --set /stall_timeout_seconds=2 --set "/buffers/transport=$transport" \
        > log 2>&1) &
    launcher=$!
    while pid=$(ranks_below "$launcher" | sed -n "s/ $rank\$//p") && [[ -z "$pid" ]]; do
        kill -0 "$launcher" 2> /dev/null || { wait "$launcher"; return 1; }
        sleep 0.02
    done
    sleep "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))"
    begin=$(milliseconds)
    kill -"$signal" "$pid" 2> /dev/null || { wait "$launcher"; return 1; }
    local phase=campaign limit=$longest_seconds
    [[ -e "$folder/out" ]] || { phase=start limit=$((start_limit_seconds + longest_seconds)); }
    wait "$launcher"
    code=$?
    took=$(($(milliseconds) - begin))
    left=$(ranks_below $$)
    if grep -q 'come to the end of MPI' "$folder/log" ||
        { [[ "$signal" == STOP ]] && grep -q "rank $rank .* signal 9" "$folder/log"; }; then
        phase=end limit=$((start_limit_seconds + longest_seconds))
    fi
    # It had done its work, and the launcher no longer cared.
    ((code == 0)) && [[ "$config" == campaign.json ]] && return 1
    local what=("$number" "$signal" "$rank" "$delay" "$config, $phase")
    if ((code == 0)); then
        fail "${what[@]}" "ended with code 0"
    elif ((code == 124 || took > limit * 1000)); then
        fail "${what[@]}" "took $took ms, code $code"
    elif [[ -n "$left" ]]; then
        fail "${what[@]}" "left processes behind: $left"
    elif [[ "$phase" == campaign ]] && ! grep -qE "rank $rank\b" "$folder/log"; then
        fail "${what[@]}" "no message names rank $rank"
    elif ! stores_open "$folder/out" > "$folder/stores"; then
        fail "${what[@]}" "$(cat "$folder/stores")"
    fi
    [[ "$phase" == campaign ]] && ((took > slowest)) && slowest=$took
    printf 'case %d: %s rank %d after %d ms (%s, %s): code %d after %d ms\n' "$number" "$signal" \
        "$rank" "$delay" "$config" "$phase" "$code" "$took"
    return 0
}

number=0
run_cases() {  # SIGNAL COUNT
    local done_cases=0
    while ((done_cases < $2)); do
        number=$((number + 1))
        if one_case "$number" "$1"; then
            done_cases=$((done_cases + 1))
        else
            too_late=$((too_late + 1))
        fi
    done
}
run_cases KILL "$kills"
run_cases STOP "$stops"
echo "seed $seed: $((kills + stops)) cases, $failures failed, $too_late more were over before;" \
    "the slowest ended $slowest ms after its fault"
((failures == 0))
