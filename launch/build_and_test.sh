#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# The one test command: whatever must hold is checked here, on a fresh Debian or Ubuntu machine, in
# about an hour on two cores. Continuous integration (.ci/run) calls the same script.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv="$root/build/venv"
s3_venv="$root/build/s3venv"  # of its own: its packages and those that read stores pin each other
logs="$root/build/logs"
# Checks of source text. Their presets leave out what takes minutes under a sanitizer.
not_under_sanitizers='^house$'
# Tests that wait for minutes; ctest --preset release -L waits runs them.
waits='^waits$'
# Not under AddressSanitizer. Averages over many steps, for the first ones show all that there is to
# see, and what does the same once more at each of hundreds of points, or with other settings.
averages='*.LiquidArgon*:*.TheKineticEnergyOfACrystal*:*.TheHarmonicOscillator*:*.TheMeanPressure*'
averages+=':*.AThermostatWarmsTheAtoms*:*.TheCenterOfMassFluctuates*:*.AWarmOverdampedBond*'
repetitions='ZarrSink.KilledWhileContinuing*:ZarrSink.AFullDiskIsReported*:*/StepAllocations.*'
repetitions+=':InFlight.TenThousandUneven*:DeviceLateFields.HooksReadNothing*'
repetitions+=':ResumedCampaign.GoesOnAfterAKillAndAfterTheLoss*'
repetitions+=':ResumedCampaign.GoesOnAfterTheWarning*:ResumedCampaign.NothingStaysOfRanks*'
clang_format_version=14

usage() {
    cat <<'EOF'
usage: launch/build_and_test.sh [--quick]
Installs what is missing, then builds and tests:
  release  warnings are errors; every header alone; house rules; formatting; all tests; each
           benchmark once, to see that it runs
  asan     AddressSanitizer and UBSan: all tests but the long ones and what repeats others
  tsan     ThreadSanitizer: runtime, comm, and of stages what starts threads
  --quick  the release part only
Stops at the first failure; the last lines are a table of the steps and what ctest said.
The whole output of each step is kept in build/logs.
EOF
}

quick=false
for argument in "$@"; do
    case "$argument" in
        --quick) quick=true ;;
        -h | --help) usage; exit 0 ;;
        *) echo "build_and_test.sh: unknown option $argument" >&2; usage >&2; exit 2 ;;
    esac
done

cd "$root" || exit 1
mkdir -p "$logs"
jobs=$(nproc)
test_jobs=3  # for two cores: of the tests that start ranks one waits most of its time
table=()
closing=()

