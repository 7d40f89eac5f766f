#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Athanor's appends to a Zarr store against zarr-python and tensorstore, in interleaved rounds.

    bench/peers/zarr_append.py [path to bench_sinks] [--rounds 5] [--folder /dev/shm] [--atoms 256]

All write the same arrays with the same chunks and codecs: those of a store of Athanor, snapshots of
so many atoms, 1,048,576 atoms in all, 16 samples or one sample at a time. zarr-python and
tensorstore grow every array at each append, as their users do; Athanor collects rows into chunks
and writes them once, and its time includes close(). "bulk" hands everything to tensorstore at once.
The peers append fewer samples, since one at a time would take minutes (--peer-samples); rates are
per byte of rows.
Each round runs all of them one after the other, and a ratio is taken within its round: medians and
extremes of these are what a busy machine leaves to be trusted. Needs zarr >= 3 and numpy;
tensorstore is left out where it is not installed.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import zarr

try:
    import tensorstore
except ImportError:
    tensorstore = None

ATOM_CHUNK, SYSTEM_CHUNK = 16384, 1024
# name, type, shape of a row; as sinks/STORE_FORMAT.md has them
ATOM_ARRAYS = [("core/positions", "float64", (3,)), ("core/velocities", "float64", (3,)),
               ("core/forces", "float64", (3,)), ("core/atomic_masses", "float64", ()),
               ("core/atomic_numbers", "int64", ()), ("core/atom_categories", "int64", ()),
               ("meta/atoms_mask", "bool", ())]
SYSTEM_ARRAYS = [("core/cell", "float64", (3, 3)), ("core/pbc", "bool", (3,)),
                 ("core/energy", "float64", (1,)), ("core/stress", "float64", (3, 3)),
                 ("core/system_id", "int64", (1,)), ("core/status", "int64", (1,)),
                 ("custom/ledger_stage", "int32", (1,)), ("custom/ledger_step", "int64", (1,)),
                 ("custom/ledger_kind", "uint8", (1,)), ("custom/ledger_outcome", "uint8", (1,)),
                 ("custom/ledger_total_steps", "int64", (1,)), ("meta/atoms_ptr", "int64", ()),
                 ("meta/edges_ptr", "int64", ()), ("meta/samples_mask", "bool", ())]


