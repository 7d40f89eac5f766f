#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# usage: install_test.sh BUILD_FOLDER WORK_FOLDER
# Installs a build, builds and runs a program of its own against it, and makes the Debian packages
# and looks into them. Needs the whole of the libraries and the program built.
set -euo pipefail

build=$1
work=$2
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/project" && pwd)

fail() {
    echo "install_test.sh: $*" >&2
    exit 1
}

expect_file() { [[ -s "$1" ]] || fail "$1 is missing or empty"; }

rm -rf "$work"
mkdir -p "$work"
prefix="$work/prefix"

echo "== cmake --install"
cmake --install "$build" --prefix "$prefix" > "$work/install.log"
"$prefix/bin/athanor" --version
"$prefix/bin/athanor" validate "$prefix/share/athanor/examples/relax_then_md.json" > /dev/null
for file in share/man/man1/athanor.1 share/bash-completion/completions/athanor \
    share/athanor/athanor.schema.json share/athanor/mpi_environment.sh \
    share/doc/athanor/docs/guide.md share/doc/athanor/docs/images/report.png \
    include/athanor/runtime/model.hpp include/athanor/stages/run_samples.hpp; do
    expect_file "$prefix/$file"
done
"$prefix/bin/athanor" schema | cmp - "$prefix/share/athanor/athanor.schema.json"
# A prefix is moved, packed, copied: its CMake package must not name the sources or the build.
! grep -rl -e "$(cd "$build" && pwd)" "$prefix/lib" --include='*.cmake' || fail "a build path"

echo "== find_package(Athanor) from another project"
mv "$prefix" "$work/moved"
cmake -S "$project" -B "$work/project" -DCMAKE_PREFIX_PATH="$work/moved" -DCMAKE_BUILD_TYPE=Debug \
    > "$work/configure.log"
cmake --build "$work/project" > "$work/build.log"
# Two argon atoms rest at the bottom of their well: -0.0104 eV, for the cutoff is far.
printf '2\npbc="F F F"\nAr 0 0 0\nAr 3.9 0 0\n' > "$work/pair.extxyz"
energy=$("$work/project/mean_energy" "$work/pair.extxyz")
[[ "$energy" == -0.010400 ]] || fail "the mean energy is $energy, not -0.010400"

for tool in dpkg-deb dpkg-shlibdeps file; do
    command -v "$tool" > /dev/null || { echo "no $tool here: no packages are made"; exit 0; }
done
echo "== cpack -G DEB"
(cd "$build" && cpack -G DEB -B "$work/packages") > "$work/cpack.log"
runtime=$(find "$work/packages" -maxdepth 1 -name 'athanor_*.deb')
development=$(find "$work/packages" -maxdepth 1 -name 'libathanor-dev_*.deb')
expect_file "$runtime"
expect_file "$development"
depends=$(dpkg-deb --field "$runtime" Depends)
for library in libc6 libblosc1 libzstd1; do
    [[ "$depends" == *"$library"* ]] || fail "no $library in Depends: $depends"
done
dpkg-deb --field "$runtime" Package Version Architecture Depends
dpkg-deb --extract "$runtime" "$work/root"
# The commit of the package is the one that its program says, whenever CMake ran.
commit=$("$work/root/usr/bin/athanor" --version | grep -oE '[0-9a-f]{12}(-dirty)?' |
    head -n 1) || true
version=$(dpkg-deb --field "$runtime" Version)
[[ -z "$commit" || "$version" == *"+git.${commit/-/.}" ]] ||
    fail "the package is $version, its program of commit $commit"
echo "== the version of a package whose program was built after CMake ran"
mkdir -p "$work/later/launch"
echo 'std::string_view revision() { return "0123456789ab"; }' > "$work/later/launch/revision.cpp"
sed "s|file(READ [^ ]*/launch/|file(READ $work/later/launch/|" "$build/package_version.cmake" \
    > "$work/later/version.cmake"
echo 'message("${CPACK_DEBIAN_PACKAGE_VERSION}")' >> "$work/later/version.cmake"
[[ "$(cmake -P "$work/later/version.cmake" 2>&1)" == *+git.0123456789ab ]] ||
    fail "the version of a package is that of another build"
"$work/root/usr/bin/athanor" help timestep_fs > /dev/null
expect_file "$work/root/usr/share/man/man1/athanor.1"
dpkg-deb --contents "$runtime" > "$work/runtime.list"
dpkg-deb --contents "$development" > "$work/development.list"
! grep -q '/usr/include/' "$work/runtime.list" || fail "headers among the program"
grep -q ' ./usr/include/athanor/runtime/batch.hpp' "$work/development.list" ||
    fail "no headers in libathanor-dev"
grep -q 'cmake/Athanor/AthanorConfig.cmake' "$work/development.list" ||
    fail "no CMake package in libathanor-dev"
echo "install_test.sh: all is there"
