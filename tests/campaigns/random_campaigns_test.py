#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Shows that random_campaigns.py finds what it looks for: random_campaigns_test.py PROGRAM

Campaigns of the program are run, then spoilt: a bit of a store, a row, a frame, a log line.
"""
import json
import pathlib
import random as randoms
import shutil
import sys
import tempfile
import unittest

try:
    import numpy as np
    import zarr
except ImportError as missing:
    print("skipped: %s" % missing)
    sys.exit(77)
import random_campaigns
from afterwards import check_convert, check_inspect
from campaign import Campaign
from contents import Broken, check_complete, contents, differences, steps_made
from mutations import mutated
from variants import random_variant, reference

PROGRAM = None
STAGES = [{"name": "md", "dynamics": {"type": "nve"}, "steps": 5, "hooks": [
    {"type": "snapshot", "sink": "frames", "frequency": 2},
    {"type": "snapshot", "sink": "text", "frequency": 2},
    {"type": "logging", "path": "OUT/log_0_{replica}.csv"}]}]


def small_campaign(folder):
    """The structures of a seed, with a stage of our own."""
    found = Campaign(3, folder)
    found.chains, found.documented, found.text_output, found.common = [STAGES], None, False, None
    found.most_atoms = None
    found.base["input"] = {"path": "in.extxyz"}
    found.dtypes = {name: "float64" for name in found.dtypes}
    return found


class OfOneRun(unittest.TestCase):
    """A copy of what one run left behind, for each test."""

    @classmethod
    def setUpClass(cls):
        cls.made = tempfile.mkdtemp()
        options = random_campaigns.parse([PROGRAM])
        case = random_campaigns.Case.__new__(random_campaigns.Case)
        case.options, case.seed, case.folder = options, 3, cls.made
        case.campaign = cls.campaign = small_campaign(cls.made)
        case.run_reference()
        cls.expected, cls.frames = case.expected, case.frames_selected()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.made)

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = self.folder / "out"
        shutil.copytree(self.made + "/reference", self.out)

    def found(self):
        return differences(self.expected, contents(self.out, with_logs=True))


class Comparison(OfOneRun):
    def test_an_untouched_copy_is_the_same_and_complete(self):
        self.assertEqual(self.found(), [])
        check_complete(self.campaign, self.expected, self.frames)
        steps, rows = steps_made(self.expected)
        self.assertGreater(steps, 0)
        self.assertGreater(rows, 0)

    def test_one_bit_of_a_store_is_seen(self):
        store = zarr.open_group(str(self.out / "frames.zarr"), mode="r+")
        place = store["core/positions"][0]
        place[2] = np.nextafter(place[2], np.inf)
        store["core/positions"][0] = place

        self.assertEqual(len(self.found()), 1)
        self.assertRegex(self.found()[0], "frames: 1 of .* different.*core/positions")

    def test_another_outcome_in_the_ledger_is_seen(self):
        store = zarr.open_group(str(self.out / "done.zarr"), mode="r+")
        store["custom/ledger_outcome"][0] = 1 - store["custom/ledger_outcome"][0]

        self.assertRegex(self.found()[0], "done: 1 of .* different.*ledger_outcome")

    def test_a_store_with_a_row_twice_is_broken(self):
        store = zarr.open_group(str(self.out / "frames.zarr"), mode="r+")
        for array in ("core/system_id", "custom/ledger_step"):
            store[array][1] = store[array][0]

        with self.assertRaisesRegex(Broken, "twice"):
            self.found()

    def test_a_missing_store_is_seen(self):
        shutil.rmtree(self.out / "done.zarr")

        self.assertRegex(self.found()[0], "done: .* missing")

    def test_a_frame_less_and_a_frame_twice_are_seen(self):
        text = (self.out / "text.extxyz").read_text()
        count = int(text.split("\n", 1)[0]) + 2
        lines = text.splitlines(keepends=True)
        (self.out / "text.extxyz").write_text("".join(lines[count:]))
        self.assertRegex(self.found()[0], "text: 1 of .* missing")

        (self.out / "text.extxyz").write_text("".join(lines[:count]) + text)
        with self.assertRaisesRegex(Broken, "twice"):
            self.found()

    def test_a_log_line_less_or_changed_is_seen(self):
        log = self.out / "log_0_0.csv"
        lines = log.read_text().splitlines(keepends=True)
        log.write_text("".join(lines[:-1]))
        self.assertRegex(self.found()[0], "log_0: 1 of .* missing")

        log.write_text("".join(lines[:-1]) + lines[-1].rstrip("\n") + "1\n")
        self.assertRegex(self.found()[0], "log_0: 1 of .* different")

    def test_what_is_left_behind_is_seen(self):
        (self.out / "done.zarr.part-0").mkdir()

        with self.assertRaisesRegex(Broken, "left behind"):
            self.found()

    def test_samples_and_rows_that_every_run_lacks_are_seen(self):
        kept = dict(self.expected["done"])
        lost = {name: dict(rows) for name, rows in self.expected.items()}
        del lost["done"][next(iter(kept))]
        with self.assertRaisesRegex(Broken, "did neither"):
            check_complete(self.campaign, lost, self.frames)

        lost = {name: dict(rows) for name, rows in self.expected.items()}
        del lost["frames"][next(iter(lost["frames"]))]
        with self.assertRaisesRegex(Broken, "rows that hooks write are not there"):
            check_complete(self.campaign, lost, self.frames)


class Afterwards(OfOneRun):
    def wrapped(self, before="", after=""):
        """The program with a fault, as a script that works on "$@" and what is printed."""
        path = self.folder / "program"
        path.write_text("#!/bin/sh\n%s\n'%s' \"$@\" %s" % (before, PROGRAM, after))
        path.chmod(0o755)
        return str(path)

    def check_all(self, program):
        """Every store, and every selection that convert is asked for."""
        for store in sorted(self.out.glob("*.zarr")):
            check_inspect(program, store)
            for seed in range(12):
                check_convert(program, store, randoms.Random(seed))

    def test_the_program_itself_is_right_and_leaves_nothing(self):
        self.check_all(PROGRAM)
        self.assertEqual(self.found(), [])

    def test_a_wrong_count_of_inspect_is_seen(self):
        with self.assertRaisesRegex(Broken, "and there are"):
            self.check_all(self.wrapped(after="| sed 's/\"samples\": /&1/'"))

    def test_a_damaged_store_is_seen(self):
        chunks = (self.out / "done.zarr/core/positions/c").rglob("*")
        next(path for path in chunks if path.is_file()).unlink()
        with self.assertRaises(Broken):
            self.check_all(PROGRAM)

    def test_rows_that_convert_selects_wrongly_are_seen(self):
        with self.assertRaisesRegex(Broken, "are too many"):
            self.check_all(self.wrapped('[ "$4" = --select ] && set -- "$1" "$2" "$3"'))

    def test_a_file_that_does_not_come_back_the_same_is_seen(self):
        spoil = "&& if [ \"$3\" = two.xyz ]; then echo >> two.xyz; fi"
        with self.assertRaisesRegex(Broken, "another file"):
            self.check_all(self.wrapped(after=spoil))


class Draw(unittest.TestCase):
    def test_a_seed_is_a_campaign_and_another_seed_another(self):
        drawn = []
        for seed in (5, 5, 6):
            with tempfile.TemporaryDirectory() as folder:
                campaign = Campaign(seed, folder)
                variant = random_variant(campaign, "out", randoms.Random("1"))
                text = pathlib.Path(folder, "in.extxyz").read_text()
                drawn.append((text, json.dumps(reference(campaign, "out").config),
                              json.dumps(variant.config)))
        self.assertEqual(drawn[0], drawn[1])
        for one, other in zip(drawn[0], drawn[2]):
            self.assertNotEqual(one, other)

    def test_a_mutation_leaves_the_original_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            config = reference(Campaign(5, folder), "out").config
        before, changed = json.dumps(config), 0
        for number in range(20):
            changed += json.dumps(mutated(config, randoms.Random(number))[0]) != before
        self.assertEqual(json.dumps(config), before)
        self.assertGreater(changed, 10)

    def test_every_dynamics_and_hook_is_drawn(self):
        dynamics, hooks = set(), set()
        for seed in range(150):
            with tempfile.TemporaryDirectory() as folder:
                for stage in Campaign(seed, folder).stages():
                    dynamics.add(stage["dynamics"]["type"])
                    hooks.update(hook["type"] for hook in stage.get("hooks", []))
        self.assertEqual(len(dynamics), 12)
        self.assertEqual(len(hooks), 12)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
