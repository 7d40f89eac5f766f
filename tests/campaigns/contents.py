# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""What a campaign left behind, by content and not by order, and how two of them differ.

Stores are read by zarr-python (tests/support/same_rows.py), never by the program under test. Every
row has a key (system_id, stage, step, kind); one that is there twice is an error of its own.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from same_rows import rows_of  # noqa: E402

# Which of the stages inside its element a sample is in; depends on what is fused.
PLACEMENT_ONLY = ("core/status",)
PLACEMENT_ONLY_TEXT = re.compile(r"(?m) status=\d+(?= |$)")
KINDS = {"frame": 0, "converged": 1, "graduated": 2, "quarantined": 3}


class Broken(Exception):
    """Something that no run may leave behind."""


def frames_of(path):
    """(comment line, text) of each frame of an extended-XYZ file."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    at = 0
    while at < len(lines):
        count = int(lines[at])
        yield lines[at + 1], "\n".join(lines[at:at + count + 2])
        at += count + 2


def number_in(comment, key, otherwise=None):
    found = re.search(r"(?:^| )%s=(\S+)" % key, comment)
    return found.group(1) if found else otherwise


def text_rows(path):
    rows = {}
    for comment, text in frames_of(path):
        key = tuple(number_in(comment, k) for k in ("system_id", "stage", "stage_step"))
        key = tuple(int(k) if k is not None else -1 for k in key)
        key += (KINDS.get(number_in(comment, "kind"), -1),)
        if key in rows:
            raise Broken("%s: the row %s is there twice" % (path, key))
        rows[key] = {"frame": PLACEMENT_ONLY_TEXT.sub("", text, count=1)}
    return rows


def log_lines(folder):
    """Lines of all logs of a stage, without the columns that are about the batch: {key: line}."""
    logs = {}
    for path in sorted(pathlib.Path(folder).glob("log_*.csv")):
        rows = logs.setdefault("log_" + path.stem.split("_")[1], {})
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        drop = [header.split(",").index(word) for word in ("graph_idx", "status")]
        for line in lines:
            cells = line.split(",")
            key = (int(cells[header.split(",").index("system_id")]), -1, int(cells[0]), -1)
            if key in rows:
                raise Broken("%s: step %d of sample %d is there twice" % (path, key[2], key[0]))
            kept = [cell for c, cell in enumerate(cells) if c not in drop]
            rows[key] = {"line": ",".join(kept)}
    return logs


def rejects(path):
    """Frames of the input that are no samples, as they came; {number: text}."""
    rows = {}
    if path.exists():
        for block in re.split(r"(?m)^(?=# sample )", path.read_text(encoding="utf-8")):
            if block.strip():
                number = int(re.match(r"# sample (\d+)", block).group(1))
                if (number, -1, -1, -1) in rows:
                    raise Broken("%s: frame %d is there twice" % (path, number))
                rows[number, -1, -1, -1] = {"text": block}
    return rows


def contents(folder, with_logs):
    """{name: {key: {part: bytes or text}}} of every store, file and log under `folder`."""
    folder, found = pathlib.Path(folder), {}
    for path in sorted(folder.iterdir()):
        if path.name.endswith(".zarr"):
            try:
                found[path.stem] = rows_of(str(path), PLACEMENT_ONLY)
            except SystemExit as error:
                raise Broken(str(error)) from None
        elif path.suffix == ".extxyz":
            found[path.stem] = text_rows(path)
        elif not (path.name.startswith(("log_", "checkpoint", "quarantine.extxyz.rejects")) or
                  path.suffix in (".json",)):
            raise Broken("%s was left behind" % path)
    found["rejects"] = rejects(folder / "quarantine.extxyz.rejects.txt")
    if with_logs:
        found.update(log_lines(folder))
    return {name: rows for name, rows in found.items() if rows}


def differences(expected, seen):
    """A line for each kind of difference; empty where there is none."""
    found = []
    for name in sorted(expected.keys() | seen.keys()):
        one, other = expected.get(name, {}), seen.get(name, {})
        missing = sorted(one.keys() - other.keys())
        extra = sorted(other.keys() - one.keys())
        changed = [(key, part) for key in sorted(one.keys() & other.keys())
                   for part in sorted(one[key].keys() | other[key].keys())
                   if one[key].get(part) != other[key].get(part)]
        for what, keys in (("missing", missing), ("too many", extra), ("different", changed)):
            if keys:
                found.append("%s: %d of %d rows %s, the first (sample, stage, step, kind) %s"
                             % (name, len(keys), len(one), what, keys[:4]))
        for key, part in changed[:1]:
            if isinstance(one[key].get(part), str) and isinstance(other[key].get(part), str):
                found.append("  expected: %s\n  seen:     %s"
                             % (one[key][part][:600], other[key][part][:600]))
    return found


def steps_made(found):
    """Steps that rows of finished samples tell of, and rows in all."""
    rows = [key for name, content in found.items() if name != "rejects" for key in content]
    return sum(key[2] for key in rows if key[3] in (2, -1)), len(rows)


def expected_rows(campaign, settled):
    """Keys that the results must have, by what the guide says of hooks and outputs and by nothing
    that a run tells but which samples failed and how many steps those took whose number is open:
    {sink: keys}. `settled`: {(system_id, stage): steps} of samples that made a fixed number."""
    wanted, number = {}, 0
    for chain in campaign.chains:
        for stage in chain:
            for hook in stage.get("hooks", []):
                if hook["type"] != "snapshot" or "steps" not in stage:
                    continue
                steps = list(range(1, stage["steps"] + 1, hook["frequency"]))
                if hook.get("initial"):
                    steps.insert(0, 0)
                for system in settled:
                    wanted.setdefault(hook["sink"], set()).update(
                        (system, number, step, 0) for step in steps)
            number += 1
    return wanted


def check_complete(campaign, found, frames):
    """Each sample ended once in each chain, finished or failed; rows of fixed times are there."""
    number = 0
    for chain, output in zip(campaign.chains, campaign.outputs()):
        stages = range(number, number + len(chain))
        number += len(chain)
        done = {key[0] for key in found.get(output, {}) if key[3] == 2}
        failed = {key[0] for key in found.get("quarantine", {})
                  if key[1] in stages or key[1] == -1}
        failed |= {key[0] for key in found.get("rejects", {})}
        both, neither = done & failed, set(frames) - done - failed
        if both or neither:
            raise Broken("%s: samples %s finished and failed, samples %s did neither"
                         % (output, sorted(both)[:5], sorted(neither)[:5]))
    finished = set(frames) - {key[0] for key in found.get("quarantine", {})}
    finished -= {key[0] for key in found.get("rejects", {})}
    for sink, keys in expected_rows(campaign, finished).items():
        lost = keys - found.get(sink, {}).keys()
        if lost:
            raise Broken("%s: %d rows that hooks write are not there, the first %s"
                         % (sink, len(lost), sorted(lost)[:3]))
