#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""What snapshots cost the step rate: campaigns with and without them, in interleaved pairs.

    bench/launch/snapshot_cost.py [path to athanor] [--pairs 5] [--frequency 10] [--folder /dev/shm]
                                  [--log]

Crystals of argon (108 atoms each, 64 of them in one batch, one thread) run so many steps of NVE,
once without and once with a snapshot of every sample at each 10th step into a Zarr store. Rates are
atom-steps a second of the stage, from --metrics; processor time is that of the whole process, the
sink's thread included, and is what a busy machine changes least. With --log all of them log the
pressure in the same steps: the stress that a snapshot stores is worked out in any case then.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile

REPEATS, LATTICE = 3, 5.26  # argon, Å


def write_structures(path, count):
    basis = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]
    atoms = [(i + a, j + b, k + c) for i in range(REPEATS) for j in range(REPEATS)
             for k in range(REPEATS) for a, b, c in basis]
    length = REPEATS * LATTICE
    with open(path, "w") as file:
        for _ in range(count):
            file.write(f"{len(atoms)}\nLattice=\"{length} 0 0 0 {length} 0 0 0 {length}\" "
                       "Properties=species:S:1:pos:R:3 pbc=\"T T T\"\n")
            for atom in atoms:
                file.write("Ar " + " ".join(f"{LATTICE * x:.6f}" for x in atom) + "\n")


def campaign(options, folder, variant):
    sink = {"type": "zarr", "url": f"{variant}/t.zarr", "durability": "commit"}
    if variant == "journal":
        sink["journal"] = True
    snapshot = {"type": "snapshot", "frequency": options.frequency, "sink": "t"}
    log = {"type": "logging", "frequency": options.frequency, "backend": "csv",
           "path": f"{variant}.csv", "scalars": ["pressure"]}
    hooks = ([log] if options.log else []) + ([] if variant == "none" else [snapshot])
    document = {
        "athanor": 1, "seed": 1, "input": {"path": os.path.join(folder, "in.extxyz")},
        "sampler": {"max_systems": options.samples, "max_atoms": options.samples * 108},
        "model": {"type": "lennard_jones", "cutoff": 8.5,
                  "species": {"Ar": {"epsilon": 0.0104, "sigma": 3.4}}},
        "pipeline": [{"name": "md", "steps": options.steps, "initial_temperature_kelvin": 40.0,
                      "dynamics": {"type": "nve", "timestep_fs": 2.0},
                      "hooks": hooks}],
        "sinks": {"done": {"type": "host_memory"}} | ({} if variant == "none" else {"t": sink}),
        "output": ["done"], "quarantine": f"{variant}/quarantine.extxyz"}
    path = os.path.join(folder, variant + ".json")
    with open(path, "w") as file:
        json.dump(document, file)
    return path


def run(options, folder, variant):
    """Atom-steps a second, processor seconds, seconds for which steps waited for the sink."""
    metrics = os.path.join(folder, "metrics.json")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([options.binary, "run", campaign(options, folder, variant), "--overwrite",
                    "--progress", "off", "--metrics", metrics], check=True, cwd=folder,
                   env=dict(os.environ, OMP_NUM_THREADS="1"))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    with open(metrics) as file:
        document = json.load(file)
    stage = document["stages"][0]
    parts = stage["seconds_of"]
    working = sum(parts[name] for name in ("forces", "neighbors", "update", "hooks", "pack"))
    stalled = sum(sink["seconds_stalled"] for sink in document["sinks"])
    return stage["atom_steps"] / working, processor, stalled


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", nargs="?", default="build/release/athanor")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--frequency", type=int, default=10)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--log", action="store_true")
    parser.add_argument("--folder", default=tempfile.gettempdir())
    options = parser.parse_args()
    if not os.path.exists(options.binary):
        sys.exit(f"{options.binary} is not there; build it or give its path")
    options.binary = os.path.abspath(options.binary)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        write_structures(os.path.join(folder, "in.extxyz"), options.samples)
        for variant in ("snapshots", "journal"):
            ratios, processor, stalled = [], [], []
            for _ in range(options.pairs):
                without = run(options, folder, "none")
                found = run(options, folder, variant)
                ratios.append(found[0] / without[0])
                processor.append(found[1] / without[1])
                stalled.append(found[2])
            print(f"{variant:10} every {options.frequency} steps: rate "
                  f"{statistics.median(ratios):.3f} of that without "
                  f"({min(ratios):.3f} to {max(ratios):.3f}), processor time "
                  f"{statistics.median(processor):.3f} times ({min(processor):.3f} to "
                  f"{max(processor):.3f}), steps waited {max(stalled):.2f} s", flush=True)


if __name__ == "__main__":
    main()
