#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Athanor's NVE step against LAMMPS lj/cut, interleaved on one core.

    bench/peers/lammps_lj.py [path to bench_stages] [--rounds 5] [--core 0]

Both run the same fcc argon (a = 5.26 Å, about 40 K, cutoff 8.5 Å, skin 2 Å, dt 2 fs, double
precision): one crystal of 4000 atoms, and 64 independent crystals of 108 atoms. For the second,
LAMMPS runs one crystal of 108 atoms: it has no batches, so 64 of them take 64 times as long and the
figure per atom is the same (its start-up time is left out, in its favour). Prints the median and
the
best of each in atom·steps/s, and the ratios. Both are counted in seconds of processor time (LAMMPS:
loop time times its own "CPU use"), so that a busy machine does not favour either.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

LAMMPS_INPUT = """
units metal
atom_style atomic
newton on
lattice fcc 5.26
region box block 0 {repeats} 0 {repeats} 0 {repeats}
create_box 1 box
create_atoms 1 box
mass 1 39.948
pair_style lj/cut 8.5
pair_coeff 1 1 0.0104 3.40
neighbor 2.0 bin
neigh_modify every 1 delay 0 check yes
velocity all create 80.0 4711 mom yes dist gaussian
timestep 0.002
fix 1 all nve
thermo 1000000
run 100
run {steps}
"""

CASES = [("1 x 4000 atoms", 10, 2000, "nve_step/systems:1/repeats:10/threads:1"),
         ("64 x 108 atoms", 3, 30000, "nve_step/systems:64/repeats:3/threads:1")]


def one_core(core):
    environment = dict(os.environ, OMP_NUM_THREADS="1", OMPI_ALLOW_RUN_AS_ROOT="1",
                       OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    return ["taskset", "-c", str(core)], environment


def run_lammps(repeats, steps, core):
    prefix, environment = one_core(core)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "in.lj")
        with open(path, "w") as file:
            file.write(LAMMPS_INPUT.format(repeats=repeats, steps=steps))
        output = subprocess.run(prefix + ["lmp", "-in", path, "-log", "none"], cwd=folder,
                                env=environment, capture_output=True, text=True, check=True).stdout
    loops = re.findall(r"Loop time of (\S+) on 1 procs for (\d+) steps with (\d+) atoms", output)
    seconds, steps_run, atoms = loops[-1]
    percent = re.findall(r"(\S+)% CPU use with 1 MPI tasks", output)[-1]
    return int(steps_run) * int(atoms) / (float(seconds) * float(percent) / 100.0)


def run_athanor(binary, name, core):
    prefix, environment = one_core(core)
    command = prefix + [binary, f"--benchmark_filter=^{name}$", "--benchmark_min_time=1.5",
                        "--benchmark_format=json"]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(output.stdout)["benchmarks"][0]["atom_steps/s"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", nargs="?", default="build/release/bench/stages/bench_stages")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--core", type=int, default=0)
    options = parser.parse_args()
    if not os.path.exists(options.binary):
        sys.exit(f"{options.binary} is not there; build with -DATHANOR_BENCH=ON or give its path")
    print(f"{'':16}{'':10}{'LAMMPS':>12}{'Athanor':>12}{'ratio':>8}   [atom·steps/s]")
    for label, repeats, steps, name in CASES:
        theirs, ours = [], []
        for _ in range(options.rounds):
            theirs.append(run_lammps(repeats, steps, options.core))
            ours.append(run_athanor(options.binary, name, options.core))
        for what, of in (("median", statistics.median), ("best", max)):
            ratio = of(ours) / of(theirs)
            print(f"{label:16}{what:10}{of(theirs):12.3e}{of(ours):12.3e}{ratio:8.2f}")


if __name__ == "__main__":
    main()
