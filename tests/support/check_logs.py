#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Read the logs of one stage as other programs do: the CSV file with Python's csv module, the event
files with TensorBoard's own reader. Both must tell the same numbers.

Usage:  python check_logs.py CSV EVENT_FOLDER

Prints the rows of the CSV file as a JSON list of objects, numbers as numbers. Exits 0 (the logs
agree), 1 (they do not; the first reason on stderr), 2 (cannot check: usage, missing package).
"""
import csv
import json
import sys

WHOLE = ("step", "graph_idx", "system_id", "status")


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, strict=True))
    for row in rows:
        for key, text in row.items():
            if key in WHOLE:
                row[key] = int(text)
            elif key != "name":
                row[key] = float(text)
    return rows


def read_events(folder):
    """Values by tag and step, in single precision as the files have them."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    tags = events.Tags()
    values = {}
    for tag in tags["scalars"]:
        for event in events.Scalars(tag):
            assert (tag, event.step) not in values, f"{tag} has step {event.step} twice"
            values[tag, event.step] = event.value
    return values


def expected_events(rows):
    import numpy

    scalars = [key for key in rows[0] if key not in WHOLE and key != "name"]
    return {(f"{key}/{row['system_id']}", row["step"]): float(numpy.float32(row[key]))
            for row in rows for key in scalars}


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    rows = read_csv(sys.argv[1])
    try:
        seen, expected = read_events(sys.argv[2]), expected_events(rows)
    except ImportError as error:
        print(f"cannot check: {error}", file=sys.stderr)
        return 2
    for key in sorted(seen.keys() | expected.keys()):
        if seen.get(key) != expected.get(key):
            print(f"{key[0]} at step {key[1]}: TensorBoard reads {seen.get(key)}, the CSV file has "
                  f"{expected.get(key)}", file=sys.stderr)
            return 1
    print(json.dumps(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
