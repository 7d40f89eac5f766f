#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# usage: device_script_test.sh BUILD_FOLDER DOUBLE_FOLDER WORK_FOLDER PYTHON
# tests/device.sh packs a build; the packed folder says that there is no device where there is none,
# and writes its results where there is one, for which the double of CUDA's runtime stands.
set -euo pipefail
build=$1 double=$2 work=$3 python=$4
script=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/device.sh

fail() {
    echo "device_script_test.sh: $*" >&2
    exit 1
}

rm -rf "$work"
mkdir -p "$work"
"$script" --build "$build" --pack "$work/pack"
mv "$work/pack" "$work/carried"
cd "$work"

code=0
CUDA_VISIBLE_DEVICES='' carried/device.sh --output none.json > none.log || code=$?
[[ $code == 77 ]] || fail "exit code $code without a device, not 77: $(cat none.log)"
grep -q 'no CUDA device' none.log || fail "it does not say why: $(cat none.log)"
[[ ! -e none.json ]] || fail "results without a device"

code=0
carried/device.sh --nonsense 2> usage.log || code=$?
[[ $code == 2 ]] || fail "exit code $code for bad usage, not 2"

cp -L "$double/libcudart.so."* carried/lib/
carried/device.sh --output results.json --filter 'DeviceQueue*' --sanitize > run.log ||
    fail "$(cat run.log)"
"$python" - << 'END'
import json
found = json.load(open("results.json"))
assert found["passed"] is True and found["filter"] == "DeviceQueue*", found
assert found["memcheck"] in ("passed", "failed", "not run: no compute-sanitizer here"), found
tests = found["tests"]
assert tests["device"].startswith("CUDA device 0: CUDA double"), tests["device"]
assert tests["tests"] >= 10 and tests["failures"] == 0, tests["tests"]
names = [test["name"] for suite in tests["testsuites"] for test in suite["testsuite"]]
assert "RecordedWorkIsDoneWheneverItIsEnqueuedAndNotBefore" in names, names
END

# The machine's own C library may be too old: then the carried one is started, by its own loader.
carried/lib/libc/loader --library-path carried/lib/libc:carried/lib carried/tests_device \
    --gtest_filter='DeviceQueues.*' > loader.log || fail "$(cat loader.log)"
echo "device_script_test.sh: all is as it should be"
