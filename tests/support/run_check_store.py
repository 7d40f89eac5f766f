#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""check_store.py, and its own test, on many stores by one process: to start Python and zarr takes
longer than to look at a store.

Usage:  python run_check_store.py --self-test
        python run_check_store.py [OPTIONS of check_store.py...] -- STORE...
Prints what check_store.py prints, and exits with 1 when it finds fault with a store.
"""
import contextlib
import io
import sys

import check_store


def check(store, *options) -> tuple[int, str]:
    """What check_store.py exits with, and its output."""
    out = io.StringIO()
    before, sys.argv = sys.argv, ["check_store.py", str(store), *options]
    try:
        with contextlib.redirect_stdout(out):
            code = check_store.main()
    finally:
        sys.argv = before
    return code, out.getvalue()


def self_test() -> int:
    import test_check_store

    as_program = test_check_store.check

    def here(store, *options):
        code, out = check(store, *options, *test_check_store.EXTRA)
        return code, (out.strip().splitlines() or [""])[-1]

    golden = test_check_store.GOLDEN
    for name in ("sink_default", "custom_short"):  # one good, one bad: both ways say the same
        options = ["--expect", str(golden / f"{name}.json"), "--exact"]
        store = golden / f"{name}.zarr.tar"
        if as_program(store, *options) != here(store, *options):
            print(f"FAIL {store}: check_store.py as a program says something else")
            return 1
    test_check_store.check = here
    return test_check_store.main()


def main() -> int:
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    at = sys.argv.index("--")
    bad = 0
    for store in sys.argv[at + 1:]:
        code, out = check(store, *sys.argv[1:at])
        print(out, end="")
        bad += code != 0
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
