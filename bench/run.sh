#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# The benchmark harness: builds Release and measures it.
#   bench/run.sh [--quick] [--output FILE] [--peers] [--only REGEX]    a table, and JSON
#   bench/run.sh --compare OLD.json NEW.json    what became faster or slower between two runs
# Everything else is in bench/README.md.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [[ "${1:-}" != --compare && "${1:-}" != --help && "${1:-}" != -h ]]; then
    [[ -f "$root/build/release/CMakeCache.txt" ]] || (cd "$root" && cmake --preset release)
    cmake --build "$root/build/release" --parallel "$(nproc)" --target athanor benchmarks
fi
exec python3 "$root/bench/harness/measure.py" "$@"
