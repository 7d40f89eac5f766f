#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Makes noble_gases.extxyz, the structures of the example campaign.

    python3 make_noble_gas_structures.py [OUT]        (default: noble_gases.extxyz beside this file)

Plain Python 3, no packages; the same file on every machine. Each frame is one structure of argon,
krypton and xenon, some atoms away from where it wants to be, so that a relaxation has work to do:

    icosahedra    closed shells of 13 and 55 atoms, stretched and rattled; open boundaries
    random        clusters of 3 to 38 atoms, dropped into a sphere one by one; open boundaries
    crystals      fcc at five lattice constants about equilibrium, 32 and 108 atoms, rattled
    sheared       fcc in a triclinic cell, 32 atoms
    slabs         fcc (100) with vacuum, periodic in two directions, 64 and 96 atoms
    alloys        fcc with two or three elements at random, 32 and 108 atoms
    vacancies     fcc with one to four atoms missing
    large         one crystal of 256 atoms for each element

No two atoms, images included, are nearer than 2.5 A; the script checks that before it writes.
"""
import itertools
import math
import pathlib
import random
import sys

# Nearest-neighbour distance of the crystal at low temperature [A]: Kittel, Introduction to Solid
# State Physics, 8th ed., table 3.4 (Ar 3.76, Kr 4.01, Xe 4.35).
NEIGHBOUR = {"Ar": 3.76, "Kr": 4.01, "Xe": 4.35}
TOO_NEAR = 2.5
ALL, NONE, SLAB = "T T T", "F F F", "T T F"


class Structure:
    def __init__(self, name, species, positions, cell=None, pbc=NONE):
        self.name, self.species, self.positions = name, species, positions
        self.cell, self.pbc = cell, pbc

    def text(self):
        lattice = ""
        if self.cell:
            lattice = 'Lattice="%s" ' % " ".join("%.6f" % x for row in self.cell for x in row)
        lines = [str(len(self.species)),
                 '%sProperties=species:S:1:pos:R:3 pbc="%s" name=%s' % (lattice, self.pbc, self.name)]
        lines += ["%s %.6f %.6f %.6f" % (s, *p) for s, p in zip(self.species, self.positions)]
        return "\n".join(lines) + "\n"

    def nearest_distance(self):
        """Over all pairs and the images that matter: cells here are larger than TOO_NEAR."""
        periodic = [flag == "T" for flag in self.pbc.split()]
        shifts = [(-1, 0, 1) if p else (0,) for p in periodic]
        nearest = math.inf
        for n in itertools.product(*shifts):
            move = [sum(n[i] * self.cell[i][k] for i in range(3)) if self.cell else 0.0
                    for k in range(3)]
            for i, a in enumerate(self.positions):
                for j in range(i, len(self.positions)):
                    if i == j and n == (0, 0, 0):
                        continue
                    b = self.positions[j]
                    nearest = min(nearest, math.dist(a, [b[k] + move[k] for k in range(3)]))
        return nearest


def rattled(positions, amount, rng):
    return [[x + rng.uniform(-amount, amount) for x in p] for p in positions]


def fcc(constant, repeats):
    basis = [(0, 0, 0), (0, .5, .5), (.5, 0, .5), (.5, .5, 0)]
    positions = [[constant * (cell[k] + b[k]) for k in range(3)]
                 for cell in itertools.product(*map(range, repeats)) for b in basis]
    box = [[constant * repeats[i] if i == k else 0.0 for k in range(3)] for i in range(3)]
    return positions, box


def icosahedron(shells, bond):
    """Mackay icosahedron: vertices, then edges and faces of each shell divided evenly."""
    golden = (1 + math.sqrt(5)) / 2
    vertices = [p for a in (-1, 1) for b in (-golden, golden)
                for p in ((0, a, b), (a, b, 0), (b, 0, a))]
    near = [(i, j) for i, j in itertools.combinations(range(12), 2)
            if abs(math.dist(vertices[i], vertices[j]) - 2) < 1e-9]
    faces = [t for t in itertools.combinations(range(12), 3)
             if all(pair in near for pair in itertools.combinations(t, 2))]
    points = {(0.0, 0.0, 0.0)}
    for shell in range(1, shells + 1):
        for i, j, k in faces:
            for a in range(shell + 1):
                for b in range(shell + 1 - a):
                    c = shell - a - b
                    points.add(tuple(round(a * vertices[i][x] + b * vertices[j][x]
                                           + c * vertices[k][x], 9) for x in range(3)))
    return [[bond / 2 * x for x in p] for p in sorted(points)]


def random_cluster(count, bond, rng):
    """Each atom at the first random place of a growing sphere that is far enough from the others."""
    positions, radius = [], 0.5 * bond
    while len(positions) < count:
        p = [rng.uniform(-radius, radius) for _ in range(3)]
        radius *= 1.0005
        if all(math.dist(p, q) > 0.85 * bond for q in positions):
            positions.append(p)
    return positions


def without(positions, species, count, rng):
    keep = sorted(rng.sample(range(len(positions)), len(positions) - count))
    return [positions[i] for i in keep], [species[i] for i in keep]


def sheared(positions, box, rng):
    """Both by the same matrix 1 + e, so that fractional coordinates stay."""
    strain = [[rng.uniform(-0.06, 0.06) if i < k else float(i == k) for k in range(3)]
              for i in range(3)]
    turn = lambda p: [sum(p[i] * strain[i][k] for i in range(3)) for k in range(3)]
    return [turn(p) for p in positions], [turn(row) for row in box]


def structures(rng):
    for s in NEIGHBOUR:
        bond, a = NEIGHBOUR[s], math.sqrt(2) * NEIGHBOUR[s]
        for shells, stretch in ((1, 1.0), (1, 1.06), (2, 0.99)):
            p = rattled(icosahedron(shells, stretch * bond), 0.12, rng)
            yield Structure("%s-icosahedron-%d-%.2f" % (s, len(p), stretch), [s] * len(p), p)
        for count in (3, 5, 7, 13, 19, 38):
            yield Structure("%s-random-%d" % (s, count), [s] * count,
                            random_cluster(count, bond, rng))
        for factor in (0.97, 0.99, 1.0, 1.02, 1.04):
            p, box = fcc(factor * a, (2, 2, 2))
            yield Structure("%s-fcc-32-%.2f" % (s, factor), [s] * len(p),
                            rattled(p, 0.15, rng), box, ALL)
        p, box = fcc(1.01 * a, (3, 3, 3))
        yield Structure("%s-fcc-108" % s, [s] * len(p), rattled(p, 0.15, rng), box, ALL)
        for k in (1, 2):
            p, box = sheared(*fcc(a, (2, 2, 2)), rng)
            yield Structure("%s-sheared-32-%d" % (s, k), [s] * len(p), rattled(p, 0.12, rng), box,
                            ALL)
        for repeats in ((2, 2, 4), (2, 3, 4)):
            p, box = fcc(a, repeats)
            box[2][2] += 14.0
            p = [[x, y, z + 7.0] for x, y, z in p]
            yield Structure("%s-slab-%d" % (s, len(p)), [s] * len(p), rattled(p, 0.12, rng), box,
                            SLAB)
        for missing in (1, 2, 4):
            p, box = fcc(a, (2, 2, 2) if missing < 4 else (3, 3, 3))
            p, species = without(p, [s] * len(p), missing, rng)
            yield Structure("%s-vacancies-%d-of-%d" % (s, missing, missing + len(p)), species,
                            rattled(p, 0.12, rng), box, ALL)
        p, box = fcc(a, (4, 4, 4))
        yield Structure("%s-fcc-256" % s, [s] * len(p), rattled(p, 0.1, rng), box, ALL)
    for mix in (("Ar", "Kr"), ("Kr", "Xe"), ("Ar", "Xe"), ("Ar", "Kr", "Xe")):
        a = math.sqrt(2) * (0.3 * max(NEIGHBOUR[s] for s in mix)
                            + 0.7 * sum(NEIGHBOUR[s] for s in mix) / len(mix))
        for repeats in ((2, 2, 2), (3, 3, 3)):
            p, box = fcc(a, repeats)
            yield Structure("%s-alloy-%d" % ("".join(mix), len(p)), rng.choices(mix, k=len(p)),
                            rattled(p, 0.12, rng), box, ALL)
        for count in (9, 24):
            p = random_cluster(count, NEIGHBOUR[mix[-1]], rng)
            yield Structure("%s-random-%d" % ("".join(mix), count), rng.choices(mix, k=count), p)


def main():
    out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1
                       else pathlib.Path(__file__).with_name("noble_gases.extxyz"))
    frames = list(structures(random.Random(2026)))
    for frame in frames:
        if frame.nearest_distance() < TOO_NEAR:
            sys.exit("%s: two atoms %.3f A apart" % (frame.name, frame.nearest_distance()))
    out.write_text("".join(frame.text() for frame in frames))
    sizes = [len(frame.species) for frame in frames]
    print("%s: %d structures of %d to %d atoms, %d in all"
          % (out, len(frames), min(sizes), max(sizes), sum(sizes)))


if __name__ == "__main__":
    main()
