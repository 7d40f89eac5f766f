#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# A job of which one rank is stopped while MPI ends has to end by itself, with a code that is not 0
# and a message, and leave no process behind.
# usage: mpi_stop_at_the_end.sh MPIRUN PROGRAM [REPEATS]
set -uo pipefail
mpirun=$1 program=$2 repeats=${3:-1}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failures=0
fail() {
    echo "stopped $1, try $2: $3"
    sed 's/^/    /' "$log"
    failures=$((failures + 1))
}

for ((try = 1; try <= repeats; ++try)); do
    for when in before after; do
        expected=4 says='not come to the end of MPI'
        [[ "$when" == before ]] || { expected=137 says='rank 1 .* signal 9'; }
        began=$SECONDS
        timeout -k 5 30 "$mpirun" -n 3 "$program" "$when" > "$log" 2>&1
        code=$?
        took=$((SECONDS - began))
        # Where mpirun itself crashes (Open MPI 4.1 may, code 139), the rank ends a little later by
        # itself.
        for ((wait = 0; wait < 100; ++wait)); do
            pgrep -f "^$program $when" > /dev/null || break
            sleep 0.1
        done
        if ((took >= 30)); then
            fail "$when" "$try" "had not ended after 30 s"
        elif ((wait == 100)); then
            fail "$when" "$try" "left a process behind"
            pkill -KILL -f "^$program $when"
        elif ((code == 139)); then
            echo "mpirun crashed"
        elif ((code != expected)); then
            fail "$when" "$try" "ended with code $code instead of $expected"
        elif ! grep -q "$says" "$log"; then
            fail "$when" "$try" "nobody says \"$says\""
        fi
        echo "stopped $when the others had met it: code $code after $took s"
    done
done
((failures == 0))
