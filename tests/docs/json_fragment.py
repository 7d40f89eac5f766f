# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""A part of a configuration, as a page shows it, put into a whole one."""
import json


class Misfit(Exception):
    """The part is no JSON, or the place is none of the whole."""


def _step(value, key):
    try:
        return value[int(key)] if isinstance(value, list) else value[key]
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise Misfit(f"there is no \"{key}\" in the configuration ({error!r})") from None


def _set(place, key, value):
    if not isinstance(place, list):
        place[key] = value
    elif key == "-":
        place.append(value)
    else:
        _step(place, key)
        place[int(key)] = value


def put(whole, pointer, text):
    """`whole` with `text` at a JSON pointer. An object in braces takes the place of what is there
    ("-" in a list: comes behind the last); members without braces are added to the object there."""
    in_braces = text.lstrip().startswith("{")
    try:
        part = json.loads(text if in_braces else "{" + text + "}")
    except ValueError as error:
        raise Misfit(f"is no part of a configuration ({error})") from None
    whole = json.loads(json.dumps(whole))
    place, keys = whole, [key for key in pointer.split("/")[1:] if key]
    for key in keys[:-1] if in_braces else keys:
        place = _step(place, key)
    if not in_braces:
        place.update(part)
    elif keys:
        _set(place, keys[-1], part)
    else:
        whole = part
    return whole
