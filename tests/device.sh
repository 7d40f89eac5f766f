#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# Runs the tests of the device path on a CUDA device, and writes what came of it as JSON.
# Where there is a device but no toolkit and no compiler, run what --pack has put together
# elsewhere: it needs a driver, bash and the usual small programs, and nothing else.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    cat << 'END'
usage: tests/device.sh [--build FOLDER] [--output FILE] [--filter PATTERN] [--sanitize]
       tests/device.sh --pack FOLDER [--build FOLDER]
  --build     of a build with CUDA that has tests_device; build/release when left out
  --output    device_results.json in the present folder when left out
  --filter    only these tests, as googletest understands it
  --sanitize  once more under compute-sanitizer (memcheck, racecheck, synccheck), where it is found
  --pack      makes FOLDER: the program, the libraries that it needs, its data and this script.
              Copy it to the machine with the device and run FOLDER/device.sh there.
Exit codes: 0 all passed; 1 a test failed; 2 bad usage; 77 there is no device.
END
}

die() {
    echo "device.sh: $*" >&2
    exit 2
}

build='' output=device_results.json filter='*' sanitize=false pack=''
while (($# > 0)); do
    case "$1" in
        --build | --output | --filter | --pack) (($# >= 2)) || die "$1 wants a value" ;;&
        --build) build=$2; shift 2 ;;
        --output) output=$2; shift 2 ;;
        --filter) filter=$2; shift 2 ;;
        --pack) pack=$2; shift 2 ;;
        --sanitize) sanitize=true; shift ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; die "unknown option $1" ;;
    esac
done

if [[ -z "$build" && -x "$here/tests_device" ]]; then  # a packed folder
    program=$here/tests_device data=$here/data libraries=$here/lib
else
    program=${build:-$here/../build/release}/tests/device/tests_device data=$here/data libraries=''
    [[ -x "$program" ]] || die "$program is missing: build the target tests_device, with CUDA"
fi

# --- put together what travels -------------------------------------------------------------------
# The C library stands apart: it is used where the machine's own is too old, with its own loader.
pack_folder() {
    local file name
    mkdir -p "$pack/lib/libc" && cp "$program" "$pack/tests_device" && cp -r "$data" "$pack/data" &&
        cp "$here/device.sh" "$pack/device.sh" || return
    while read -r file; do
        name=$(basename "$file")
        case "$name" in
            ld-linux*) cp -L "$file" "$pack/lib/libc/loader" ;;
            libc.so* | libm.so* | libmvec.so* | libpthread.so* | librt.so* | libdl.so* | \
                libresolv.so* | libutil.so*) cp -L "$file" "$pack/lib/libc/$name" ;;
            *) cp -L "$file" "$pack/lib/$name" ;;
        esac || return
    done < <(ldd "$program" | grep -oE '/[^ ]+')
    echo "$pack: $(du -sh "$pack" | cut -f 1); copy it, and run device.sh in it"
}
if [[ -n "$pack" ]]; then
    pack_folder || die "could not put $pack together"
    exit 0
fi

# --- run -----------------------------------------------------------------------------------------
export ATHANOR_TEST_DATA=$data
start=("$program")
if [[ -n "$libraries" ]]; then
    export LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    if ! "$program" --gtest_list_tests > /dev/null 2>&1; then
        start=("$libraries/libc/loader" --library-path "$libraries/libc:$LD_LIBRARY_PATH")
        start+=("$program")
    fi
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

started=$(date -u +%Y-%m-%dT%H:%M:%SZ)
"${start[@]}" "--gtest_filter=$filter" "--gtest_output=json:$work/tests.json"
code=$?
((code == 77)) && exit 77

find_sanitizer() {
    command -v compute-sanitizer || compgen -G '/usr/local/cuda*/bin/compute-sanitizer' | head -n 1
}
# sanitize TOOL: prints its verdict
sanitize() {
    local sanitizer
    sanitizer=$(find_sanitizer)
    if [[ -z "$sanitizer" ]]; then
        echo "not run: no compute-sanitizer here"
    elif "$sanitizer" --tool "$1" --error-exitcode 86 --target-processes all "${start[@]}" \
        "--gtest_filter=$filter:-*MoreThanTheDeviceHas*:*ADeviceThatIsNotThere*:*PlainHostMemory*" \
        > "$work/$1.log" 2>&1; then
        echo passed
    else
        tail -n 40 "$work/$1.log" >&2
        echo failed
    fi
}
memcheck='not asked for' racecheck='not asked for' synccheck='not asked for'
if $sanitize; then
    memcheck=$(sanitize memcheck)
    racecheck=$(sanitize racecheck)
    synccheck=$(sanitize synccheck)
    echo "compute-sanitizer: memcheck $memcheck, racecheck $racecheck, synccheck $synccheck"
    [[ "$memcheck $racecheck $synccheck" != *failed* ]] || code=1
fi

# --- write ---------------------------------------------------------------------------------------
quoted() { printf '"%s"' "$(printf '%s' "$1" | tr -d '\000-\037' | sed 's/[\\"]/\\&/g')"; }
driver_version() {
    sed -nE 's/^NVRM version: .* ([0-9]+(\.[0-9]+)+) .*/\1/p' /proc/driver/nvidia/version ||
        nvidia-smi --query-gpu=driver_version --format=csv,noheader
} 2> /dev/null
driver=$(driver_version | head -n 1)
processor=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
{
    printf '{\n  "started": %s,\n  "host_processor": %s,\n  "driver": %s,\n' \
        "$(quoted "$started")" "$(quoted "$processor")" "$(quoted "$driver")"
    printf '  "filter": %s,\n  "passed": %s,\n' "$(quoted "$filter")" \
        "$([[ $code == 0 ]] && echo true || echo false)"
    printf '  "memcheck": %s,\n  "racecheck": %s,\n  "synccheck": %s,\n  "tests": ' \
        "$(quoted "$memcheck")" "$(quoted "$racecheck")" "$(quoted "$synccheck")"
    cat "$work/tests.json" 2> /dev/null || echo null  # a crash leaves none
    printf '}\n'
} > "$output" || die "could not write $output"
echo "results are in $output"
((code == 0)) || exit 1
