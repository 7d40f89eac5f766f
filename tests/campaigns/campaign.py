# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""A campaign drawn from a seed: what decides its numbers and which rows it stores.

How it runs is not part of it (variants.py). `chains` are lists of stages; a stage that must stay in
one element with others, because of "order": "documented", stands in `groups`.
"""
import copy
import random as randoms

from stages import draw_stage, some
from structures import SPECIES, draw_structures

EPSILON = {"Ar": 0.0104, "Kr": 0.014, "Xe": 0.02}
SIGMA = {"Ar": 3.4, "Kr": 3.65, "Xe": 3.98}


def draw_model(random):
    model = {"type": "lennard_jones", "cutoff": random.choice((5.0, 6.5, 8.5)),
             "species": {s: {"epsilon": EPSILON[s], "sigma": SIGMA[s]} for s in SPECIES}}
    model.update(random.choice(({}, {"shift": True}, {"switch_width": 1.0})))
    if random.random() < 0.3:
        model["pairs"] = {random.choice(("Ar-Kr", "Kr-Ar")): {"epsilon": 0.009, "sigma": 3.5}}
    return model


class Campaign:
    def __init__(self, seed, folder):
        random = randoms.Random("campaign %d" % seed)
        self.seed = seed
        self.frames, self.largest, form = draw_structures(random, folder + "/in.extxyz")
        count = random.choice((1, 2, 2, 3, 3, 4))
        stages = [draw_stage(random, s, form) for s in range(count)]
        self.chains = [stages]
        if count > 1 and random.random() < 0.15:
            cut = random.randint(1, count - 1)
            self.chains = [stages[:cut], stages[cut:]]
        self.documented = None
        if len(self.chains) == 1 and count > 1 and random.random() < 0.08:
            begin = random.randint(0, count - 2)
            self.documented = range(begin, random.randint(begin + 2, count))
        # A hook that all stages have, and that fused ones may have together.
        self.common = None
        if random.random() < 0.25:
            self.common = {"type": "snapshot", "sink": "common",
                           "frequency": random.choice((1, 3, 10))}
            for stage in stages:
                if stage["dynamics"]["type"] != "single_point":
                    stage["hooks"] = stage.get("hooks", []) + [dict(self.common)]
        if random.random() < 0.1:  # one, for an element may have no more
            random.choice(stages).setdefault("hooks", []).insert(0, {
                "type": "profiler", "path": "OUT/trace_{replica}.json",
                **some(random, 0.5, ranges="step", nvtx=False, max_events=100, frequency=3)})
        self.base = {"athanor": 1, "seed": random.choice((0, 1, 7, 2 ** 40)),
                     "input": {"path": "in.extxyz", **some(random, 0.2, select=random.choice(
                         (":", "::2", "1:", "0:30")) if self.frames > 1 else ":")},
                     "model": draw_model(random), **some(random, 0.2, precision="mixed")}
        if self.base["input"].get("select") == "1:" and self.frames < 4:
            del self.base["input"]["select"]
        self.dtypes = {name: random.choice(("float64",) * 5 + ("float32",))
                       for name in ("done", "done1", "frames", "common")}
        self.text_output = random.random() < 0.1
        # Where samples are left out for their size, every run has to leave out the same.
        self.most_atoms = None
        if random.random() < 0.1 and self.largest > 2:
            self.most_atoms = random.randint(max(2, self.largest // 2), self.largest)
            self.base["oversized"] = "quarantine"

    def outputs(self):
        """Names of the sinks of finished samples, of each chain."""
        own = ["text_done" if self.text_output else "done", "done1"]
        return own[:len(self.chains)]

    def sinks_used(self):
        used = set(self.outputs())
        for stage in self.stages():
            used.update(hook["sink"] for hook in stage.get("hooks", []) if "sink" in hook)
        return sorted(used)

    def stages(self):
        return [stage for chain in self.chains for stage in chain]

    def copy_of_chains(self):
        return copy.deepcopy(self.chains)
