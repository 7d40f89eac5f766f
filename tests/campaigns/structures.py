# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Structures drawn at random as an extended-XYZ file: clusters, crystals, slabs and wires of 1 to
60 atoms, skewed and left-handed cells, and frames that fail on purpose.

What a file holds beside species and positions (velocities, masses, a user's column) is drawn once
for all of its frames, or for some of them.
"""
SPECIES = ("Ar", "Kr", "Xe")
MASSES = {"Ar": 39.948, "Kr": 83.798, "Xe": 131.293}
SPACING = 3.9  # of neighbours in noble gas crystals, about [A]
MOST_ATOMS = 60


class Frame:
    def __init__(self, species, positions, cell=None, pbc="F F F"):
        self.species, self.positions, self.cell, self.pbc = species, positions, cell, pbc
        self.extra_line = None  # in place of the last atom: a frame that is no sample

    def text(self, name, random, file, whole):
        """The frame as lines of a file with the columns of `file`, all of them if it is `whole`."""
        properties, line = "species:S:1:pos:R:3", []
        for column in file.columns:
            if column == "velocities":
                properties += ":velocities:R:3"
            elif column == "momenta":
                properties += ":momenta:R:3"
            elif column == "masses":
                properties += ":masses:R:1"
            elif column == "atom_categories":
                properties += ":atom_categories:I:1"
            elif column == "tag" and (whole or random.random() < 0.5):
                properties += ":tag:R:2"
        if self.cell:
            line.append('Lattice="%s"' % " ".join("%.6f" % x for row in self.cell for x in row))
        line.append("Properties=" + properties)
        line.append('pbc="%s"' % self.pbc)
        if name:
            line.append("name=" + name)
        if file.weights and (whole or random.random() < 0.5):
            line.append("weight=%.3f" % random.uniform(0, 9))
        text = ["%d" % len(self.species), " ".join(line)]
        for symbol, place in zip(self.species, self.positions):
            row = [symbol] + ["%.8f" % x for x in place]
            if "velocities" in properties or "momenta" in properties:
                row += ["%.6f" % random.gauss(0, 0.01) for _ in range(3)]
            if "masses" in properties:
                row.append("%.3f" % (MASSES.get(symbol, 10.0) + random.choice((0, 1))))
            if "atom_categories" in properties:
                row.append("%d" % random.choice((0, 0, 1, 2)))
            if ":tag:" in properties:
                row += ["%.2f" % random.uniform(-5, 5) for _ in range(2)]
            text.append(" ".join(row))
        if self.extra_line is not None:
            text[-1] = self.extra_line
        return "\n".join(text) + "\n"


class FileForm:
    def __init__(self, random):
        self.columns = []
        if random.random() < 0.4:
            self.columns.append(random.choice(("velocities", "momenta")))
        if random.random() < 0.2:
            self.columns.append("masses")
        if random.random() < 0.5:
            self.columns.append("atom_categories")
        if random.random() < 0.3:
            self.columns.append("tag")
        self.weights = random.random() < 0.3
        self.everywhere = random.random() < 0.6

    def numbers(self):
        """Fields of a user that hold floating-point numbers, in the first frame at least."""
        return [c for c in self.columns if c == "tag"] + ["weight"] * self.weights


def lattice(random, count, shape, skew):
    """Sites of a rattled lattice and its cell; `shape` lattice planes a side."""
    a = SPACING * random.uniform(0.97, 1.06)
    cell = [[a * shape[i] if i == k else 0.0 for k in range(3)] for i in range(3)]
    for i in range(3):
        for k in range(3):
            if i != k:
                cell[i][k] = skew * random.uniform(-0.15, 0.15) * a * shape[i]
    sites = [(x, y, z) for x in range(shape[0]) for y in range(shape[1]) for z in range(shape[2])]
    random.shuffle(sites)
    places = []
    for site in sites[:count]:
        fraction = [site[i] / shape[i] for i in range(3)]
        places.append([sum(fraction[i] * cell[i][k] for i in range(3)) + random.uniform(-0.25, 0.25)
                       for k in range(3)])
    return places, cell


def good_frame(random, most_atoms, periodic):
    kinds = ("crystal",) if periodic else ("crystal", "cluster", "slab", "wire", "one")
    kind = random.choice(kinds)
    species = random.sample(SPECIES, random.choice((1, 1, 2, 3)))
    if kind == "one":
        return Frame([random.choice(SPECIES)], [[random.uniform(-3, 3) for _ in range(3)]])
    side = 4 if most_atoms > 30 else 3 if most_atoms > 8 else 2
    while True:
        shape = [random.randint(1, side) for _ in range(3)]
        sites = shape[0] * shape[1] * shape[2]
        if sites <= most_atoms:
            break
    count = sites if kind == "crystal" and random.random() < 0.7 else random.randint(1, sites)
    places, cell = lattice(random, count, shape, random.choice((0, 0, 1)))
    symbols = [random.choice(species) for _ in places]
    if kind == "cluster":
        return Frame(symbols, places)
    if kind == "slab":
        cell[2] = [0.0, 0.0, cell[2][2] + random.uniform(5, 20)]
    if kind == "wire":
        cell[1], cell[2] = [0.0, cell[1][1] + 12.0, 0.0], [0.0, 0.0, cell[2][2] + 12.0]
    if random.random() < 0.15:  # a left-handed cell
        cell[0], cell[1] = cell[1], cell[0]
        pbc = {"slab": "T T F", "wire": "F T F"}.get(kind, "T T T")
    else:
        pbc = {"slab": "T T F", "wire": "T F F"}.get(kind, "T T T")
    if random.random() < 0.3:  # atoms outside the cell
        for place in places:
            for k in range(3):
                place[k] += random.choice((-1, 0, 1)) * cell[0][k]
    return Frame(symbols, places, cell, pbc)


def failing_frame(random, most_atoms, periodic):
    """A frame that is no sample, or a sample that fails: at admission, or once it moves."""
    frame = good_frame(random, most_atoms, periodic)
    kind = random.choice(("words", "columns", "species", "twice", "near", "nearer", "flat"))
    if kind == "words":
        frame.extra_line = "Ar 1.0 two 3.0"
    elif kind == "columns":
        frame.extra_line = "Ar 1.0"
    elif kind == "species":
        frame.species[-1] = "U"
    elif kind == "flat" and frame.cell:
        frame.cell[2] = list(frame.cell[0])
    else:
        distance = {"twice": 0.0, "near": 1.2, "nearer": 0.4}.get(kind, 1.8)
        if len(frame.species) < most_atoms:
            frame.species.append(frame.species[0])
            frame.positions.append([frame.positions[0][0] + distance] + frame.positions[0][1:])
    return frame


def draw_structures(random, path):
    """Writes a file; gives the number of frames and the atoms of the largest."""
    form = FileForm(random)
    periodic = random.random() < 0.5
    most_atoms = random.choice((6, 20, 20, MOST_ATOMS))
    frames = random.choice((1, 4, 8, 15, 15, 25, 25, 40))
    bad = random.choice((0, 0, 0.1, 0.25))
    names = random.random() < 0.7
    largest, text = 1, []
    for index in range(frames):
        # The first one is good: a file of nothing but bad frames is refused, and rightly.
        make = failing_frame if index > 0 and random.random() < bad else good_frame
        frame = make(random, most_atoms, periodic)
        largest = max(largest, len(frame.species))
        text.append(frame.text("s%d" % index if names else None, random, form,
                               form.everywhere or index == 0))
    with open(path, "w", encoding="ascii") as file:
        file.write("".join(text))
    return frames, largest, form
