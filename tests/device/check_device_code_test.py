#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Tests of check_device_code.py over made-up device code and made-up words of cuobjdump."""
import struct
import tempfile
import unittest
from pathlib import Path

import check_device_code as checked


def piece(kind, architecture, payload=b"code" * 8):
    header = struct.pack("<HHIQIIHHI", kind, 1, 64, len(payload), 0, 0, 9, 0, architecture)
    return header.ljust(64, b"\0") + payload


def container(*pieces):
    body = b"".join(pieces)
    return struct.pack("<IHHQ", checked.FATBIN_MAGIC, 1, 16, len(body)) + body


USAGE = """
Fatbin elf code:
================
arch = sm_80

Resource usage:
 Common:
  GLOBAL:0
 Function _ZN7athanor6detail10run_kernelINS0_14HalfKickKernelEEEvT_:
  REG:23 STACK:0 SHARED:0 LOCAL:0 CONSTANT[0]:792 TEXTURE:0 SURFACE:0 SAMPLER:0
 Function _ZN7athanor6detail10run_kernelINS_4test7ReverseILb1EEEEEvT_:
  REG:23 STACK:16 SHARED:384 LOCAL:0 CONSTANT[0]:984 TEXTURE:0 SURFACE:0 SAMPLER:0

arch = sm_90
 Function _ZN7athanor6detail10run_kernelINS0_14HalfKickKernelEEEvT_:
  REG:25 STACK:0 SHARED:0 LOCAL:0 CONSTANT[0]:968 TEXTURE:0 SURFACE:0 SAMPLER:0
"""


class Architectures(unittest.TestCase):
    def test_are_read_from_every_container_of_a_file(self):
        data = (b"\x7fELF something" + container(piece(2, 80), piece(1, 90)) + b"between" +
                struct.pack("<I", checked.FATBIN_MAGIC) + b"no container" +
                container(piece(2, 90)))
        self.assertEqual(list(checked.entries(data)), [(False, 80), (True, 90), (False, 90)])

    def test_a_file_cut_short_is_no_container(self):
        self.assertEqual(list(checked.entries(container(piece(2, 80))[:-1])), [])

    def test_words_of_cmake_are_understood(self):
        self.assertEqual(checked.wanted("80-real;90;100-virtual;90a-real"),
                         ({80, 90}, {90, 100}))
        with self.assertRaises(ValueError):
            checked.wanted("native")

    def test_what_is_missing_is_named(self):
        found = [(False, 80), (True, 80)]
        self.assertEqual(checked.check_architectures("a", found, "80"), [])
        self.assertEqual(checked.check_architectures("a", found, "80-real;90"),
                         ["a: no machine code for sm_90", "a: no PTX for 90"])
        self.assertEqual(checked.check_architectures("a", [], "80"),
                         ["a: no device code at all"])


class Kernels(unittest.TestCase):
    def test_are_named_after_their_struct(self):
        usage = checked.parse_usage(USAGE)
        self.assertEqual(usage, {"HalfKickKernel": {80: 0, 90: 0}, "Reverse": {80: 16}})

    def test_one_that_spills_or_is_missing_is_a_problem(self):
        problems = checked.check_kernels(checked.parse_usage(USAGE), "80-real;90-real", {})
        self.assertEqual(len(problems), 2)
        self.assertIn("Reverse: not compiled for sm_90", problems[0])
        self.assertIn("Reverse: 16 bytes of stack per thread on sm_80, 0 are allowed", problems[1])

    def test_the_table_allows_what_it_says_and_must_be_needed(self):
        usage = {"Reverse": {80: 16}, "Kick": {80: 0}}
        self.assertEqual(checked.check_kernels(usage, "80-real", {"Reverse": (16, "why")}), [])
        self.assertEqual(len(checked.check_kernels(usage, "80-real", {"Reverse": (8, "why")})), 1)
        problems = checked.check_kernels(usage, "80-real",
                                         {"Reverse": (16, "why"), "Kick": (8, "why")})
        self.assertEqual(len(problems), 1)
        self.assertIn("Kick: needs no stack any more", problems[0])

    def test_those_of_the_sources_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a.cu").write_text(
                "struct Plain { int a; };\nstruct HalfKickKernel {\n"
                '    static constexpr char const* name = "half_kick";\n};\n', encoding="utf-8")
            self.assertEqual(list(checked.kernels_of_sources([folder])), ["HalfKickKernel"])


if __name__ == "__main__":
    unittest.main()
