#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Runs campaigns drawn at random, each in its plainest form and in variants that may not change a
row: ranks, replicas, fusion, batches, buffers, channel modes, transports, threads, devices, stores,
shards, and faults with `athanor resume`. What they leave behind must be the same, bit for bit.

    random_campaigns.py PROGRAM [--count N] [--seed S] [--variants K] [--only V] [--nccl FOLDER]
                        [--keep FOLDER] [--seconds T]

Python with zarr and numpy. A case that fails keeps its folder, and says how to repeat it. Exit
codes: 0 all the same, 1 a difference, 77 skipped for want of zarr.
"""
import argparse
import json
import os
import pathlib
import random as randoms
import shutil
import signal
import sys
import tempfile
import time

try:
    from contents import Broken, check_complete, contents, differences, steps_made
except ImportError as error:
    print("skipped: %s" % error)
    sys.exit(77)
from afterwards import check_results
from campaign import Campaign
from job import Job
from mutations import mutated
from variants import random_variant, reference, sinks_of

GOOD_CODES = (0, 5)
# A signal's own end, before the program listens, and the codes of SIGTERM and SIGINT (README.md).
ASKING = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM, signal.SIGINT)
NOT_LISTENING = tuple(-s for s in ASKING) + tuple(128 + s for s in ASKING)
MOST_FAULTS = 3


class Failure(Exception):
    """A variant that did not do what the reference did."""


class Case:
    """One campaign, its reference and its variants, in a folder of its own."""

    def __init__(self, options, seed, folder):
        self.options, self.seed, self.folder = options, seed, folder
        self.campaign = Campaign(seed, folder)
        self.said, self.steps, self.rows = "", 0, 0
        self.most_seconds = 1.0

    def write(self, variant, name):
        path = "%s/%s.json" % (self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(variant.config, file, indent=1)
        return name + ".json"

    def start(self, variant, command, config, *more):
        arguments = [command, config]
        if command in ("run", "resume"):
            arguments += ["--progress", "none", "--device", variant.device]
        job = Job(self.options.program, self.folder, arguments + list(more), variant,
                  self.options.nccl)
        self.said = " ".join(job.command)
        return job

    def expect(self, job, codes, what):
        code = job.wait()
        if code not in codes:
            raise Failure("%s gave %s: %s\n%s" % (what, "no end" if code is None else code,
                                                 self.said, job.text()[-3000:]))
        return code

    def validate(self, variant, config):
        plain = type(variant)()
        job = self.start(plain, "validate", config, "--device", variant.device, "--ranks",
                         str(variant.ranks))
        self.expect(job, (0,), "validate")

    def run_reference(self):
        variant = reference(self.campaign, "reference")
        config = self.write(variant, "reference")
        self.validate(variant, config)
        begin = time.monotonic()
        self.code = self.expect(self.start(variant, "run", config), GOOD_CODES, "the reference")
        self.most_seconds = time.monotonic() - begin
        self.expected = contents(self.folder + "/reference", with_logs=True)
        check_complete(self.campaign, self.expected, self.frames_selected())
        self.steps, self.rows = steps_made(self.expected)

    def frames_selected(self):
        select = self.campaign.base["input"].get("select", ":").split(":")
        part = slice(*(int(word) if word else None for word in select))
        return range(*part.indices(self.campaign.frames))

    def run_variant(self, number):
        random = randoms.Random("variant %d of %d" % (number, self.seed))
        out = "variant_%d" % number
        how = random.choice(("run", "run", "faults", "faults", "shards"))
        if how == "shards" and len(self.frames_selected()) < 4:
            how = "run"
        draw = lambda sinks=None: random_variant(  # noqa: E731
            self.campaign, out, random, self.options.ranks, bool(self.options.nccl), sinks,
            share=how != "faults")
        variant = draw()
        self.said = ""
        print("  variant %d: %s, %s" % (number, how, variant.describe()), flush=True)
        if how == "shards":
            self.run_shards(variant, out, random)
        elif how == "faults":
            self.run_with_faults(variant, out, random, draw)
        else:
            config = self.write(variant, out)
            self.validate(variant, config)
            self.expect(self.start(variant, "run", config), (self.code,), "the run")
        self.compare(out, with_logs=how == "run")
        if random.random() < 0.3:
            check_results(self.options.program, "%s/%s" % (self.folder, out), random)
        if how != "shards" and self.code == 5 and random.random() < 0.3:
            self.retry(variant, out)

    def compare(self, out, with_logs):
        seen = contents(self.folder + "/" + out, with_logs)
        expected = {name: rows for name, rows in self.expected.items()
                    if with_logs or not name.startswith("log_")}
        found = differences(expected, seen)
        if found:
            raise Failure("%s\n%s" % (self.said, "\n".join(found)))

    def retry(self, variant, out):
        """What failed fails again, with the same rows."""
        print("    resume --retry-quarantine", flush=True)
        config = self.write(variant, out + "_retried")
        job = self.start(variant, "resume", config, "--retry-quarantine")
        self.expect(job, (self.code,), "resume --retry-quarantine")
        for path in pathlib.Path(self.folder, out).glob("*.before-retry"):
            path.unlink()
        self.compare(out, with_logs=False)

    def run_shards(self, variant, out, random):
        """Each shard is a job; then they are joined."""
        count = random.randint(2, min(4, len(self.frames_selected())))
        variant.shards = count
        config = self.write(variant, out)
        self.validate(variant, config)
        kept = {"path": out + "/checkpoint", "interval_seconds": 0.05}
        if random.random() < 0.5:
            variant.config["checkpoint"] = kept
            config = self.write(variant, out)
        for shard in random.sample(range(count), count):
            part = ("--shard", "%d/%d" % (shard, count))
            job = self.start(variant, "run", config, *part)
            if random.random() < 0.2 and not job.is_over_after(random.uniform(0, 0.5)):
                print("    SIGKILL for shard %d" % shard, flush=True)
                job.kill()
                job = self.start(variant, "resume", config, *part)
            self.expect(job, GOOD_CODES, "shard %d" % shard)
        plain = type(variant)()
        self.expect(self.start(plain, "merge", config, "--shards", str(count)), (0, self.code),
                    "merge")
        for path in pathlib.Path(self.folder, out).glob("*.shard-*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def run_with_faults(self, variant, out, random, draw):
        """Killed or stopped, resumed in another placement, up to some times; then to its end."""
        sinks = {name: spec for name, spec in variant.config["sinks"].items()
                 if spec["type"] in ("zarr", "extxyz")}
        kept = {"path": out + "/checkpoint",
                "interval_seconds": random.choice((0.01, 0.05, 0.3, 60.0))}
        has_checkpoint = random.random() < 0.8
        command = "run"
        for fault in range(random.randint(1, MOST_FAULTS) + 1):
            if fault > 0:
                variant, command = draw(sinks), "resume"
            if has_checkpoint:
                variant.config["checkpoint"] = kept
            config = self.write(variant, "%s_%d" % (out, fault))
            if fault == 0:
                self.validate(variant, config)
            print("    %s: %s" % (command, variant.describe()), flush=True)
            job = self.start(variant, command, config)
            long = self.most_seconds * (1 if variant.ranks == 1 else 3) + 0.1
            if fault < MOST_FAULTS and not job.is_over_after(random.uniform(0, long)):
                self.disturb(job, random)
        if job.wait() != self.code:  # the last fault came in time: now to the end
            job = self.start(variant, "resume", config)
        self.expect(job, (self.code,), "resume")
        again = self.start(variant, "resume", config)
        self.expect(again, (self.code, 0), "resume of what is done")

    def disturb(self, job, random):
        which = random.choice(("KILL", "KILL", "USR1", "USR1", "TERM", "INT", "USR2"))
        print("    SIG" + which, flush=True)
        if which == "KILL":
            job.kill()
            return
        code = job.ask(getattr(signal, "SIG" + which))
        # mpirun itself ends with 1 after a SIGTERM or SIGINT, whatever its ranks say, and now and
        # then crashes when its ranks end meanwhile: in PMIx_Finalize, or writing to one of them.
        of_mpirun = "mpirun" in job.command and (
            code == 1 and which in ("TERM", "INT") or code in (-signal.SIGSEGV, -signal.SIGPIPE))
        if code not in (75, self.code) + NOT_LISTENING and not of_mpirun:
            raise Failure("SIG%s gave %s: %s\n%s" % (which, code, self.said, job.text()[-3000:]))


    def run_mutation(self, number):
        """What `validate` says of a configuration holds for the run: refused with the same code and
        words, or run to its end."""
        random = randoms.Random("mutation %d of %d" % (number, self.seed))
        out = "mutation_%d" % number
        variant = random_variant(self.campaign, out, random, 4)
        variant.ranks, variant.device = 1, random.choice(("cpu", "cpu", "cpu", "auto", "emulated"))
        variant.config, said = mutated(variant.config, random)
        config = self.write(variant, out)
        if self.options.verbose:
            print("  mutation %d: %s" % (number, "; ".join(said)), flush=True)
        judged = self.start(type(variant)(), "validate", config, "--device", variant.device)
        verdict, words = judged.wait(), judged.text()
        run = self.start(variant, "run", config)
        code = run.wait()
        wanted = GOOD_CODES if verdict == 0 else (verdict,)
        if "every output sink is full" in run.text():  # a bounded one that was drawn for overflow
            wanted = (6,)
        said = "%s\nvalidate gave %s: %s\nrun gave %s: %s\n%s" % (
            "; ".join(said), verdict, words[-1000:], code, run.text()[-2000:], self.said)
        if verdict not in (0, 2, 3) or code not in wanted:
            raise Failure(said)
        if verdict != 0 and words.split("\n", 1)[0] not in run.text():
            raise Failure("other words\n" + said)
        shutil.rmtree(self.folder + "/" + out, ignore_errors=True)


def numbers_of(options):
    return [options.only] if options.only is not None else range(options.variants)


def one_case(options, seed):
    """The steps and rows of a campaign; None when a variant differed."""
    folder = tempfile.mkdtemp(prefix="campaign-%d-" % seed, dir=options.keep)
    case, number, good = Case(options, seed, folder), None, False
    print("seed %d: %s" % (seed, " | ".join(
        " > ".join(stage["dynamics"]["type"] for stage in chain)
        for chain in case.campaign.chains)), flush=True)
    try:
        case.run_reference()
        print("  %d frames, %d steps, %d rows" % (case.campaign.frames, case.steps, case.rows),
              flush=True)
        for number in numbers_of(options):
            case.run_variant(number)
        for number in range(options.mutations):
            case.run_mutation(number)
        good = True
    except (Failure, Broken) as error:
        only = "" if number is None else " --only %d" % number
        print("FAIL seed %d: %s\nfolder %s\nrepeat: %s %s %s --seed %d%s%s" % (
            seed, error, folder, sys.executable, sys.argv[0], options.program, seed, only,
            " --nccl " + options.nccl if options.nccl else ""), flush=True)
    if good:
        shutil.rmtree(folder)
    return (case.steps, case.rows) if good else None


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program", help="the built athanor")
    parser.add_argument("--count", type=int, default=1, help="campaigns")
    parser.add_argument("--seed", type=int, default=1, help="of the first one")
    parser.add_argument("--variants", type=int, default=4, help="of each campaign")
    parser.add_argument("--mutations", type=int, default=0, help="wrong ones of each campaign")
    parser.add_argument("--verbose", action="store_true", help="says what was changed")
    parser.add_argument("--only", type=int, help="this variant alone")
    parser.add_argument("--ranks", type=int, default=5, help="at most")
    parser.add_argument("--nccl", help="folder of libraries that stand in for CUDA and NCCL")
    parser.add_argument("--keep", help="folder for the folders of campaigns that fail")
    parser.add_argument("--seconds", type=float, help="begins no campaign after so long")
    options = parser.parse_args(arguments)
    options.program = os.path.realpath(options.program)
    if options.nccl:
        options.nccl = os.path.realpath(options.nccl)
    return options


def main():
    options = parse(sys.argv[1:])
    # A shell lets what it starts in the background ignore it, and with it all jobs.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    begin, steps, rows, failed, done = time.monotonic(), 0, 0, [], 0
    for seed in range(options.seed, options.seed + options.count):
        if options.seconds and done and time.monotonic() - begin > options.seconds:
            break
        made = one_case(options, seed)
        done += 1
        if made is None:
            failed.append(seed)
        else:
            steps, rows = steps + made[0], rows + made[1]
    print("%d campaigns, %d steps and %d rows each time, %d failed%s, %.0f s"
          % (done, steps, rows, len(failed), ": seeds %s" % failed if failed else "",
             time.monotonic() - begin))
    if not failed and (steps == 0 or rows == 0):
        print("FAIL nothing was done: no step or no row in any campaign")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
