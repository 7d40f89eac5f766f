#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Runs the code blocks of a page of the guide, word for word, as a reader would.

    run_guide.py --athanor PROGRAM [--python PYTHON] [--launch FOLDER] PAGE.md
    run_guide.py --check PAGE.md...    only whether each block says what is to be done with it

In an empty folder (with a copy of launch/examples where --launch is given), in their order:
  sh      is run by bash; `<!-- exit code N -->` before it says how it ends, otherwise with 0
  python  is run by PYTHON, and left out where that has no zarr
  json, xyz  are saved under the name that the last line of text before them gives in backticks
  json    that is only a part of a configuration has `<!-- in FILE: POINTER -->` before it:
          a copy of FILE with it at that place must be valid. `into` in place of `in` changes FILE;
          `in FILE without KEY, KEY` leaves those keys of FILE out
  text    lines that the block before printed, in this order, others between them; "..." is
          anything, and after `<!-- numbers differ -->` any number stands for any other
Python blocks see what those before them have set. What a reader has by then and no block makes
stands in a comment before it: `<!-- run first: COMMAND -->` for the shell, or
`<!-- python: STATEMENT -->`.
A block that cannot be run here says why: `<!-- not run: REASON -->`. Those are counted and listed.
Any other block, indented ones among them, is wrong.
Exit code 0 when all went as the page says, 1 otherwise.
"""
import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import json_fragment

BLOCK = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.M | re.S)
COMMENT = re.compile(r"<!--.*?-->", re.S)
EXCUSE = re.compile(r"<!-- not run: (.*?) -->\s*$", re.S)
PART = re.compile(r"<!-- (in|into) (\S+?)(?: without ([\w, ]+))?: (/\S*) -->\s*$")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
SAVED = ("json", "xyz")
LANGUAGES = ("sh", "python", "text") + SAVED
LEAST_LETTERS = 10  # of a reason, so that it says something

Block = collections.namedtuple("Block", "language text before line")


def blocks_of(page):
    """Every fenced block, with the text since the one before it."""
    end = 0
    for match in BLOCK.finditer(page):
        line = page.count("\n", 0, match.start()) + 1
        yield Block(match.group(1), match.group(2), page[end:match.start()], line)
        end = match.end()


def excuse_of(block):
    """Why a block is not run; None for one that is."""
    found = EXCUSE.search(block.before)
    return re.sub(r"\s+", " ", found.group(1)) if found else None


def unmarked(page):
    """(line, message) of each block that is neither run nor excused."""
    def blank(match):
        return "\n" * match.group(0).count("\n")

    rest = COMMENT.sub(blank, BLOCK.sub(blank, page))
    for number, line in enumerate(rest.splitlines(), 1):
        if re.match(r"(?: {4}|\t)\s*\S", line):
            yield number, f"an indented block, which no test runs; fence it: {line.strip()}"
        elif line.startswith(("```", "~~~")):
            yield number, "a fence without its other end, or of another kind"
    for block in blocks_of(page):
        reason = excuse_of(block)
        if reason is not None and len(re.sub(r"[^a-z]", "", reason)) < LEAST_LETTERS:
            yield block.line, f"is not run, and \"{reason}\" is no reason"
        elif reason is None and block.language not in LANGUAGES:
            yield block.line, (f"nobody knows how to run \"{block.language}\"; known are "
                               f"{', '.join(LANGUAGES)}, and <!-- not run: REASON -->")


def missing_line(expected, printed, numbers_differ=False):
    """The first of the expected lines that was not printed after those before it, or None. Widths
    of columns do not count."""
    lines = iter(re.sub(r" +", " ", line) for line in printed.splitlines())
    for wanted in expected.splitlines():
        parts = [part.strip() for part in re.sub(r" +", " ", wanted.strip()).split("...")]
        if numbers_differ:
            parts = [NUMBER.pattern.join(map(re.escape, NUMBER.split(part))) for part in parts]
        else:
            parts = [re.escape(part) for part in parts]
        pattern = re.compile(".*".join(parts))
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


class Page:
    """What has happened while a page was followed."""

    def __init__(self, reader):
        self.reader = reader
        self.count = 0     # of blocks that were run, saved or found valid
        self.left_out = []  # (line, why) of the others
        self._printed = None  # by the last block, where it was run
        self._session = ""

    def _prepare(self, before):
        for command in re.findall(r"<!-- run first: (.*?) -->", before, re.S):
            ended, self._printed = self.reader.shell(command.replace("\n", " "))
            if ended != 0:
                return f"before it, this ended with {ended}:\n{command}\n{self._printed}"
        for statement in re.findall(r"<!-- python: (.*?) -->", before):
            self._session += statement + "\n"
        return None

    def _save(self, block):
        said = block.before.rstrip().splitlines()[-1]
        names = re.findall(r"`([^`]+\.\w+)`", said)
        if not names:
            return f"no name to save this under in: {said}"
        (self.reader.folder / names[-1]).write_text(block.text, encoding="utf-8")
        return None

    def _put_in(self, block, part):
        kind, name, without, pointer = part.groups()
        path = self.reader.folder / name
        try:
            whole = json.loads(path.read_text(encoding="utf-8"))
            for key in re.split(r",\s*", without or ""):
                whole.pop(key, None)
            whole = json_fragment.put(whole, pointer, block.text)
        except (OSError, json_fragment.Misfit) as error:
            return f"{name}: {error}"
        copy = path if kind == "into" else path.with_name(".part-of." + path.name)
        copy.write_text(json.dumps(whole, indent=2), encoding="utf-8")
        ended, printed = self.reader.shell(f"athanor validate '{copy}'")
        return None if ended == 0 else f"{name} with this in it is not valid:\n{printed}"

    def _run(self, block):
        wanted = re.search(r"<!-- exit code (\d+) -->\s*$", block.before)
        code = int(wanted.group(1)) if wanted else 0
        if block.language == "python":
            self._session += block.text
            ended, self._printed = self.reader.run([self.reader.python, "-"], self._session)
        else:
            ended, self._printed = self.reader.shell(block.text)
        return (None if ended == code else
                f"ended with {ended}, not {code}:\n{block.text}{self._printed}")

    def _expect_printed(self, block):
        if self._printed is None:
            return "no block that was run printed this; excuse it, or put it behind one"
        numbers_differ = "<!-- numbers differ -->" in block.before
        lost = missing_line(block.text, self._printed, numbers_differ)
        return None if lost is None else f"not printed: {lost}\nbut:\n{self._printed}"

    def meet(self, block):
        """What is wrong with a block, or None."""
        wrong = self._prepare(block.before)
        if wrong:
            return wrong
        reason, part = excuse_of(block), PART.search(block.before)
        if block.language == "python" and reason is None and not self.reader.has_zarr():
            reason = "there is no zarr-python here"
        elif block.language == "text" and reason is None and self.left_out and (
                self._printed is None and "zarr-python" in self.left_out[-1][1]):
            reason = self.left_out[-1][1]
        if reason is not None:
            self.left_out.append((block.line, reason))
            self._printed = None
            return None
        if block.language == "text":
            return self._expect_printed(block)
        self.count += 1
        if part:
            return self._put_in(block, part)
        return self._save(block) if block.language in SAVED else self._run(block)


def follow(page, reader):
    """What is wrong with the page, as (line, message), or None; and the Page."""
    done = Page(reader)
    for wrong in unmarked(page):
        return wrong, done
    for block in blocks_of(page):
        wrong = done.meet(block)
        if wrong:
            return (block.line, wrong), done
    return None, done


def print_left_out(path, left_out):
    for line, reason in left_out:
        print(f"{path}:{line}: not run: {reason}")


def check(paths):
    """Whether each block of the pages is to be run or excused."""
    wrong = 0
    for path in paths:
        page = Path(path).read_text(encoding="utf-8")
        for line, message in unmarked(page):
            wrong += 1
            print(f"{path}:{line}: {message}")
        blocks = list(blocks_of(page))
        left_out = [(b.line, excuse_of(b)) for b in blocks if excuse_of(b) is not None]
        print_left_out(path, left_out)
        print(f"{path}: {len(blocks)} blocks, {len(left_out)} of them not run")
    return 1 if wrong or not paths else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--athanor")
    parser.add_argument("--python", default="")
    parser.add_argument("--launch")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("pages", nargs="+")
    options = parser.parse_args()
    if options.check:
        return check(options.pages)
    path, = options.pages
    page = Path(path).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="athanor-guide-") as folder:
        if options.launch:
            shutil.copytree(Path(options.launch) / "examples", Path(folder) / "launch/examples")
            shutil.copy(Path(options.launch) / "mpi_environment.sh", Path(folder) / "launch")
        wrong, done = follow(page, Reader(folder, options.athanor, options.python))
    if wrong:
        print(f"{path}:{wrong[0]}: {wrong[1]}")
        return 1
    print_left_out(path, done.left_out)
    print(f"{path}: {done.count} blocks, as the page says; {len(done.left_out)} not run")
    return 0 if done.count or not any(blocks_of(page)) else 1  # not run at all: something is wrong


if __name__ == "__main__":
    sys.exit(main())
