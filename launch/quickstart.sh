#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# From a fresh Debian or Ubuntu machine to a finished campaign; README.md says what you should see.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build="$root/build/quickstart"
output="$root/out/quickstart"
marker="$output/.made-by-athanor-quickstart"
example="$root/launch/examples/relax_then_md.json"

usage() {
    cat <<'EOF'
usage: launch/quickstart.sh [--help]
Installs what is missing, builds Athanor in build/quickstart and runs the campaign
launch/examples/relax_then_md.json on two MPI ranks: one relaxes the structures, the other runs
molecular dynamics with what arrives.
Results go to out/quickstart, and only results of this script there are ever overwritten.
The last line is the path of the store with the finished samples.
Exit codes: 0 done; 2 packages are missing or out/quickstart is not ours; otherwise the code of the
step that failed (README.md, "Exit codes").
EOF
}

case "${1:-}" in
    "") ;;
    -h | --help) usage; exit 0 ;;
    *) echo "quickstart.sh: unknown option $1" >&2; usage >&2; exit 2 ;;
esac

say() { printf '\n== %s\n' "$*"; }

if [[ -e "$output" && ! -e "$marker" ]]; then
    echo "quickstart.sh: $output exists and was not made by this script; move it away first" >&2
    exit 2
fi

say "1/4 packages"
"$root/launch/install_packages.sh"

say "2/4 build (build/quickstart; a few minutes the first time)"
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DATHANOR_TESTS=OFF \
    -DATHANOR_BENCH=OFF
cmake --build "$build" --target athanor --parallel "$(nproc)"
athanor=$(find "$build" -maxdepth 2 -name athanor -type f -perm -u+x -print -quit)
if [[ -z "$athanor" ]]; then
    echo "quickstart.sh: the build made no executable called athanor under $build" >&2
    exit 1
fi

say "3/4 campaign: relax on rank 0, molecular dynamics on rank 1"
mkdir -p "$output"
touch "$marker"
# shellcheck source=launch/mpi_environment.sh
. "$root/launch/mpi_environment.sh"
athanor_mpi_environment 2
code=0
mpirun -n 2 "$athanor" run "$example" --overwrite \
    --set "/sinks/relaxed/url=$output/relaxed.zarr" \
    --set "/sinks/trajectory/url=$output/trajectory.zarr" \
    --set "/sinks/done/url=$output/done.zarr" \
    --set "/quarantine=$output/quarantine.extxyz" \
    --set "/metrics/path=$output/metrics.json" || code=$?
if ((code != 0)); then
    echo "quickstart.sh: the campaign ended with exit code $code (README.md, \"Exit codes\")" >&2
    exit "$code"
fi

say "4/4 what is in the store"
"$athanor" inspect "$output/done.zarr"

say "the store with the finished samples"
echo "$output/done.zarr"
