# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Tests of what the harness concludes from two runs."""
import copy
import os
import random
import sys
import unittest
import unittest.mock

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench/harness"))
import compare  # noqa: E402


def run_of_many(samples, better="lower", processor="P"):
    return {"quick": False,
            "machine": {"identity": {"processor": processor, "cores": 2}, "revision": "r"},
            "results": {name: {"unit": "s", "better": better, "samples": of}
                        for name, of in samples.items()}}


def run_of(samples, better="lower", processor="P"):
    return run_of_many({"x": samples}, better, processor)


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

    @unittest.mock.patch.object(compare, "RESAMPLES", 40)  # intervals do not decide
    def test_noise_is_no_change_in_any_of_many_cases(self):
        wrong = 0
        for run in range(40):
            old, new = (run_of_many({f"c{k}": noisy(1.0, seed=1000 * run + 2 * k + late)
                                     for k in range(50)}) for late in (0, 1))
            rows, _ = compare.compare(old, new)
            wrong += any(row[4] != "same" for row in rows)
        self.assertLessEqual(wrong, 5)  # 2 are meant to be, of 40 at 5 %

    def test_one_change_among_many_cases_is_told(self):
        old = {f"c{k}": noisy(1.0, seed=2 * k) for k in range(50)}
        new = {f"c{k}": noisy(1.3 if k == 7 else 1.0, seed=2 * k + 1) for k in range(50)}
        rows, _ = compare.compare(run_of_many(old), run_of_many(new))
        self.assertEqual([row[0] for row in rows if row[4] == "slower"], ["c7"])

    def test_two_samples_of_each_tell_nothing(self):
        self.assertEqual(self.verdict_of([1.0, 1.01], [2.0, 2.01]), "too few samples")
        self.assertEqual(self.verdict_of([1.0, 1.01], [1.0, 1.011]), "same")

    def test_more_cases_take_more_samples(self):
        samples = [1.0, 1.01, 1.02, 1.03, 1.04]
        slower = [2.0, 2.01, 2.02, 2.03, 2.04]
        self.assertEqual(self.verdict_of(samples, slower), "slower")
        quiet = {f"c{k}": samples for k in range(19)}
        rows, _ = compare.compare(run_of_many(dict(quiet, x=samples)),
                                  run_of_many(dict(quiet, x=slower)))
        self.assertEqual(dict((row[0], row[4]) for row in rows)["x"], "too few samples")
        rows, _ = compare.compare(run_of_many(dict(quiet, x=samples)),
                                  run_of_many(dict(quiet, x=slower)), only="x")
        self.assertEqual([row[4] for row in rows], ["slower"])
        self.assertEqual([compare.samples_needed(cases) for cases in (1, 2, 20, 150)], [4, 5, 6, 8])

    def test_p_of_ranks_is_that_of_counting_by_hand(self):
        self.assertAlmostEqual(compare.rank_sum_p([1, 2, 3], [4, 5, 6]), 2 / 20)
        self.assertAlmostEqual(compare.rank_sum_p([1, 2, 4], [3, 5, 6]), 4 / 20)
        # Ranks 1.5, 1.5, 3, 4: sums 3, 4.5, 4.5, 5.5, 5.5, 7 about 5; 7 is found, and 3 is as far.
        self.assertAlmostEqual(compare.rank_sum_p([1, 1], [2, 3]), 2 / 6)
        self.assertEqual(compare.rank_sum_p([1, 1, 1], [1, 1, 1]), 1.0)

    def test_p_is_adjusted_as_published(self):
        # Benjamini and Hochberg 1995, section 4: 4 of these 15 are found at 5 %.
        found = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
                 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
        adjusted = compare.adjusted(found)
        self.assertEqual(sum(p <= 0.05 for p in adjusted), 4)
        self.assertAlmostEqual(adjusted[3], 0.0095 * 15 / 4)
        self.assertEqual(adjusted, sorted(adjusted))

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
