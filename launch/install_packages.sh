#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# Installs the Debian/Ubuntu packages that Athanor needs, and only those that are missing.
# quickstart.sh calls it without options, build_and_test.sh with --tests.
# Exit codes: 0 everything is there now; 1 apt-get failed; 2 something is missing and we may not
# install it (the missing packages and the line for an administrator are printed).
set -euo pipefail

# What a build of the program needs.
build_packages=(
    g++ cmake make ninja-build ccache pkg-config git
    libopenmpi-dev openmpi-bin
    nlohmann-json3-dev libcli11-dev libfmt-dev
    libblosc-dev libzstd-dev zlib1g-dev librandom123-dev libcurl4-openssl-dev
    python3  # makes the structures of launch/examples
)
# What its tests, benchmarks and checks need on top.
test_packages=(
    libgtest-dev libgmock-dev libbenchmark-dev clang-format
    dpkg-dev file groff-base  # what the packages need, and whether the manual page is one
    iproute2  # network namespaces that stand for hosts
    slurm-wlm munge  # a Slurm of one machine
    procps    # finds and kills the processes of a job
    python3-venv ca-certificates  # for zarr-python and TensorBoard from their package index
)
# Takes pictures of a report, in a test that is skipped without it; Ubuntu has it as a snap only.
if grep -qs '^ID=debian' /etc/os-release; then
    test_packages+=(chromium)
fi
# What bench/ compares us with; no test needs it.
peer_packages=(lammps)

usage() {
    cat <<'EOF'
usage: launch/install_packages.sh [--tests] [--peers] [--list]
  --tests  also what the tests, benchmarks and checks need
  --peers  also the programs that bench/ compares Athanor with (LAMMPS)
  --list   print the packages and install nothing
Asks dpkg what is missing and installs only that: as root directly, otherwise through sudo.
EOF
}

packages=("${build_packages[@]}")
list_only=false
for argument in "$@"; do
    case "$argument" in
        --tests) packages+=("${test_packages[@]}") ;;
        --peers) packages+=("${peer_packages[@]}") ;;
        --list) list_only=true ;;
        -h | --help) usage; exit 0 ;;
        *) echo "install_packages.sh: unknown option $argument" >&2; usage >&2; exit 2 ;;
    esac
done
if $list_only; then
    printf '%s\n' "${packages[@]}"
    exit 0
fi

if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
    cat >&2 <<EOF
install_packages.sh: this is not a Debian or Ubuntu system (no dpkg-query or apt-get).
Install what these packages hold by your system's means, then configure with cmake by hand
(README.md, "Without the scripts"):
    ${packages[*]}
EOF
    exit 2
fi

is_installed() {
    [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2> /dev/null)" == installed ]]
}

missing=()
for package in "${packages[@]}"; do
    is_installed "$package" || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
    echo "all ${#packages[@]} packages are installed"
    exit 0
fi

say_what_is_missing() {
    cat >&2 <<EOF
install_packages.sh: ${#missing[@]} packages are missing, and you may not install them here:
    ${missing[*]}
Ask an administrator to run
    apt-get update && apt-get install -y --no-install-recommends ${missing[*]}
and start again.
EOF
}

# Who may install: root itself; sudo without a question; sudo with one, if somebody can answer it.
as_root=()
if ((EUID != 0)); then
    if ! command -v sudo > /dev/null; then
        say_what_is_missing
        exit 2
    elif sudo -n true 2> /dev/null; then
        as_root=(sudo -n)
    elif [[ -t 0 ]] && echo "installing ${#missing[@]} packages needs administrator rights" &&
        sudo -v; then
        as_root=(sudo)
    else
        say_what_is_missing
        exit 2
    fi
fi

echo "installing ${#missing[@]} packages: ${missing[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q
    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
# A failed update need not matter: the lists that are there may be good enough.
"${apt[@]}" update || echo "apt-get update failed; trying with the package lists that are here" >&2
if ! "${apt[@]}" install -y --no-install-recommends "${missing[@]}" < /dev/null; then
    cat >&2 <<EOF
install_packages.sh: apt-get could not install (its own message is above):
    ${missing[*]}
EOF
    exit 1
fi
