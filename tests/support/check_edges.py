#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Compare the edges of a store with all pairs of its positions, as zarr-python reads them.

Usage:  python check_edges.py STORE CUTOFF

Edge (i, j, S) stands for r_i - r_j - S h, shorter than CUTOFF. Pairs within 1e-9 of CUTOFF may be
there or not. Prints the number of edges; exits 0 when all is well, 1 with the first reason if not.
"""
import itertools
import sys

import numpy as np
import zarr


def shifts_of(cell, pbc, fraction, cutoff):
    """Every S that can matter for a sample."""
    # Open directions get a unit vector of their own, far from the others.
    full = np.where(pbc[:, None], cell, 0.0)
    axes = np.linalg.svd(full)[2]
    for k in np.flatnonzero(~pbc):
        free = [a for a in axes if np.allclose(full @ a, 0.0)]
        full[k] = free[0]
    height = 1.0 / np.linalg.norm(np.linalg.inv(full), axis=0)
    spread = np.ptp(fraction @ np.linalg.inv(full), axis=0)
    reach = np.where(pbc, np.ceil(cutoff / height + spread) + 1, 0).astype(int)
    return np.array(list(itertools.product(*(range(-n, n + 1) for n in reach))))


def pairs_of(positions, cell, pbc, cutoff):
    """The edges as a set of tuples, without and with those at the very cutoff."""
    shifts = shifts_of(cell, pbc, positions, cutoff)
    d = (positions[:, None, None] - positions[None, :, None]) - (shifts @ cell)[None, None]
    distance = np.linalg.norm(d, axis=-1)
    zero = np.flatnonzero((shifts == 0).all(axis=1))[0]
    distance[np.arange(len(positions)), np.arange(len(positions)), zero] = np.inf

    def below(limit):
        return {(int(i), int(j), *map(int, shifts[s])) for i, j, s in np.argwhere(distance < limit)}

    return below(cutoff - 1e-9), below(cutoff + 1e-9)


def main():
    store, cutoff = zarr.open_group(sys.argv[1], mode="r"), float(sys.argv[2])
    core, meta = store["core"], store["meta"]
    atoms, edges = meta["atoms_ptr"][:], meta["edges_ptr"][:]
    pairs, shifts = core["neighbor_list"][:], core["neighbor_list_shifts"][:]
    assert pairs.dtype == np.int64 and shifts.dtype == np.int32, (pairs.dtype, shifts.dtype)
    assert len(pairs) == len(shifts) == edges[-1]
    for row in range(len(atoms) - 1):
        own, mine = slice(atoms[row], atoms[row + 1]), slice(edges[row], edges[row + 1])
        listed = [(int(i), int(j), *map(int, s))
                  for (i, j), s in zip(pairs[mine] - atoms[row], shifts[mine])]
        least, most = pairs_of(core["positions"][own], core["cell"][row], core["pbc"][row], cutoff)
        if listed != sorted(set(listed)) or not least <= set(listed) <= most:
            print(f"FAIL row {row}: {len(listed)} edges, {len(least)} to {len(most)} expected")
            return 1
    print(f"OK {len(pairs)} edges")
    return 0


if __name__ == "__main__":
    sys.exit(main())
