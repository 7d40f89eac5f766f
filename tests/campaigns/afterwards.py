# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""What people do with finished results: look into stores, take them to extended XYZ and back. Each
check holds the program against the rows that zarr-python sees."""
import collections
import json
import pathlib
import subprocess

from contents import Broken, KINDS, PLACEMENT_ONLY, rows_of, text_rows

WORDS = {number: word for word, number in KINDS.items()}


def told(program, folder, *arguments):
    """What the program says on standard output, when it ends well."""
    ended = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True,
                           check=False)
    if ended.returncode != 0:
        raise Broken("%s gave %d: %s" % (" ".join(arguments), ended.returncode,
                                         (ended.stdout + ended.stderr)[-2000:]))
    return ended.stdout


def check_inspect(program, store):
    """Its counts are those of the rows, and it finds no damage and nothing left over."""
    found = json.loads(told(program, store.parent, "inspect", "--json", store.name))
    rows = rows_of(str(store), PLACEMENT_ONLY)
    kinds = collections.Counter(WORDS[key[3]] for key in rows)
    wanted = {"samples": len(rows), "kinds": dict(kinds),
              "systems": len({key[0] for key in rows if WORDS[key[3]] != "quarantined"}),
              "active": len(rows) - kinds["quarantined"]}
    seen = {name: found[name] for name in wanted}
    seen["kinds"] = {word: count for word, count in seen["kinds"].items() if count}
    if seen != wanted:
        raise Broken("inspect %s says %s, and there are %s" % (store, seen, wanted))
    if not found["check"]["good"] or found["check"]["leftovers"] or found["journal"]:
        raise Broken("inspect %s: %s %s" % (store, found["check"], found["journal"]))


def check_convert(program, store, random):
    """A file has the rows that are asked for, and through a store it becomes the same file."""
    folder, rows = store.parent, rows_of(str(store), PLACEMENT_ONLY)
    one, back, two = (folder / name for name in ("one.xyz", "back.zarr", "two.xyz"))
    steps = random.choice(("", "step=:5", "step=1::2,stage=0", "sample=::3"))
    asked = lambda key: (key[3] != KINDS["quarantined"] and {  # noqa: E731
        "": True, "step=:5": key[2] < 5, "step=1::2,stage=0": key[2] % 2 == 1 and key[1] == 0,
        "sample=::3": key[0] % 3 == 0}[steps])
    wanted = {key for key in rows if asked(key)}
    if not wanted:
        return
    told(program, folder, "convert", store.name, one.name, *(["--select", steps] if steps else []))
    keys = set(text_rows(one))
    if keys != wanted:
        raise Broken("convert %s '%s': rows %s are too many, %s are missing"
                     % (store, steps, sorted(keys - wanted)[:3], sorted(wanted - keys)[:3]))
    told(program, folder, "convert", one.name, back.name)
    told(program, folder, "convert", back.name, two.name)
    if one.read_bytes() != two.read_bytes():
        raise Broken("convert: %s became %s, another file" % (one, two))
    for path in (one, two):
        path.unlink()
    told(program, folder, "convert", store.name, "again.zarr")
    again = rows_of(str(folder / "again.zarr"), PLACEMENT_ONLY)
    kept = {key: row for key, row in rows.items() if key[3] != KINDS["quarantined"]}
    if again.keys() != kept.keys():
        raise Broken("convert %s to a store: %d rows of %d" % (store, len(again), len(kept)))
    for place in (back, folder / "again.zarr"):
        subprocess.run(["rm", "-r", str(place)], check=True)


def check_results(program, folder, random):
    """Of one store in the folder, drawn at random."""
    stores = sorted(pathlib.Path(folder).glob("*.zarr"))
    if stores:
        store = random.choice(stores)
        check_inspect(program, store)
        if random.random() < 0.5:
            check_convert(program, store, random)
