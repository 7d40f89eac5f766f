#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Measures, prints a table, writes JSON; or compares two such files. bench/run.sh calls it."""
import argparse
import json
import os
import statistics
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import campaigns  # noqa: E402
import compare  # noqa: E402
import machine  # noqa: E402
import microbenchmarks  # noqa: E402
import peers  # noqa: E402

FORMAT = 2  # of the file; 1 timed campaigns by their metrics
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build/release")


def readable(value, unit):
    if unit == "s":
        for scale, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
            if value >= scale:
                return f"{value / scale:.3g} {name}"
        return f"{value / 1e-9:.3g} ns"
    for scale, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= scale:
            return f"{value / scale:.3g} {prefix}{unit}"
    return f"{value:.3g} {unit}"


def print_table(results):
    width = max([len(name) for name in results] + [4])
    print(f"\n{'':{width}}  {'median':>20}   spread   of")
    for name, result in results.items():
        samples = result["samples"]
        middle = statistics.median(samples)
        spread = (max(samples) - min(samples)) / middle if middle else 0.0
        print(f"{name:{width}}  {readable(middle, result['unit']):>20}  {spread:6.0%}  "
              f"{len(samples):3}")
    for title, lines in (("strong", scaling(results, "strong", same_work=True)),
                         ("weak", scaling(results, "weak", same_work=False))):
        for line in lines:
            print(f"{title} scaling, {line}")
    for line in beside_peers(results):
        print(line)


def beside_peers(results):
    """Ours over theirs, within each round: what else the machine does falls on both."""
    lines = []
    for name, ours in results.items():
        case, _, who = name.rpartition("/")
        if not name.startswith("peer/") or not who.startswith("Athanor"):
            continue
        peer = who.removeprefix("Athanor beside ") if " " in who else "LAMMPS"
        theirs = results[f"{case}/{peer}"]
        ratios = sorted(a / b for a, b in zip(ours["samples"], theirs["samples"]))
        lines.append(f"{case}: {statistics.median(ratios):.2f} times {peer} "
                     f"({ratios[0]:.2f} to {ratios[-1]:.2f})")
    return lines


def scaling(results, kind, same_work):
    """Speed of each number of ranks over the least one: throughputs, so that both are ratios."""
    found = {name.rsplit("/", 1)[1]: statistics.median(result["samples"])
             for name, result in results.items() if name.startswith(f"campaign/{kind}/")}
    if len(found) < 2:
        return []
    first = next(iter(found))
    work = "the same work" if same_work else "work that grows with the ranks"
    return [f"{work}: {name} {value / found[first]:.2f} times the throughput of {first}"
            for name, value in found.items() if name != first]


def measure(options):
    def show(what):
        print(f"  {what}", file=sys.stderr, flush=True)

    document = {"harness": FORMAT, "quick": options.quick, "machine": machine.facts(ROOT),
                "results": {}, "notes": []}
    results = document["results"]
    with tempfile.TemporaryDirectory(prefix="athanor-bench-") as folder:
        os.environ.setdefault("ATHANOR_BENCH_FOLDER", folder)
        sizes = (options.quick, options.rounds, options.only, show)
        results.update(microbenchmarks.run(BUILD, *sizes))
        results.update(campaigns.run(ROOT, BUILD, folder, *sizes))
        if options.peers:
            found, document["notes"] = peers.run(ROOT, BUILD, options.quick, options.rounds,
                                                 options.only, show)
            results.update(found)
    if not results:
        sys.exit(f"bench/run.sh: nothing is named as --only {options.only} wants")
    print_table(results)
    for note in document["notes"]:
        print(f"left out: {note}")
    if document["machine"]["load_before"] > 0.5:
        print(f"note: the machine had a load of {document['machine']['load_before']} before; "
              "what else it did is in these figures")
    with open(options.output, "w") as file:
        json.dump(document, file, indent=1, ensure_ascii=False)
    print(f"written to {options.output}")
    return 0


def read(path):
    try:
        with open(path) as file:
            document = json.load(file)
        if document["harness"] != FORMAT:
            raise KeyError("harness")
        return document
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"bench/run.sh: {path}: is no file that this bench/run.sh wrote ({error!r})")


def main():
    parser = argparse.ArgumentParser(prog="bench/run.sh", description=__doc__)
    parser.add_argument("--quick", action="store_true",
                        help="a look at everything in under three minutes; figures are rough")
    parser.add_argument("--output", default="bench.json", metavar="FILE")
    parser.add_argument("--peers", action="store_true",
                        help="also LAMMPS, zarr-python, tensorstore")
    parser.add_argument("--only", metavar="REGEX",
                        help="benchmarks, campaigns and peers of such names; also with --compare")
    parser.add_argument("--rounds", type=int, metavar="N",
                        help="samples of everything; more make smaller changes visible")
    parser.add_argument("--compare", nargs=2, metavar=("OLD", "NEW"),
                        help="what changed; exit code 1 when something became slower")
    options = parser.parse_args()
    if options.compare:
        try:
            return compare.print_comparison(*map(read, options.compare), options.only)
        except compare.NotComparable as error:
            print(f"bench/run.sh: {error}", file=sys.stderr)
            return 2
    return measure(options)


if __name__ == "__main__":
    sys.exit(main())
