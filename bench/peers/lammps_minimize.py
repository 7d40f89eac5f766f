#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Athanor's relaxations against LAMMPS minimize with lj/cut, interleaved on one core.

    bench/peers/lammps_minimize.py [path to athanor] [--rounds 5] [--core 0] [--quick]

Both get the same structures of fcc argon (a = 5.26 Å, every coordinate moved by up to 0.3 Å, cutoff
8.5 Å with the energy shifted to zero there, skin 2 Å, double precision), and relax each in its cell
until no atom feels more than 1e-4 eV/Å (LAMMPS: min_modify norm max). Cases: 512 different crystals
of 108 atoms, and one of 32,000; --quick takes 64, and one of 4000. LAMMPS has no batches and takes
crystal after crystal in one process. Methods: `fire` of both, from 5 fs up to 30 fs; and conjugate
gradients there against `lbfgs` here.

Counted is the processor time of the whole process: start, reading, relaxing, and here also writing
a store. Prints the median of each in relaxed atoms/s, the ratios, and the evaluations of forces per
crystal. Ends with an error unless both come to the energy of the perfect crystal in every sample.
"""
import argparse
import json
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lammps_lj import one_core  # noqa: E402

LATTICE = 5.26  # Å
BASIS = [(0, 0, 0), (0, .5, .5), (.5, 0, .5), (.5, .5, 0)]
FORCE_TOLERANCE = 1e-4  # eV/Å
# Of a crystal at rest but for such forces: F²/(2k) by atom, with k of some 0.1 eV/Å².
ENERGY_TOLERANCE = 1e-6  # eV by atom
CASES = [("512 x 108 atoms", 512, 3), ("1 x 32000 atoms", 1, 20)]  # label, crystals, cells a side
QUICK_CASES = [("64 x 108 atoms", 64, 3), ("1 x 4000 atoms", 1, 10)]
METHODS = {
    "fire": ("min_style fire\nmin_modify norm max tmax 6\ntimestep 0.005",
             {"type": "fire", "timestep_fs": 5.0, "timestep_max_fs": 30.0}),
    "cg, lbfgs": ("min_style cg\nmin_modify norm max", {"type": "lbfgs"}),
}

LAMMPS_SAMPLE = """
clear
units metal
atom_style atomic
newton on
read_data {data}
mass 1 39.948
pair_style lj/cut 8.5
pair_modify shift yes
pair_coeff 1 1 0.0104 3.40
neighbor 2.0 bin
neigh_modify every 1 delay 0 check yes
thermo 1000000
{method}
minimize 0 {tolerance} 10000 100000
"""


class Unequal(Exception):
    """The two did not compute the same."""


def crystal(repeats, amplitude, seed):
    """Length of the cubic cell, and positions."""
    generator = random.Random(seed)
    cells = range(repeats)
    atoms = [[LATTICE * (cell + at) + generator.uniform(-amplitude, amplitude)
              for cell, at in zip((i, j, k), site)]
             for i in cells for j in cells for k in cells for site in BASIS]
    return repeats * LATTICE, atoms


def write_samples(folder, count, repeats):
    """structures.extxyz with `count` crystals, and one LAMMPS data file for each."""
    with open(os.path.join(folder, "structures.extxyz"), "w") as frames:
        for sample in range(count):
            length, atoms = crystal(repeats, 0.3, sample + 1)
            lines = [" ".join(f"{x:.12f}" for x in atom) for atom in atoms]
            frames.write(f'{len(atoms)}\nLattice="{length} 0 0 0 {length} 0 0 0 {length}" '
                         'Properties=species:S:1:pos:R:3 pbc="T T T"\n')
            frames.writelines(f"Ar {line}\n" for line in lines)
            with open(os.path.join(folder, f"{sample}.data"), "w") as data:
                sides = "".join(f"0 {length} {axis}lo {axis}hi\n" for axis in "xyz")
                data.write(f"argon\n\n{len(atoms)} atoms\n1 atom types\n{sides}\nAtoms\n\n")
                data.writelines(f"{k + 1} 1 {line}\n" for k, line in enumerate(lines))


def processor_seconds(command, folder, core):
    """Of a program and its threads, and what it printed."""
    prefix, environment = one_core(core)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(prefix + command, cwd=folder, env=environment, capture_output=True,
                           text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {ended.returncode}:\n{ended.stdout[-2000:]}"
                           f"{ended.stderr[-2000:]}")
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime), ended.stdout


def run_lammps(folder, count, method, core):
    """Seconds of processor time, final energy of each sample [eV], mean evaluations of forces."""
    with open(os.path.join(folder, "in.minimize"), "w") as file:
        for sample in range(count):
            file.write(LAMMPS_SAMPLE.format(data=f"{sample}.data", method=METHODS[method][0],
                                            tolerance=FORCE_TOLERANCE))
    seconds, output = processor_seconds(["lmp", "-in", "in.minimize", "-log", "none"], folder, core)
    reasons = re.findall(r"Stopping criterion = (.*)", output)
    if reasons != ["force tolerance"] * count:
        raise Unequal(f"LAMMPS, {method}: it stopped for {sorted(set(reasons))}, not the forces")
    energies = re.findall(r"Energy initial, next-to-last, final =\s+\S+\s+\S+\s+(\S+)", output)
    evaluations = re.findall(r"Iterations, force evaluations = \S+ (\d+)", output)
    return seconds, [float(energy) for energy in energies], statistics.mean(map(int, evaluations))


def run_athanor(program, folder, method, core):
    """The same of ours."""
    document = {
        "athanor": 1, "device": "cpu", "input": {"path": "structures.extxyz"},
        "sampler": {"max_systems": 64, "max_atoms": 32768},
        "model": {"type": "lennard_jones", "cutoff": 8.5, "shift": True,
                  "species": {"Ar": {"epsilon": 0.0104, "sigma": 3.40}}},
        "pipeline": [{"name": "relax", "dynamics": METHODS[method][1],
                      "converge": {"fmax": FORCE_TOLERANCE}, "max_steps": 10000,
                      "hooks": [{"type": "neighbor_list", "skin": 2.0}]}],
        "sinks": {"done": {"type": "zarr", "url": "done.zarr"}},
        "output": ["done"], "quarantine": "quarantine.extxyz"}
    with open(os.path.join(folder, "minimize.json"), "w") as file:
        json.dump(document, file)
    program = os.path.abspath(program)
    seconds, _ = processor_seconds([program, "run", "minimize.json", "--overwrite", "--progress",
                                    "none"], folder, core)
    subprocess.run([program, "convert", "done.zarr", "done.extxyz", "--overwrite"], cwd=folder,
                   check=True, capture_output=True)
    with open(os.path.join(folder, "done.extxyz")) as file:
        frames = [dict(re.findall(r"(\w+)=(\S+)", line)) for line in file if "Lattice=" in line]
    wrong = [frame["system_id"] for frame in frames if frame["outcome"] != "converged"]
    if wrong:
        raise Unequal(f"Athanor, {method}: samples {wrong} did not converge")
    energies = {int(frame["system_id"]): float(frame["energy"]) for frame in frames}
    steps = statistics.mean(int(frame["stage_step"]) for frame in frames)
    return seconds, [energies[sample] for sample in sorted(energies)], steps + 1


def perfect_energy():
    """Energy by atom of the crystal at rest, from the equation of the pair alone [eV]."""
    def pair(square):
        sixth = (3.40**2 / square)**3
        return 4 * 0.0104 * (sixth * sixth - sixth)
    reach = range(-3, 4)
    squares = [sum((LATTICE * (cell + at))**2 for cell, at in zip((i, j, k), site))
               for i in reach for j in reach for k in reach for site in BASIS]
    return 0.5 * sum(pair(s) - pair(8.5**2) for s in squares if 0 < s < 8.5**2)


def expect_equal(method, count, repeats, theirs, ours):
    atoms = 4 * repeats**3
    wanted = atoms * perfect_energy()
    if len(theirs) != count or len(ours) != count:
        raise Unequal(f"{method}: {len(theirs)} and {len(ours)} of {count} samples came out")
    for sample, (a, b) in enumerate(zip(theirs, ours)):
        if max(abs(a - wanted), abs(b - wanted), abs(a - b)) > ENERGY_TOLERANCE * atoms:
            raise Unequal(f"{method}, sample {sample}: LAMMPS ends at {a} eV, Athanor at {b} eV, "
                          f"the crystal at rest has {wanted} eV")


def measure(program, count, repeats, method, core):
    """(relaxed atoms/s, evaluations of forces per sample) of LAMMPS, and of Athanor.
    Raises Unequal."""
    with tempfile.TemporaryDirectory() as folder:
        write_samples(folder, count, repeats)
        their_seconds, their_energies, their_evaluations = run_lammps(folder, count, method, core)
        our_seconds, our_energies, our_evaluations = run_athanor(program, folder, method, core)
    expect_equal(method, count, repeats, their_energies, our_energies)
    atoms = 4 * repeats**3 * count
    return (atoms / their_seconds, their_evaluations), (atoms / our_seconds, our_evaluations)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="?", default="build/release/athanor")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="smaller cases, rough figures")
    options = parser.parse_args()
    if not os.path.exists(options.program):
        sys.exit(f"{options.program} is not there; build it or give its path")
    cases = QUICK_CASES if options.quick else CASES
    rounds = {(label, method): [] for label, _, _ in cases for method in METHODS}
    for _ in range(options.rounds):
        for label, count, repeats in cases:
            for method in METHODS:
                rounds[label, method].append(
                    measure(options.program, count, repeats, method, options.core))
    print(f"{'':16}{'':12}{'LAMMPS':>11}{'Athanor':>11}   [relaxed atoms/s]   ratio"
          "                 evaluations of forces")
    for (label, method), pairs in rounds.items():
        theirs, ours = ([pair[who][0] for pair in pairs] for who in (0, 1))
        ratios = sorted(b / a for a, b in zip(theirs, ours))
        span = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        print(f"{label:16}{method:12}{statistics.median(theirs):11.3e}"
              f"{statistics.median(ours):11.3e}{'':23}{span:22}"
              f"{pairs[0][0][1]:.0f}, {pairs[0][1][1]:.0f}")


if __name__ == "__main__":
    main()
