#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Follows the links of the documentation to files and headings of the project.

    check_links.py ROOT

Exit code 0 when each link of README.md, docs/ and the folders' READMEs leads somewhere.
"""
import os
import re
import sys
from pathlib import Path

LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
SKIPPED = ("build", ".git", "tests/data", "out")


def pages_of(root):
    """Never looks into what is skipped: tests that run beside this one write there."""
    pages = []
    for folder, subfolders, files in os.walk(root):
        here = Path(folder)
        subfolders[:] = [s for s in subfolders
                         if not (here / s).relative_to(root).as_posix().startswith(SKIPPED)]
        pages += [here / name for name in files if name.endswith(".md")]
    return sorted(page for page in pages
                  if not page.relative_to(root).as_posix().startswith(SKIPPED))


def without_code(text):
    text = FENCE.sub(lambda m: "\n" * m.group(0).count("\n"), text)
    return re.sub(r"`[^`\n]*`", lambda m: m.group(0).replace("(", " "), text)


def anchors_of(text):
    """The anchors of the headings, as code hosts make them."""
    anchors = set()
    for heading in re.findall(r"^#+ +(.+)$", FENCE.sub("", text), re.M):
        words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        anchors.add(words.replace(" ", "-"))
    return anchors


def broken_links(page):
    text = without_code(page.read_text(encoding="utf-8"))
    for match in LINK.finditer(text):
        target, _, anchor = match.group(1).partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        path = (page.parent / target) if target else page
        line = text.count("\n", 0, match.start()) + 1
        if not path.exists():
            yield line, match.group(1), "does not exist"
        elif anchor and path.suffix == ".md":
            if anchor not in anchors_of(path.read_text(encoding="utf-8")):
                yield line, match.group(1), "has no such heading"


def main(root):
    root = Path(root)
    wrong = count = 0
    for page in pages_of(root):
        count += 1
        for line, link, why in broken_links(page):
            wrong += 1
            print(f"{page.relative_to(root)}:{line}: {link} {why}")
    print(f"{count} pages, {wrong} broken links")
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
