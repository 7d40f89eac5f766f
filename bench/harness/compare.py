# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""What changed between two runs of the harness on one machine, with bootstrap intervals."""
import random
import statistics

RESAMPLES = 2000
LEAST_CHANGE = 0.01  # what is less is called the same, however sure it is


class NotComparable(Exception):
    pass


def expect_same_machine(old, new):
    here, there = new["machine"]["identity"], old["machine"]["identity"]
    for key in sorted(set(here) | set(there)):
        if here.get(key) != there.get(key):
            raise NotComparable(
                f"the runs are of two machines: {key} was {there.get(key)} and is {here.get(key)}; "
                "measure both versions on one")
    if old.get("quick") != new.get("quick"):
        raise NotComparable("one run was --quick and the other was not; measure both alike")


def ratio_interval(old, new, seed=1):
    """Median of new over median of old, and the 2.5 % and 97.5 % points of its bootstrap
    distribution (Efron, Ann. Statist. 7, 1 (1979), percentile method): both runs are drawn from
    with replacement."""
    generator = random.Random(seed)

    def median_of_draw(samples):
        return statistics.median(generator.choices(samples, k=len(samples)))

    ratios = sorted(median_of_draw(new) / median_of_draw(old) for _ in range(RESAMPLES))
    low, high = ratios[int(0.025 * RESAMPLES)], ratios[int(0.975 * RESAMPLES) - 1]
    return statistics.median(new) / statistics.median(old), low, high


def verdict(ratio, low, high, better):
    if low <= 1.0 <= high or abs(ratio - 1.0) < LEAST_CHANGE:
        return "same"
    return "faster" if (ratio > 1.0) == (better == "higher") else "slower"


def compare(old, new):
    """Rows (name, ratio, low, high, verdict) of what both have, and the names that only one has.
    Raises NotComparable."""
    expect_same_machine(old, new)
    rows = []
    for name, found in new["results"].items():
        before = old["results"].get(name)
        if before is None or before["unit"] != found["unit"]:
            continue
        ratio, low, high = ratio_interval(before["samples"], found["samples"])
        rows.append((name, ratio, low, high, verdict(ratio, low, high, found["better"])))
    return rows, sorted(set(old["results"]) ^ set(new["results"]))


def print_comparison(old, new):
    """Exit code: 0, or 1 when something became slower."""
    rows, missing = compare(old, new)
    width = max([len(row[0]) for row in rows] + [4])
    print(f"{'':{width}}  new / old   95 % interval")
    for name, ratio, low, high, what in sorted(rows, key=lambda row: row[4]):
        mark = "" if what == "same" else f"  {what}"
        print(f"{name:{width}}  {ratio:9.3f}   {low:.3f} to {high:.3f}{mark}")
    counts = {word: sum(row[4] == word for row in rows) for word in ("faster", "slower", "same")}
    print(f"\n{old['machine']['revision']} -> {new['machine']['revision']}: "
          + ", ".join(f"{count} {word}" for word, count in counts.items())
          + (f"; {len(missing)} are in one of the two only" if missing else ""))
    return 1 if counts["slower"] else 0
