# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""What changed between two runs of the harness on one machine: an exact rank test for each case,
corrected for the number of cases, and bootstrap intervals to read beside it."""
import math
import random
import re
import statistics

RESAMPLES = 2000
LEAST_CHANGE = 0.01  # what is less is called the same, however sure it is
FALSE_DISCOVERIES = 0.05  # share of wrong ones among what is called changed, on average at most


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


def rank_sum_p(old, new):
    """Two-sided p of the exact Wilcoxon rank-sum test (Biometrics Bull. 1, 80 (1945)), with mean
    ranks for ties: the share of all ways to deal out the ranks whose sum for `new` is as far from
    the middle as the one found, or farther."""
    values = sorted(old + new)
    # Twice the mean rank, a whole number: one more than those below plus those not above.
    doubled = {value: 2 * values.index(value) + values.count(value) + 1 for value in set(values)}
    ways = [{} for _ in range(len(new) + 1)]  # by how many are chosen: {sum of ranks: ways}
    ways[0][0] = 1
    for value in values:
        for chosen in range(len(new) - 1, -1, -1):
            for total, count in ways[chosen].items():
                above = ways[chosen + 1]
                above[total + doubled[value]] = above.get(total + doubled[value], 0) + count
    middle = len(new) * (len(values) + 1)
    found = abs(sum(doubled[value] for value in new) - middle)
    far = sum(count for total, count in ways[-1].items() if abs(total - middle) >= found)
    return far / sum(ways[-1].values())


def least_p(old, new):
    """What rank_sum_p() would say if all of one were above all of the other."""
    return min(1.0, 2.0 / math.comb(len(old) + len(new), len(new)))


def adjusted(p_values):
    """p of each, for a bound on the share of false discoveries among all (Benjamini and Hochberg,
    J. R. Statist. Soc. B 57, 289 (1995))."""
    count, least, result = len(p_values), 1.0, [1.0] * len(p_values)
    descending = sorted(range(count), key=lambda k: p_values[k], reverse=True)
    for above, k in enumerate(descending):
        least = min(least, p_values[k] * count / (count - above))
        result[k] = least
    return result


def verdict(ratio, p, could_tell, better):
    """`p` is adjusted; `could_tell`: so many samples would show a change that is clear."""
    if abs(ratio - 1.0) < LEAST_CHANGE:
        return "same"
    if p > FALSE_DISCOVERIES:
        return "same" if could_tell else "too few samples"
    return "faster" if (ratio > 1.0) == (better == "higher") else "slower"


def compare(old, new, only=None):
    """Rows (name, ratio, low, high, verdict) of what both have, and the names that only one has;
    of such names as the regular expression `only` finds, where it is given.
    Raises NotComparable."""
    expect_same_machine(old, new)
    wanted = re.compile(only or "")
    pairs = {name: (old["results"][name]["samples"], found["samples"])
             for name, found in new["results"].items() if wanted.search(name)
             and old["results"].get(name, {}).get("unit") == found["unit"]}
    p_values = adjusted([rank_sum_p(before, after) for before, after in pairs.values()])
    rows = []
    for (name, (before, after)), p in zip(pairs.items(), p_values):
        ratio, low, high = ratio_interval(before, after)
        could_tell = least_p(before, after) * len(pairs) <= FALSE_DISCOVERIES
        better = new["results"][name]["better"]
        rows.append((name, ratio, low, high, verdict(ratio, p, could_tell, better)))
    return rows, sorted(filter(wanted.search, set(old["results"]) ^ set(new["results"])))


def samples_needed(cases):
    """Of each run, so that one change among so many cases can be told."""
    count = 2
    while 2.0 / math.comb(2 * count, count) * cases > FALSE_DISCOVERIES:
        count += 1
    return count


def print_comparison(old, new, only=None):
    """Exit code: 0, or 1 when something became slower."""
    rows, missing = compare(old, new, only)
    width = max([len(row[0]) for row in rows] + [4])
    print(f"{'':{width}}  new / old   95 % interval")
    for name, ratio, low, high, what in sorted(rows, key=lambda row: row[4]):
        mark = "" if what == "same" else f"  {what}"
        print(f"{name:{width}}  {ratio:9.3f}   {low:.3f} to {high:.3f}{mark}")
    words = ("faster", "slower", "same", "too few samples")
    counts = {word: sum(row[4] == word for row in rows) for word in words}
    print(f"\n{old['machine']['revision']} -> {new['machine']['revision']}: "
          + ", ".join(f"{count} {word}" for word, count in counts.items())
          + (f"; {len(missing)} are in one of the two only" if missing else ""))
    if counts["too few samples"]:
        print(f"to tell the change of one case among {len(rows)} from chance takes "
              f"{samples_needed(len(rows))} samples of each run: measure with --rounds, or compare "
              "fewer cases by --only")
    return 1 if counts["slower"] else 0
