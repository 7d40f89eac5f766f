#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# 100,000 structures through the stages of the example: shows that memory does not grow with the
# number of structures, and how many atom·steps a second come out.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
output="$root/out/large"
marker="$output/.made-by-athanor-large"
structures="$output/structures.extxyz"

usage() {
    cat <<'EOF'
usage: launch/examples/large.sh [COUNT] [ATHANOR]
  COUNT    structures to make, 100000 when left out; the file is kept and used again
  ATHANOR  the program; when left out, the one that launch/quickstart.sh built, or a release build
Prints the peak memory of each rank and the atom·steps/s of each stage. Writes to out/large only,
and overwrites only what it made there itself.
EOF
}

case "${1:-}" in -h | --help) usage; exit 0 ;; esac
count=${1:-100000}
if [[ ! "$count" =~ ^[1-9][0-9]*$ ]]; then
    echo "large.sh: $count is no number of structures" >&2
    usage >&2
    exit 2
fi
athanor=${2:-$(find "$root/build/quickstart" "$root/build/release" -maxdepth 2 -name athanor \
    -type f -perm -u+x -print -quit 2> /dev/null || true)}
if [[ ! -x "$athanor" ]]; then
    echo "large.sh: no athanor here yet; launch/quickstart.sh builds it" >&2
    exit 2
fi
if [[ -e "$output" && ! -e "$marker" ]]; then
    echo "large.sh: $output exists and was not made by this script; move it away first" >&2
    exit 2
fi
mkdir -p "$output"
touch "$marker"

if [[ "$(cat "$structures.count" 2> /dev/null)" == "$count" ]]; then
    echo "== $count structures are in $structures already"
else
    echo "== making $count structures"
    rm -f "$structures.count"
    python3 "$here/make_many_structures.py" "$count" "$structures"
    echo "$count" > "$structures.count"
fi

# shellcheck source=launch/mpi_environment.sh
. "$root/launch/mpi_environment.sh"
athanor_mpi_environment 2

# Runs a command and writes its peak memory in KiB to FOLDER/peak.RANK. Python, because not every
# machine has /usr/bin/time.
peak_memory='
import os, resource, subprocess, sys
folder, *command = sys.argv[1:]
code = subprocess.call(command)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
rank = os.environ.get("OMPI_COMM_WORLD_RANK", "0")
with open(f"{folder}/peak.{rank}", "w") as out:
    print(peak, file=out)
sys.exit(code if code >= 0 else 128 - code)
'
rm -f "$output"/peak.*
echo "== relax on rank 0, molecular dynamics on rank 1"
begin=$SECONDS
code=0
mpirun -n 2 python3 -c "$peak_memory" "$output" "$athanor" run "$here/large.json" --overwrite \
    2>&1 | tee "$output/log.txt" || code=${PIPESTATUS[0]}
seconds=$((SECONDS - begin))

echo
echo "== $count structures in $seconds s"
echo "input file: $(du -h "$structures" | cut -f 1)"
for peak in "$output"/peak.*; do
    [[ -e "$peak" ]] || continue
    echo "peak memory of rank ${peak##*.}: $(($(cat "$peak") / 1024)) MiB"
done
# The program's first table: its heading and a line per stage.
grep -A 2 '^ *stage .*atom·steps/s' "$output/log.txt" || true
if ((code != 0)); then
    echo "large.sh: the campaign ended with exit code $code (README.md, \"Exit codes\")" >&2
fi
exit "$code"
