# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Relaxations beside LAMMPS: the case is what it says, and unequal energies end it with an error.

    peers_test.py PROGRAM

Without LAMMPS, what needs it is skipped.
"""
import os
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench/harness"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench/peers"))
import lammps_minimize as peer  # noqa: E402
import measure  # noqa: E402
import peers  # noqa: E402

PROGRAM = sys.argv.pop(1)


class Minimisation(unittest.TestCase):
    def test_other_energies_or_samples_are_no_comparison(self):
        rest = 108 * peer.perfect_energy()
        peer.expect_equal("fire", 2, 3, [rest, rest + 1e-6], [rest, rest])
        for theirs, ours in (([rest, rest + 0.01], [rest, rest]), ([rest], [rest]),
                             ([rest + 0.01] * 2, [rest + 0.01] * 2)):
            with self.assertRaises(peer.Unequal):
                peer.expect_equal("fire", 2, 3, theirs, ours)

    def test_the_samples_differ_and_are_the_same_for_both(self):
        with tempfile.TemporaryDirectory() as folder:
            peer.write_samples(folder, 2, 3)
            with open(os.path.join(folder, "structures.extxyz")) as file:
                frames = file.read().split("108\n")[1:]
            for sample, frame in enumerate(frames):
                ours = [line.split(maxsplit=1)[1] for line in frame.splitlines()[1:]]
                with open(os.path.join(folder, f"{sample}.data")) as file:
                    theirs = file.read().split("Atoms\n\n")[1].splitlines()
                self.assertEqual(ours, [line.split(maxsplit=2)[2] for line in theirs])
        self.assertNotEqual(*frames)

    @unittest.skipUnless(shutil.which("lmp"), "no LAMMPS here")
    def test_both_relax_to_the_crystal(self):
        for method in peer.METHODS:
            (their_rate, _), (our_rate, our_evaluations) = peer.measure(PROGRAM, 4, 3, method, 0)
            self.assertGreater(min(their_rate, our_rate), 0.0)
            self.assertGreater(our_evaluations, 10)  # they were not at rest before


class Peers(unittest.TestCase):
    def test_ratios_are_taken_within_a_round(self):
        results = {"peer/a/LAMMPS": {"samples": [1.0, 10.0, 4.0]},
                   "peer/a/Athanor": {"samples": [2.0, 30.0, 4.0]},
                   "peer/b/zarr-python": {"samples": [1.0]},
                   "peer/b/Athanor beside zarr-python": {"samples": [5.0]}}
        self.assertEqual(measure.beside_peers(results),
                         ["peer/a: 2.00 times LAMMPS (1.00 to 3.00)",
                          "peer/b: 5.00 times zarr-python (5.00 to 5.00)"])

    def test_rounds_are_interleaved_and_only_takes_what_it_names(self):
        work = peers._Work("", "", True, 2, "b|c", lambda text: None)
        self.assertEqual([case for case in work.cases([("a",), ("b",), ("c",)], "x {0}")],
                         [("b",), ("c",)] * 2)


if __name__ == "__main__":
    sys.exit(unittest.main())
