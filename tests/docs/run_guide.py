#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Runs the code blocks of a page of the guide, word for word, as a reader would.

    run_guide.py --athanor PROGRAM [--python PYTHON] [--launch FOLDER] PAGE.md

In an empty folder (with a copy of launch/examples where --launch is given), in their order:
  sh      is run by bash; `<!-- exit code N -->` before it says how it ends, otherwise with 0
  python  is run by PYTHON, and left out where that has no zarr
  json, xyz  are saved under the name that the last line of text before them gives in backticks
  text    lines that the block before printed, in this order, others between them; "..." is anything
Python blocks see what those before them have set. What a reader has by then and no block makes
stands in a comment before it: `<!-- run first: COMMAND -->` for the shell, or
`<!-- python: STATEMENT -->`.
Exit code 0 when all went as the page says, 1 otherwise.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
SAVED = ("json", "xyz")


def blocks_of(page):
    """(language, text of the block, text since the block before, line) of every fenced block."""
    end = 0
    for match in BLOCK.finditer(page):
        line = page.count("\n", 0, match.start()) + 1
        yield match.group(1), match.group(2), page[end:match.start()], line
        end = match.end()


def missing_line(expected, printed):
    """The first of the expected lines that was not printed after those before it, or None. Widths
    of columns do not count."""
    lines = iter(re.sub(r" +", " ", line) for line in printed.splitlines())
    for wanted in expected.splitlines():
        parts = re.sub(r" +", " ", wanted.strip()).split("...")
        pattern = re.compile(".*".join(re.escape(part.strip()) for part in parts))
        if not any(pattern.search(line) for line in lines):
            return wanted
    return None


class Reader:
    def __init__(self, folder, athanor, python):
        self.folder, self.python = Path(folder), python and os.path.abspath(python)
        programs = self.folder / ".bin"
        programs.mkdir()
        (programs / "athanor").symlink_to(Path(athanor).resolve())
        self.environment = dict(os.environ, PATH=f"{programs}:{os.environ['PATH']}")

    def run(self, command, text):
        done = subprocess.run(command, cwd=self.folder, env=self.environment, text=True,
                              input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=300, check=False)
        return done.returncode, done.stdout

    def shell(self, text):
        # What one block exports the next one has, as in one terminal.
        (self.folder / ".block").write_text(text, encoding="utf-8")
        return self.run(["bash", "-c", "[ -e .exports ] && . ./.exports\nset -eo pipefail\n"
                         ". ./.block\nexport -p > .exports"], "")

    def has_zarr(self):
        return bool(self.python) and self.run([self.python, "-c", "import zarr"], "")[0] == 0


def follow(page, reader):
    """What is wrong with the page, as (line, message), or None; and how many blocks were met."""
    printed, count, session = "", 0, ""
    for language, text, before, line in blocks_of(page):
        for command in re.findall(r"<!-- run first: (.*?) -->", before, re.S):
            ended, printed = reader.shell(command.replace("\n", " "))
            if ended != 0:
                return (line, f"before it, this ended with {ended}:\n{command}\n{printed}"), count
        for statement in re.findall(r"<!-- python: (.*?) -->", before):
            session += statement + "\n"
        if language in SAVED:
            said = before.rstrip().splitlines()[-1]
            names = re.findall(r"`([^`]+\.\w+)`", said)
            if not names:
                return (line, f"no name to save this under in: {said}"), count
            (reader.folder / names[-1]).write_text(text, encoding="utf-8")
            count += 1
        elif language in ("sh", "python"):
            wanted = re.search(r"<!-- exit code (\d+) -->\s*$", before)
            code = int(wanted.group(1)) if wanted else 0
            if language == "python" and not reader.has_zarr():
                print(f"line {line}: left out, for there is no zarr-python here")
                printed = None
                count += 1
                continue
            if language == "python":
                session += text
            ended, printed = (reader.shell(text) if language == "sh"
                              else reader.run([reader.python, "-"], session))
            count += 1
            if ended != code:
                return (line, f"ended with {ended}, not {code}:\n{text}{printed}"), count
        elif language == "text" and printed is not None:
            lost = missing_line(text, printed)
            if lost is not None:
                return (line, f"not printed: {lost}\nbut:\n{printed}"), count
    return None, count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--athanor", required=True)
    parser.add_argument("--python", default="")
    parser.add_argument("--launch")
    parser.add_argument("page")
    options = parser.parse_args()
    page = Path(options.page).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="athanor-guide-") as folder:
        if options.launch:
            shutil.copytree(Path(options.launch) / "examples", Path(folder) / "launch/examples")
        wrong, count = follow(page, Reader(folder, options.athanor, options.python))
    if wrong:
        print(f"{options.page}:{wrong[0]}: {wrong[1]}")
        return 1
    print(f"{options.page}: {count} blocks, as the page says")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