class Rows:
    """What is appended, by array: numbers as of a crystal that moves. They come again after two
    chunks, so that no codec meets the same ones twice in one."""

    def __init__(self, atoms, samples):
        random = np.random.default_rng(1)
        self.distinct = -(-2 * ATOM_CHUNK // (atoms * samples))
        self.arrays = {}
        for arrays, count in ((ATOM_ARRAYS, atoms * samples), (SYSTEM_ARRAYS, samples)):
            for name, dtype, shape in arrays:
                shape = (self.distinct, count) + shape
                self.arrays[name] = (random.normal(size=shape) if shape[2:] == (3,) and
                                     dtype == "float64" else np.ones(shape, dtype=dtype))

    def append(self, k):
        """Pairs of a name and the rows of append number k."""
        return [(name, rows[k % self.distinct]) for name, rows in self.arrays.items()]

    def bytes(self):
        """Of one append."""
        return sum(rows.nbytes for _, rows in self.append(0))


def chunk_rows(name):
    return ATOM_CHUNK if any(name == array[0] for array in ATOM_ARRAYS) else SYSTEM_CHUNK


def shuffle_of(dtype):
    return "bitshuffle" if np.dtype(dtype).itemsize == 1 else "shuffle"


def with_zarr(folder, rows, appends, compressed):
    group = zarr.open_group(folder, mode="w")
    arrays = {}
    for name, block in rows.append(0):
        codec = zarr.codecs.BloscCodec(cname="lz4", clevel=5, shuffle=shuffle_of(block.dtype))
        arrays[name] = group.create_array(
            name, shape=(0,) + block.shape[1:], dtype=block.dtype,
            chunks=(chunk_rows(name),) + block.shape[1:],
            compressors=codec if compressed else None)
    begin = time.perf_counter()
    for k in range(appends):
        for name, block in rows.append(k):
            arrays[name].append(block)
    return time.perf_counter() - begin


def open_with_tensorstore(folder, blocks, compressed, count):
    arrays = {}
    for name, block in blocks:
        codecs = [{"name": "bytes", "configuration": {"endian": "little"}}]
        if block.dtype.itemsize == 1:
            codecs = [{"name": "bytes"}]
        if compressed:
            codecs.append({"name": "blosc", "configuration": {
                "cname": "lz4", "clevel": 5, "shuffle": shuffle_of(block.dtype),
                "typesize": block.dtype.itemsize, "blocksize": 0}})
        chunk = (chunk_rows(name),) + block.shape[1:]
        arrays[name] = tensorstore.open({
            "driver": "zarr3", "kvstore": {"driver": "file", "path": os.path.join(folder, name)},
            "metadata": {
                "shape": (count * len(block),) + block.shape[1:], "data_type": block.dtype.name,
                "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunk}},
                "codecs": codecs},
            "create": True, "delete_existing": True}).result()
    return arrays


def with_tensorstore(folder, rows, appends, compressed):
    arrays = open_with_tensorstore(folder, rows.append(0), compressed, 0)
    begin = time.perf_counter()
    for k in range(appends):
        for name, block in rows.append(k):
            first, last = k * len(block), (k + 1) * len(block)
            arrays[name] = arrays[name].resize(
                exclusive_max=(last,) + block.shape[1:]).result()
        writes = [arrays[name][k * len(block):(k + 1) * len(block)].write(block)
                  for name, block in rows.append(k)]
        for write in writes:
            write.result()
    return time.perf_counter() - begin


def with_tensorstore_bulk(folder, rows, appends, compressed):
    parts = [dict(rows.append(k)) for k in range(appends)]
    whole = [(name, np.concatenate([part[name] for part in parts])) for name in parts[0]]
    arrays = open_with_tensorstore(folder, whole, compressed, 1)
    begin = time.perf_counter()
    writes = [arrays[name].write(block) for name, block in whole]
    for write in writes:
        write.result()
    return time.perf_counter() - begin


def peer_rate(writer, folder, atoms, samples, total_samples, compressed):
    """Bytes of rows a second."""
    rows = Rows(atoms, samples)
    appends = max(1, total_samples // samples)
    place = tempfile.mkdtemp(dir=folder)
    try:
        seconds = writer(os.path.join(place, "x.zarr"), rows, appends, compressed)
    finally:
        shutil.rmtree(place)
    return appends * rows.bytes() / seconds


def our_rate(binary, folder, name):
    command = [binary, f"--benchmark_filter=^append_to_zarr/{name}/process_time/real_time$",
               "--benchmark_min_time=0.3", "--benchmark_format=json"]
    output = subprocess.run(command, env=dict(os.environ, ATHANOR_BENCH_FOLDER=folder),
                            capture_output=True, text=True, check=True)
    return json.loads(output.stdout)["benchmarks"][0]["bytes_per_second"]


def measure(options, compressed, samples):
    total = 1048576 // options.atoms
    few = min(total, options.peer_samples)
    codec = "blosc_lz4" if compressed else "raw"
    plural = "s" if samples > 1 else ""
    name = f"{codec}_{samples}_sample{plural}" + ("" if options.atoms == 256 else
                                                  f"_of_{options.atoms}")
    peers = {"zarr-python append": (with_zarr, few)}
    if tensorstore is not None:
        peers["tensorstore append"] = (with_tensorstore, few)
        if samples > 1:
            peers["tensorstore bulk"] = (with_tensorstore_bulk, total)
    rates = {peer: [] for peer in peers}
    ours, ratios = [], {peer: [] for peer in peers}
    for _ in range(options.rounds):
        for peer, (writer, count) in peers.items():
            rates[peer].append(peer_rate(writer, options.folder, options.atoms, samples, count,
                                         compressed))
            # A pair of their own: what else the machine does changes within seconds.
            ours.append(our_rate(options.binary, options.folder, name))
            ratios[peer].append(ours[-1] / rates[peer][-1])
    print(f"{codec}, {samples} sample{plural} of {options.atoms} atoms at a time: "
          f"Athanor {statistics.median(ours) / 1e6:.0f} MB/s")
    for peer, rate in rates.items():
        print(f"  {peer:20}{statistics.median(rate) / 1e6:8.1f} MB/s   Athanor is "
              f"{statistics.median(ratios[peer]):6.1f} times as fast "
              f"({min(ratios[peer]):.1f} to {max(ratios[peer]):.1f})", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", nargs="?", default="build/release/bench/sinks/bench_sinks")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", default=tempfile.gettempdir())
    parser.add_argument("--atoms", type=int, default=256, choices=(256, 1000))
    parser.add_argument("--peer-samples", type=int, default=256)
    options = parser.parse_args()
    if not os.path.exists(options.binary):
        sys.exit(f"{options.binary} is not there; build with -DATHANOR_BENCH=ON or give its path")
    print(f"files in {options.folder}; medians of {options.rounds} rounds")
    for compressed in (False, True):
        for samples in (16, 1):
            measure(options, compressed, samples)


if __name__ == "__main__":
    main()
