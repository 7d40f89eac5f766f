#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Holds the messages that a page quotes against the sources that print them.

    check_messages.py ROOT PAGE.md

A message is what stands in backticks in the first cell of a table's row. Its parts between "..."
must stand in the strings of one expression of the sources, in this order. Exit code 0 when all do.
"""
import re
import sys
from pathlib import Path

LAYERS = ("runtime", "kernels", "comm", "sinks", "stages", "launch")
# Strings with nothing but commas, names and format calls between them belong to one message.
STRING = re.compile(r'"((?:\\.|[^"\\\n])*)"')
LEAST_LETTERS = 8  # of a quotation, so that it says something


def messages_of_source(text):
    """The strings of each statement, joined, with {...} as a gap."""
    text = re.sub(r"(?<!:)//[^\n]*", "", text)
    for statement in re.split(r";\s*\n", text):
        parts = [bytes(part, "utf-8").decode("unicode_escape").encode("latin-1").decode("utf-8")
                 for part in STRING.findall(statement)]
        if parts:
            yield re.sub(r"\{[^{}]*\}", "\0", "".join(parts))


def quoted_messages(page):
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("| `"):
            yield number, line[3:line.index("`", 3)]


def is_said(quoted, sources):
    parts = [part.strip() for part in quoted.split("...") if part.strip()]
    pattern = re.compile(".*?".join(re.escape(part) for part in parts), re.S)
    return any(pattern.search(message) for message in sources)


def main(root, page):
    sources = []
    for layer in LAYERS:
        for path in sorted((Path(root) / layer).rglob("*")):
            if path.suffix in (".cpp", ".hpp"):
                sources += messages_of_source(path.read_text(encoding="utf-8"))
    wrong = count = 0
    for line, quoted in quoted_messages(Path(page).read_text(encoding="utf-8")):
        count += 1
        letters = len(re.sub(r"[^a-z]", "", quoted))
        if letters < LEAST_LETTERS or not is_said(quoted, sources):
            wrong += 1
            print(f"{page}:{line}: no source says: {quoted}")
    print(f"{count} messages, {count - wrong} of them in the sources")
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
