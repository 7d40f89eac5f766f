#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# The statistical tests of tests/physics with more replicas, for errors that are smaller by the root
# of FACTOR. Prints one line per average: measured, error, theory, deviation.
set -euo pipefail

usage() {
    cat <<'EOF'
usage: tests/physics/long_statistics.sh [FACTOR] [BUILD-FOLDER]
  FACTOR        times as many replicas as ctest runs, 10 by default; 1 takes half a minute
  BUILD-FOLDER  build/release by default
EOF
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
case "${1:-}" in
    -h | --help) usage; exit 0 ;;
esac
factor=${1:-10}
build=${2:-$root/build/release}
if [[ ! "$factor" =~ ^[1-9][0-9]*$ ]]; then
    echo "long_statistics.sh: $factor is no factor; give a whole number above 0" >&2
    usage >&2
    exit 2
fi
program=$build/tests/physics/tests_physics
if [[ ! -x "$program" ]]; then
    echo "long_statistics.sh: $program is not there; build tests_physics, or name its folder" >&2
    exit 2
fi

export ATHANOR_TEST_DATA=$root/tests/data
export ATHANOR_STATISTICS_FACTOR=$factor
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
exec "$program" --gtest_filter='*Ensemble*'
