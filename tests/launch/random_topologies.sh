#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# Pipelines drawn at random over MPI, more of them than the test command has time for. Prints the
# seed of a case that fails; give it as FIRST_SEED with CASES 1 to see that case alone.
set -euo pipefail

if [[ "${1:-}" == "-h" || "${1:-}" == "--help" || $# -gt 2 ]]; then
    echo "usage: tests/launch/random_topologies.sh [CASES=500 [FIRST_SEED=1]]"
    echo "  of the release build"
    exit 0
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=../../launch/mpi_environment.sh
. "$root/launch/mpi_environment.sh"
athanor_mpi_environment 8
export ATHANOR_CASES=${1:-500} ATHANOR_SEED=${2:-1} ATHANOR_TEST_DATA="$root/tests/data"
echo "seeds $ATHANOR_SEED to $((ATHANOR_SEED + ATHANOR_CASES - 1)), at most 8 ranks each"
exec "$root/build/release/tests/launch/tests_topology" --gtest_brief=1 \
    --gtest_filter='RandomTopology.*'
