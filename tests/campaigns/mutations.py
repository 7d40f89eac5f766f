# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Configurations a few changes away from a good one, most of them wrong: numbers at the edges of
what a key takes, words that nobody knows, words and parts of another place, keys that are missing
or stand twice."""
import copy

NUMBERS = (0, 1, 2, -1, 3, 1e-300, 1e-12, 0.5, 1e6, 1e300, 2 ** 31, 2 ** 53, 65536, 5000000000)
# What would only take long, or write elsewhere than into the folder of the case.
LEFT_ALONE = ("athanor", "path", "url", "steps", "max_steps", "quarantine", "stall_timeout_seconds",
              "threads", "$schema")
# Numbers that take memory, threads or, as the reach of a list in a periodic cell, time without end.
NOT_TO_GROW = ("replicas", "slots", "capacity", "chain_length", "history", "cutoff")


def places(node, path=()):
    """Every place below a node, as a list of keys and numbers."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(items):
        yield path + (key,)
        if isinstance(value, (dict, list)):
            yield from places(value, path + (key,))


def at(node, path):
    for key in path:
        node = node[key]
    return node


def change(config, random, where):
    """Changes what stands at a place; what it did, or None where it left it alone."""
    parent, key = at(config, where[:-1]), where[-1]
    value = parent[key]
    if key in LEFT_ALONE:
        return None
    pick = random.random()
    if isinstance(value, bool):
        parent[key] = not value
    elif isinstance(value, (int, float)):
        numbers = [n for n in NUMBERS if key not in NOT_TO_GROW or n < 9]
        parent[key] = random.choice(numbers + [value * 2, -value, value / 3])
    elif pick < 0.3:
        del parent[key]
        return "without %s" % (where,)
    elif isinstance(value, list) and value:
        if pick < 0.6:
            value.append(copy.deepcopy(random.choice(value)))
        else:
            random.shuffle(value)
    elif isinstance(value, str) and pick < 0.5:
        parent[key] = value[:-1] + random.choice("sx_")
    elif isinstance(value, (dict, str)):
        others = [at(config, other) for other in places(config)
                  if other[-1] == key and other != where and key not in LEFT_ALONE]
        if not others:
            return None
        parent[key] = copy.deepcopy(random.choice(others))
    return "%s: %s" % (where, str(parent[key])[:100])


def mutated(config, random):
    """A changed copy, and what was changed."""
    found, said = copy.deepcopy(config), []
    wanted = random.choice((1, 1, 1, 2, 3))
    while len(said) < wanted:
        what = change(found, random, random.choice(list(places(found))))
        if what:
            said.append(what)
    return found, said
