#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Say whether two stores of ours hold the same rows, bit for bit, in whatever order.

Usage:  python same_rows.py STORE STORE [ARRAY TO IGNORE]...
Read with zarr-python alone. The key of a row is (system_id, stage, step, kind); all arrays of core
and custom, and the names, are compared as bytes.
"""
import sys

import numpy as np
import zarr

KEY = ("core/system_id", "custom/ledger_stage", "custom/ledger_step", "custom/ledger_kind")


def rows_of(path, ignored):
    root = zarr.open_group(path, mode="r")
    fields = root.attrs["fields"]
    count = root["meta/samples_mask"].shape[0]
    offsets = {
        "atom": root["meta/atoms_ptr"][:],
        "edge": root["meta/edges_ptr"][:],
        "system": np.arange(count + 1),
    }
    columns = {}
    for group in ("core", "custom"):
        for name, level in sorted(fields[group].items()):
            if f"{group}/{name}" not in ignored:
                columns[f"{group}/{name}"] = (root[f"{group}/{name}"][:], offsets[level])
    columns["athanor/names"] = (root["athanor/names"][:], root["athanor/names_ptr"][:])
    edges = columns.get("core/neighbor_list")
    rows = {}
    for k in range(count):
        row = {}
        for name, (values, begin) in columns.items():
            part = values[begin[k] : begin[k + 1]]
            if edges is not None and name == "core/neighbor_list":
                part = part - offsets["atom"][k]
            row[name] = part.tobytes()
        key = tuple(int(columns[name][0][k].reshape(-1)[0]) for name in KEY)
        if key in rows:
            raise SystemExit(f"{path}: the row {key} is there twice")
        rows[key] = row
    return rows


def main():
    first, second = (rows_of(path, sys.argv[3:]) for path in sys.argv[1:3])
    missing, extra = sorted(first.keys() - second.keys()), sorted(second.keys() - first.keys())
    wrong = [
        (key, name)
        for key in sorted(first.keys() & second.keys())
        for name in first[key].keys() | second[key].keys()
        if first[key].get(name) != second[key].get(name)
    ]
    for what, found in (("missing", missing), ("too many", extra), ("different", wrong)):
        if found:
            print(f"{len(found)} rows {what}: {found[:5]}")
    print(f"{len(first)} rows against {len(second)}")
    return 1 if missing or extra or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
