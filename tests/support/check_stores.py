#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Let a program write stores into a folder, then have check_store.py look at each of them.

Usage:  python check_stores.py PROGRAM FOLDER
"""
import shutil
import subprocess
import sys
from pathlib import Path

from run_check_store import check

LEDGER = "system_id,ledger_stage,ledger_step,ledger_kind"


def main() -> int:
    program, folder = sys.argv[1], Path(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run([program, str(folder)], check=True)
    subprocess.run([program, str(folder)], check=True)  # over what is there
    stores = sorted(folder.glob("*.zarr"))
    bad = []
    for store in stores:
        # check_store.py needs a row for --unique
        unique = [] if store.stem == "empty" else ["--unique", LEDGER]
        torn = ["--in-progress"] if store.stem.startswith("torn") else []  # a killed writer's
        code, out = check(store, "--all-chunks", *unique, *torn)
        print(out, end="")
        if code:
            bad.append(store)
    left = [p.name for p in folder.iterdir() if p not in stores]
    if left:
        print(f"FAIL left beside the stores: {left}")
    return 1 if bad or left or not stores else 0


if __name__ == "__main__":
    sys.exit(main())
