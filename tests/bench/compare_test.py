# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Tests of what the harness concludes from two runs."""
import copy
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench/harness"))
import compare  # noqa: E402


def run_of(samples, unit="s", better="lower", processor="P"):
    return {"quick": False,
            "machine": {"identity": {"processor": processor, "cores": 2}, "revision": "r"},
            "results": {"x": {"unit": unit, "better": better, "samples": samples}}}


def noisy(median, seed):
    generator = random.Random(seed)
    return [median * generator.gauss(1.0, 0.02) for _ in range(9)]


class Comparison(unittest.TestCase):
    def verdict_of(self, old, new, better="lower"):
        rows, _ = compare.compare(run_of(old, better=better), run_of(new, better=better))
        return rows[0][4]

    def test_a_clear_change_has_a_direction(self):
        self.assertEqual(self.verdict_of(noisy(1.0, 1), noisy(0.8, 2)), "faster")
        self.assertEqual(self.verdict_of(noisy(1.0, 1), noisy(1.3, 2)), "slower")
        self.assertEqual(self.verdict_of(noisy(1.0, 1), noisy(1.3, 2), "higher"), "faster")

    def test_noise_is_no_change(self):
        wrong = sum(self.verdict_of(noisy(1.0, 2 * k), noisy(1.0, 2 * k + 1)) != "same"
                    for k in range(100))
        self.assertLessEqual(wrong, 12)  # 5 are meant to be, at 95 %

    def test_the_interval_covers_the_true_ratio(self):
        covered = 0
        for k in range(100):
            _, low, high = compare.ratio_interval(noisy(1.0, 2 * k), noisy(1.5, 2 * k + 1))
            covered += low <= 1.5 <= high
        self.assertGreaterEqual(covered, 85)

    def test_other_machines_and_modes_are_refused(self):
        with self.assertRaisesRegex(compare.NotComparable, "processor was P and is Q"):
            compare.compare(run_of([1.0]), run_of([1.0], processor="Q"))
        quick = copy.deepcopy(run_of([1.0]))
        quick["quick"] = True
        with self.assertRaisesRegex(compare.NotComparable, "--quick"):
            compare.compare(run_of([1.0]), quick)

    def test_names_of_one_run_only_are_listed(self):
        old, new = run_of([1.0]), run_of([1.0])
        new["results"]["y"] = new["results"]["x"]
        rows, missing = compare.compare(old, new)
        self.assertEqual([row[0] for row in rows], ["x"])
        self.assertEqual(missing, ["y"])


if __name__ == "__main__":
    sys.exit(unittest.main())
