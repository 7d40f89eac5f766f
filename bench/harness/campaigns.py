# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Whole campaigns, as a user starts them: strong and weak scaling, sizes of batches, many small
samples against one large one. Rounds are interleaved, so that what else the machine does falls on
all of them."""
import copy
import json
import os
import re
import subprocess
import sys
import time

LATTICE = 5.26  # argon, Å
BASIS = [(0, 0, 0), (0, .5, .5), (.5, 0, .5), (.5, .5, 0)]


def write_crystals(path, count, repeats):
    cells = range(repeats)
    atoms = [(i + a, j + b, k + c) for i in cells for j in cells for k in cells
             for a, b, c in BASIS]
    length = repeats * LATTICE
    body = "".join("Ar " + " ".join(f"{LATTICE * x:.6f}" for x in atom) + "\n" for atom in atoms)
    with open(path, "w") as file:
        for _ in range(count):
            file.write(f"{len(atoms)}\nLattice=\"{length} 0 0 0 {length} 0 0 0 {length}\" "
                       f"Properties=species:S:1:pos:R:3 pbc=\"T T T\"\n{body}")


class Campaigns:
    """Writes inputs and configurations into a folder and says what to run."""

    def __init__(self, root, build, folder, quick):
        self.folder, self.quick = folder, quick
        self.program = os.path.join(build, "athanor")
        self.root = root
        self.cases = []  # (name, configuration, ranks)
        with open(os.path.join(root, "launch/examples/large.json")) as file:
            self.base = json.load(file)
        self._scaling()
        self._batches()
        self._sizes()

    def _input(self, count):
        path = os.path.join(self.folder, f"{count}.extxyz")
        if not os.path.exists(path):
            maker = os.path.join(self.root, "launch/examples/make_many_structures.py")
            subprocess.run([sys.executable, maker, str(count), path], check=True,
                           capture_output=True)
        return path

    def _add(self, name, document, ranks):
        document["sinks"] = {"done": {"type": "zarr", "url": f"{name}/done.zarr"}}
        document["quarantine"] = f"{name}/quarantine.extxyz"
        document["metrics"] = {"path": f"{name}/metrics.json"}
        path = os.path.join(self.folder, name.replace("/", "_") + ".json")
        with open(path, "w") as file:
            json.dump(document, file)
        self.cases.append((name, path, ranks))

    def _relax_and_md(self, count, replicas=1):
        document = copy.deepcopy(self.base)
        document["input"] = {"path": self._input(count)}
        for stage in document["pipeline"]:
            stage["replicas"] = replicas
        return document

    def _scaling(self):
        count = 1000 if self.quick else 10000
        cores = len(os.sched_getaffinity(0))
        self._add("strong/1_process", self._relax_and_md(count), 1)
        for replicas in (1, 2, 4):
            ranks = 2 * replicas
            if ranks > max(2, cores):
                break
            self._add(f"strong/{ranks}_ranks", self._relax_and_md(count, replicas), ranks)
            self._add(f"weak/{ranks}_ranks", self._relax_and_md(count // 2 * ranks, replicas),
                      ranks)

    def _batches(self):
        for atoms in (512, 4096, 32768):
            document = self._relax_and_md(1000 if self.quick else 5000)
            document["sampler"] = {"max_systems": 4096, "max_atoms": atoms}
            self._add(f"batch/{atoms}_atoms", document, 1)

    def _sizes(self):
        steps = 50 if self.quick else 400
        for name, count, repeats in (("64_of_108", 64, 3), ("1_of_6912", 1, 12)):
            path = os.path.join(self.folder, name + ".extxyz")
            write_crystals(path, count, repeats)
            document = copy.deepcopy(self.base)
            document["input"] = {"path": path}
            document["sampler"] = {"max_systems": 64, "max_atoms": 8192}
            document["pipeline"] = [{
                "name": "md", "dynamics": {"type": "nve", "timestep_fs": 2.0},
                "initial_temperature_kelvin": 40.0, "steps": steps}]
            del document["buffers"]
            self._add(f"size/{name}_atoms", document, 1)

    def run(self, name, path, ranks):
        """Atom·steps of one run by the seconds of the whole command, and by those of its metrics,
        which begin when everything is read, planned and opened, and end before the parts that
        ranks have written are joined."""
        launch = [] if ranks == 1 else ["mpirun", "-n", str(ranks)]
        threads = max(1, len(os.sched_getaffinity(0)) // ranks)
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OMPI_ALLOW_RUN_AS_ROOT="1",
                           OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                           OMPI_MCA_rmaps_base_oversubscribe="1",
                           OMPI_MCA_hwloc_base_binding_policy="none",
                           OMPI_MCA_mpi_yield_when_idle="1",
                           OMPI_MCA_btl_vader_single_copy_mechanism="none")
        begun = time.monotonic()
        ended = subprocess.run(launch + [self.program, "run", path, "--overwrite", "--progress",
                                         "none"], cwd=self.folder, env=environment,
                               capture_output=True, text=True)
        seconds = time.monotonic() - begun
        if ended.returncode != 0:
            raise RuntimeError(f"campaign {name} ended with {ended.returncode}:\n{ended.stderr}")
        with open(os.path.join(self.folder, name, "metrics.json")) as file:
            metrics = json.load(file)
        atom_steps = sum(stage["atom_steps"] for stage in metrics["stages"])
        return atom_steps / seconds, atom_steps / metrics["wall_seconds"]


def run(root, build, folder, quick, rounds, only, show):
    """Results by "campaign/CASE": atom·steps/s of the whole command, as a user waits for it. Those
    of its stages alone stand beside, in `between_start_and_end`."""
    campaigns = Campaigns(root, build, folder, quick)
    results = {}
    for turn in range(rounds or (2 if quick else 8)):
        for name, path, ranks in campaigns.cases:
            if only and not re.search(only, "campaign/" + name):
                continue
            show(f"campaign/{name}, round {turn + 1}")
            result = results.setdefault("campaign/" + name, {
                "unit": "atom·steps/s", "better": "higher", "samples": [],
                "between_start_and_end": []})
            whole, stages = campaigns.run(name, path, ranks)
            result["samples"].append(whole)
            result["between_start_and_end"].append(stages)
    return results
