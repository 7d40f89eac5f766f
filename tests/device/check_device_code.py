#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Checks the device code in what was built: programs, objects and archives.

    check_device_code.py --architectures "80-real;90-real;100" [--cuobjdump PROGRAM]
                         [--sources FOLDER...] FILE...

- Every file holds device code for each of the architectures, and PTX where it was asked for.
- With cuobjdump: each kernel is there for each architecture; every kernel that a .cu file below the
  source folders defines is there; and none keeps registers or arrays in memory of its thread
  outside the table below. Without it only the first is looked at, and that is said.
Plain Python 3. Exit code 0 when all holds, 1 otherwise, 2 for bad usage.
"""
import argparse
import re
import struct
import subprocess
import sys
from pathlib import Path

# Kernels with a stack on the device: name -> (most bytes, reason). `nvcc -Xptxas -v` tells whether
# it is spilled registers or arrays whose index is known only at run time.
STACK_ALLOWED = {
    "BeginListUpdateKernel": (328, "cell and frame as arrays; no spills, one thread for a system"),
    "BiasEnergyKernel": (576, "of a distance, whose nearest image has lattice and candidates as "
                              "arrays; one thread for a system, on sm_100 one spilled word"),
    "FillBinsKernel": (56, "fractions of a cell as an array; no spills, only when a list is due"),
    "FinishSystemsKernel": (56, "on sm_100 the stress as an array; no spills, one thread for a "
                                "system"),
    "LbfgsKernel": (32, "some 80 bytes of spills on sm_80 and sm_100, though registers are free; "
                        "one block a system, once a step"),
    "SearchNeighborsKernel": (128, "shifts and fractions as arrays, on sm_90 44 bytes of spills; "
                                   "only when a list is due"),
    "WrapFrameKernel": (512, "the axes of a frame, indexed as they are found"),
}

FATBIN_MAGIC, KIND_PTX, KIND_ELF = 0xBA55ED50, 1, 2


# --- what is in a file, by its own bytes ---------------------------------------------------------

def entries(data):
    """(is_ptx, architecture) of each piece of device code: a container is a header of 16 bytes
    (magic, version, size of itself, size of what follows), then pieces with headers of their own
    (kind, version, size of the header, size of the piece, ..., architecture at byte 28)."""
    at = data.find(struct.pack("<I", FATBIN_MAGIC))
    while at >= 0:
        version, header, size = struct.unpack_from("<HHQ", data, at + 4)
        piece, end = at + header, at + header + size
        if version != 1 or end > len(data):  # these four bytes were something else
            at = data.find(struct.pack("<I", FATBIN_MAGIC), at + 4)
            continue
        while piece + 32 <= end:
            kind, _, piece_header, piece_size = struct.unpack_from("<HHIQ", data, piece)
            if kind in (KIND_PTX, KIND_ELF):
                yield kind == KIND_PTX, struct.unpack_from("<I", data, piece + 28)[0]
            if piece_header == 0:
                break
            piece += piece_header + piece_size
        at = data.find(struct.pack("<I", FATBIN_MAGIC), end)


def wanted(architectures):
    """({architectures of machine code}, {of PTX}) of CMAKE_CUDA_ARCHITECTURES."""
    real, ptx = set(), set()
    for word in filter(None, re.split(r"[;, ]+", architectures)):
        match = re.fullmatch(r"(\d+)[af]?(-real|-virtual)?", word)
        if not match:
            raise ValueError(f"{word} is no architecture; give numbers such as 90, 90-real")
        if match.group(2) != "-virtual":
            real.add(int(match.group(1)))
        if match.group(2) != "-real":
            ptx.add(int(match.group(1)))
    return real, ptx


def check_architectures(name, found, architectures):
    real, ptx = wanted(architectures)
    there_real = {a for is_ptx, a in found if not is_ptx}
    there_ptx = {a for is_ptx, a in found if is_ptx}
    if not found:
        return [f"{name}: no device code at all"]
    return ([f"{name}: no machine code for sm_{a}" for a in sorted(real - there_real)] +
            [f"{name}: no PTX for {a}" for a in sorted(ptx - there_ptx)])


# --- what cuobjdump says -------------------------------------------------------------------------

def kernel_name(mangled):
    """The kernel struct of `run_kernel<Kernel>`, without its namespaces; other functions as they
    are."""
    at = mangled.find("10run_kernelI")
    if at < 0:
        return mangled
    at += len("10run_kernelI")
    names = []
    while at < len(mangled):
        match = re.match(r"(?:N|S\d*_|K|L)*(\d+)", mangled[at:])
        if not match:
            break
        at += match.end()
        names.append(mangled[at:at + int(match.group(1))])
        at += int(match.group(1))
    return names[-1] if names else mangled


def parse_usage(text):
    """{kernel: {architecture: bytes of stack}} of `cuobjdump --dump-resource-usage`."""
    usage, architecture, kernel = {}, None, None
    for line in text.splitlines():
        if match := re.match(r"\s*arch = sm_(\d+)", line):
            architecture = int(match.group(1))
        elif match := re.match(r"\s*Function (\S+):", line):
            kernel = kernel_name(match.group(1))
        elif kernel and (match := re.search(r"\bSTACK:(\d+).*\bLOCAL:(\d+)", line)):
            before = usage.setdefault(kernel, {}).get(architecture, 0)
            usage[kernel][architecture] = max(before, int(match.group(1)) + int(match.group(2)))
            kernel = None
    return usage


def check_kernels(usage, architectures, allowed):
    problems = []
    real, _ = wanted(architectures)
    for kernel, stacks in sorted(usage.items()):
        for missing in sorted(real - set(stacks)):
            problems.append(f"{kernel}: not compiled for sm_{missing}")
        most, _ = allowed.get(kernel, (0, ""))
        for architecture, stack in sorted(stacks.items()):
            if stack > most:
                problems.append(
                    f"{kernel}: {stack} bytes of stack per thread on sm_{architecture}, {most} are "
                    f"allowed: registers or arrays are in memory; make it smaller, or add it to "
                    f"STACK_ALLOWED with the reason")
    for kernel in sorted(set(allowed) & set(usage)):
        if not any(usage[kernel].values()):
            problems.append(f"{kernel}: needs no stack any more; take it out of STACK_ALLOWED")
    return problems


KERNEL = re.compile(r"struct\s+(\w+)\s*(?:final\s*)?\{\s*static\s+constexpr\s+char\s+const\s*\*"
                    r"\s*name\b")


def kernels_of_sources(folders):
    found = {}
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.cu")):
            for match in KERNEL.finditer(path.read_text(encoding="utf-8")):
                found[match.group(1)] = path
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--architectures", required=True)
    parser.add_argument("--cuobjdump", default="")
    parser.add_argument("--sources", nargs="*", default=[])
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    problems, usage = [], {}
    try:
        wanted(options.architectures)
    except ValueError as error:
        parser.error(str(error))
    for name in options.files:
        problems += check_architectures(name, list(entries(Path(name).read_bytes())),
                                        options.architectures)
        if options.cuobjdump:
            done = subprocess.run([options.cuobjdump, "--dump-resource-usage", name], text=True,
                                  capture_output=True, check=False)
            if done.returncode != 0:
                problems.append(f"{name}: cuobjdump: {done.stderr.strip()}")
            for kernel, stacks in parse_usage(done.stdout).items():
                for architecture, stack in stacks.items():
                    mine = usage.setdefault(kernel, {})
                    mine[architecture] = max(stack, mine.get(architecture, 0))
    if options.cuobjdump:
        problems += check_kernels(usage, options.architectures, STACK_ALLOWED)
        for kernel, path in kernels_of_sources(options.sources).items():
            if kernel not in usage:
                problems.append(f"{path}: kernel {kernel} is in none of the files")
        for kernel in sorted(usage):
            print(f"{kernel}: on {len(usage[kernel])} architectures, stack "
                  f"{max(usage[kernel].values())}")
    else:
        print("no cuobjdump: single kernels and their stacks were not looked at "
              "(-DATHANOR_CUOBJDUMP=, docs/install.md)")
    for problem in problems:
        print(f"check_device_code: {problem}", file=sys.stderr)
    print(f"check_device_code: {len(options.files)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
