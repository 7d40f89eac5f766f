# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Other programs beside ours, in interleaved pairs, where they are installed: LAMMPS, zarr-python,
tensorstore. The scripts of bench/peers run alone as well, and say more."""
import importlib.util
import os
import re
import shutil
import tempfile


class _Work:
    """What to measure, how often, and what came out."""

    def __init__(self, root, build, quick, rounds, only, show):
        self.root, self.build, self.quick = root, build, quick
        self.rounds, self.only, self.show = rounds, only, show
        self.results = {}

    def load(self, name):
        """A script of bench/peers as a module."""
        path = os.path.join(self.root, "bench/peers", name + ".py")
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def cases(self, cases, title):
        """Those that are wanted, all of them in each round."""
        wanted = [case for case in cases if re.search(self.only or "", title.format(*case))]
        for turn in range(self.rounds):
            for case in wanted:
                self.show(f"{title.format(*case)}, round {turn + 1}")
                yield case

    def add(self, name, unit, value):
        result = self.results.setdefault(name, {"unit": unit, "better": "higher", "samples": []})
        result["samples"].append(value)
        return result


def _dynamics(work):
    if not shutil.which("lmp"):
        return "no LAMMPS (lmp): launch/install_packages.sh --peers"
    peer = work.load("lammps_lj")
    binary = os.path.join(work.build, "bench/stages/bench_stages")
    for label, repeats, steps, name in work.cases(peer.CASES, "peer/nve {0}"):
        steps = steps // 10 if work.quick else steps
        work.add(f"peer/nve {label}/LAMMPS", "atom·steps/s", peer.run_lammps(repeats, steps, 0))
        work.add(f"peer/nve {label}/Athanor", "atom·steps/s", peer.run_athanor(binary, name, 0))
    return None


def _minimisation(work):
    if not shutil.which("lmp"):
        return None  # said above
    peer = work.load("lammps_minimize")
    program = os.path.join(work.build, "athanor")
    cases = [(*case, method) for case in (peer.QUICK_CASES if work.quick else peer.CASES)
             for method in peer.METHODS]
    for label, count, repeats, method in work.cases(cases, "peer/minimise {0} {3}"):
        pair = peer.measure(program, count, repeats, method, 0)
        for who, (rate, evaluations) in zip(("LAMMPS", "Athanor"), pair):
            result = work.add(f"peer/minimise {label} {method}/{who}", "atoms/s", rate)
            result["evaluations_per_sample"] = evaluations
    return None


def _stores(work):
    try:
        peer = work.load("zarr_append")
    except ImportError as error:
        return f"no {error.name} for this Python: no stores beside zarr-python's"
    binary = os.path.join(work.build, "bench/sinks/bench_sinks")
    writers = [("zarr-python", peer.with_zarr)]
    if peer.tensorstore is not None:
        writers.append(("tensorstore", peer.with_tensorstore))
    case = "peer/append 16 samples raw"
    with tempfile.TemporaryDirectory() as folder:
        for name, writer in work.cases(writers, case + " {0}"):
            work.add(f"{case}/{name}", "B/s",
                     peer.peer_rate(writer, folder, 256, 16, 64 if work.quick else 256, False))
            work.add(f"{case}/Athanor beside {name}", "B/s",
                     peer.our_rate(binary, folder, "raw_16_samples"))
    return None


def run(root, build, quick, rounds, only, show):
    """Results by "peer/CASE/WHO", and what could not be compared and why."""
    work = _Work(root, build, quick, rounds or (2 if quick else 5), only, show)
    notes = [part(work) for part in (_dynamics, _minimisation, _stores)]
    return work.results, [note for note in notes if note]
