# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Other programs beside ours, in interleaved pairs, where they are installed: LAMMPS, zarr-python,
tensorstore. The scripts of bench/peers run alone as well, and say more."""
import importlib.util
import os
import shutil
import tempfile


def _load(root, name):
    path = os.path.join(root, "bench/peers", name + ".py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _add(results, name, unit, value):
    result = results.setdefault(name, {"unit": unit, "better": "higher", "samples": []})
    result["samples"].append(value)


def _lammps(root, build, quick, show, results):
    if not shutil.which("lmp"):
        return "no LAMMPS (lmp): launch/install_packages.sh --peers"
    peer = _load(root, "lammps_lj")
    binary = os.path.join(build, "bench/stages/bench_stages")
    for _ in range(2 if quick else 5):
        for label, repeats, steps, name in peer.CASES:
            show(f"peer: LAMMPS, {label}")
            case = "peer/nve " + label
            steps = steps // 10 if quick else steps
            _add(results, case + "/LAMMPS", "atom·steps/s", peer.run_lammps(repeats, steps, 0))
            _add(results, case + "/Athanor", "atom·steps/s", peer.run_athanor(binary, name, 0))
    return None


def _stores(root, build, quick, show, results):
    try:
        peer = _load(root, "zarr_append")
    except ImportError as error:
        return f"no {error.name} for this Python: no stores beside zarr-python's"
    binary = os.path.join(build, "bench/sinks/bench_sinks")
    writers = {"zarr-python": peer.with_zarr}
    if peer.tensorstore is not None:
        writers["tensorstore"] = peer.with_tensorstore
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2 if quick else 5):
            for name, writer in writers.items():
                show(f"peer: {name}")
                case = "peer/append 16 samples raw"
                _add(results, f"{case}/{name}", "B/s",
                     peer.peer_rate(writer, folder, 256, 16, 64 if quick else 256, False))
                _add(results, f"{case}/Athanor beside {name}", "B/s",
                     peer.our_rate(binary, folder, "raw_16_samples"))
    return None


def run(root, build, quick, show):
    """Results by "peer/CASE/WHO", and what could not be compared and why."""
    results, notes = {}, []
    for part in (_lammps, _stores):
        note = part(root, build, quick, show, results)
        if note:
            notes.append(note)
    return results, notes
