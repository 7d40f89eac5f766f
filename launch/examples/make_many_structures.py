#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Streams N small structures of argon, krypton and xenon to a file, for launch/examples/large.sh.

    python3 make_many_structures.py N OUT.extxyz      (OUT.extxyz.gz is compressed)

Plain Python 3, no packages, constant memory; the same file on every machine. Structure i depends on
i alone: clusters of 3 to 13 atoms and fcc crystals of 4, 8, 16 and 32 atoms, all rattled, of one
element or mixed. No two atoms, images included, are nearer than 2.5 A.
"""
import gzip
import itertools
import math
import random
import sys

# As in make_noble_gas_structures.py.
NEIGHBOUR = {"Ar": 3.76, "Kr": 4.01, "Xe": 4.35}
MIXES = [("Ar",), ("Kr",), ("Xe",), ("Ar", "Kr"), ("Ar", "Kr", "Xe")]
REPEATS = [(1, 1, 1), (2, 1, 1), (2, 2, 1), (2, 2, 2)]
BASIS = [(0, 0, 0), (0, .5, .5), (.5, 0, .5), (.5, .5, 0)]


def cluster(bond, rng):
    """Steps of one bond from an atom of the cluster to the next, kept where there is room."""
    positions = [[0.0, 0.0, 0.0]]
    count = rng.randint(3, 13)
    while len(positions) < count:
        x, y, z = (rng.gauss(0, 1) for _ in range(3))
        scale = bond * rng.uniform(0.95, 1.1) / math.sqrt(x * x + y * y + z * z + 1e-12)
        base = rng.choice(positions)
        p = [base[0] + scale * x, base[1] + scale * y, base[2] + scale * z]
        if all(math.dist(p, q) > 0.85 * bond for q in positions):
            positions.append(p)
    return positions


def structure(i):
    rng = random.Random(i)
    mix = MIXES[i % len(MIXES)]
    bond = max(NEIGHBOUR[s] for s in mix)
    if i % 3 == 0:
        a, repeats = math.sqrt(2) * bond * rng.uniform(0.98, 1.03), REPEATS[i // 3 % len(REPEATS)]
        positions = [[a * (cell[k] + b[k]) + rng.uniform(-0.12, 0.12) for k in range(3)]
                     for cell in itertools.product(*map(range, repeats)) for b in BASIS]
        header = ('Lattice="%.6f 0 0 0 %.6f 0 0 0 %.6f" Properties=species:S:1:pos:R:3 pbc="T T T"'
                  % tuple(a * n for n in repeats))
    else:
        positions, header = cluster(bond, rng), 'Properties=species:S:1:pos:R:3 pbc="F F F"'
    lines = ["%d\n%s name=s%d" % (len(positions), header, i)]
    lines += ["%s %.6f %.6f %.6f" % (rng.choice(mix), *p) for p in positions]
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) != 3 or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    count, out = int(sys.argv[1]), sys.argv[2]
    with gzip.open(out, "wt") if out.endswith(".gz") else open(out, "w") as file:
        for i in range(count):
            file.write(structure(i))


if __name__ == "__main__":
    main()