summary() {
    printf '\n%-28s %8s  %s\n' step seconds result
    printf '%s\n' "${table[@]}"
    if ((${#closing[@]} > 0)); then
        printf '\n'
        printf '%s\n' "${closing[@]}"
    fi
    printf '\n%s\n' "$1"
}

# step NAME COMMAND...: runs it, keeps its output and its time, ends everything when it fails.
# A command that prints a line "skipped: why" has that as its result.
step() {
    local name=$1 log begin code seconds result lines
    shift
    log="$logs/${name//[^a-zA-Z0-9]/_}.log"
    printf '\n== %s: %s\n' "$name" "$*"
    begin=$SECONDS
    "$@" 2>&1 | tee "$log"
    code=${PIPESTATUS[0]}
    seconds=$((SECONDS - begin))
    result=ok
    ((code == 0)) || result="FAILED with exit code $code"
    lines=$(grep -m 1 '^skipped: ' "$log") && result=$lines
    table+=("$(printf '%-28s %8d  %s' "$name" "$seconds" "$result")")
    # What ctest says last; kept so that it stands at the end of our own output too.
    while IFS= read -r lines; do
        closing+=("$name: $lines")
    done < <(grep -E '^([0-9]+% tests passed|Total Test time)' "$log")
    if ((code != 0)); then
        summary "build_and_test.sh: \"$name\" failed after $SECONDS s; its output is in $log"
        exit "$code"
    fi
}

# zarr-python, TensorBoard and jsonschema: independent readers of the stores and logs that the tests
# write, and of the schema.
make_venv() {
    local check='import jsonschema, numpy, tensorboard, zarr'
    check+='; assert int(zarr.__version__.split(".")[0]) >= 3'
    if "$venv/bin/python" -c "$check" 2> /dev/null; then
        echo "zarr, numpy, tensorboard and jsonschema are there already"
        return
    fi
    python3 -m venv --clear "$venv" || return
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check 'zarr>=3' numpy \
        tensorboard jsonschema || {
        echo "pip could not install zarr, numpy, tensorboard and jsonschema (its own message is" \
            "above): is there a network?"
        return 1
    }
    "$venv/bin/python" -c "$check"
}

# moto, which the S3 server of the tests stands on.
make_s3_venv() {
    local check='import moto.server, moto.s3.models'
    if "$s3_venv/bin/python" -c "$check" 2> /dev/null; then
        echo "moto is there already"
        return
    fi
    python3 -m venv --clear "$s3_venv" || return
    "$s3_venv/bin/python" -m pip install --quiet --disable-pip-version-check 'moto[server,s3]>=5' ||
        {
            echo "pip could not install moto (its own message is above): is there a network?"
            return 1
        }
    "$s3_venv/bin/python" -c "$check"
}

# Reads device code, for the test device_code. Not every toolkit has it; without it that test looks
# at less.
get_cuobjdump() {
    local found
    if ! command -v nvcc > /dev/null; then
        echo "skipped: no CUDA compiler"
    elif found=$(command -v cuobjdump); then
        echo "cuobjdump is $found"
    elif ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        nvidia-cuda-cuobjdump==13.2.78; then
        echo "skipped: pip could not install nvidia-cuda-cuobjdump"
    fi
}

# Where it is now; nothing where it is not.
find_cuobjdump() {
    command -v cuobjdump ||
        compgen -G "$venv/lib/python3*/site-packages/nvidia/*/bin/cuobjdump" | head -n 1
}

# Its output differs between versions, so only the pinned one is asked.
check_format() {
    local program version
    program=$(command -v "clang-format-$clang_format_version" || command -v clang-format) || {
        echo "skipped: no clang-format"
        return 0
    }
    version=$("$program" --version | grep -oE 'version [0-9]+' | head -n 1)
    if [[ "$version" != "version $clang_format_version" ]]; then
        echo "skipped: clang-format is $version, the sources follow $clang_format_version"
        return 0
    fi
    find runtime kernels comm sinks stages launch tests bench docs -path tests/data -prune \
        -o -type f '(' -name '*.hpp' -o -name '*.cpp' -o -name '*.cu' -o -name '*.cuh' ')' -print0 |
        xargs -0 -r "$program" --dry-run --Werror
}

# Tests write many small files and wait until each has reached the disk, which tells nothing about
# the program: in memory, where there is room, those of launch take less than half of the time.
keep_test_files_in_memory() {
    local needed_kib=$((2 * 1024 * 1024)) room folder
    room=$(df --output=avail -k /dev/shm 2> /dev/null | tail -n 1) || return 0
    ((room >= needed_kib)) || return 0
    folder=$(mktemp -d /dev/shm/athanor-tests-XXXXXX) || return 0
    export TMPDIR=$folder
    trap 'rm -rf "$TMPDIR"' EXIT
}

run_tests() {  # PRESET CTEST-OPTIONS...
    local preset=$1
    shift
    ctest --preset "$preset" --parallel "$test_jobs" --no-tests=error "$@"
}

run_memory_tests() {
    GTEST_FILTER="-$averages:$repetitions" run_tests asan -LE "$not_under_sanitizers"
}

# g++ 12's ThreadSanitizer does not start where the kernel randomises addresses widely; setarch
# turns that off for its children, where it is allowed to.
run_thread_tests() {
    local fixed=()
    setarch "$(uname -m)" -R true 2> /dev/null && fixed=(setarch "$(uname -m)" -R)
    "${fixed[@]}" ctest --preset tsan --parallel "$test_jobs" --no-tests=error \
        -L '^(runtime|comm|stages)$' -LE '^(mpi|house)$'
}

step packages launch/install_packages.sh --tests
step "python environment" make_venv
step "S3 server" make_s3_venv
step "cuobjdump" get_cuobjdump
pythons=("-DATHANOR_PYTHON=$venv/bin/python" "-DATHANOR_S3_PYTHON=$s3_venv/bin/python")
cuobjdump=$(find_cuobjdump)
[[ -z "$cuobjdump" ]] || pythons+=("-DATHANOR_CUOBJDUMP=$cuobjdump")

step "release: configure" cmake --preset release "${pythons[@]}"
step "release: house rules" python3 tests/house/check_house.py --layers build/release/layers.txt
step "release: formatting" check_format
step "release: build" cmake --build --preset release --parallel "$jobs"
step "release: every header alone" cmake --build --preset release --parallel "$jobs" \
    --target all_verify_interface_header_sets
keep_test_files_in_memory
step "release: tests" run_tests release -LE "$waits"
step "release: benchmarks" bench/run.sh --quick --rounds 1 --output "$logs/bench.json"

if ! $quick; then
    step "asan: configure" cmake --preset asan "${pythons[@]}"
    step "asan: build" cmake --build --preset asan --parallel "$jobs"
    step "asan: tests" run_memory_tests

    step "tsan: configure" cmake --preset tsan "${pythons[@]}"
    step "tsan: build" cmake --build --preset tsan --parallel "$jobs" \
        --target tests_runtime tests_comm tests_stages
    step "tsan: tests" run_thread_tests
fi

summary "build_and_test.sh: all steps passed in $SECONDS s"
