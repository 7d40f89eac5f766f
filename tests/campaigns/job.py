# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""The program as a job of one process or of mpirun, ended by signals at any moment."""
import os
import pathlib
import signal
import subprocess
import time


def children_of(pid):
    """All processes below one."""
    found, todo = [], [pid]
    while todo:
        below = []
        for task in pathlib.Path("/proc/%d/task" % todo.pop()).glob("*/children"):
            try:
                below += [int(word) for word in task.read_text().split()]
            except OSError:
                pass  # it ended meanwhile
        found += below
        todo += below
    return found


def is_alive(pid):
    try:
        state = pathlib.Path("/proc/%d/stat" % pid).read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


class Job:
    """One start of the program."""

    def __init__(self, program, folder, arguments, variant, nccl=None, limit=300):
        command = [program] + arguments
        environment = dict(os.environ, OMP_NUM_THREADS=str(variant.threads),
                           OMP_WAIT_POLICY="passive")
        if variant.ranks > 1:
            command = ["mpirun", "-n", str(variant.ranks)] + command
        if variant.nccl:
            environment.update(LD_LIBRARY_PATH=nccl, ATHANOR_CUDA_DOUBLE_DEVICES="8")
        self.command, self.limit, self.log = command, limit, folder + "/log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait(self):
        """Its exit code; None when it took longer than any campaign here may, and was killed."""
        try:
            return self.process.wait(self.limit)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def is_over_after(self, seconds):
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False

    def kill(self):
        """SIGKILL for every process of the job at once, as when a machine goes."""
        self.process.send_signal(signal.SIGSTOP)  # starts nobody any more
        pids = children_of(self.process.pid)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.kill()
        self.process.wait()
        while any(is_alive(pid) for pid in pids):
            time.sleep(0.005)

    def ask(self, which):
        """A signal that the program answers; its exit code, -15 and such before it listens."""
        pids = children_of(self.process.pid)
        self.process.send_signal(which)
        code = self.wait()
        for pid in pids:  # ranks whose mpirun ended before it passed the signal on
            if is_alive(pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                while is_alive(pid):
                    time.sleep(0.005)
        return code
