# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""What a machine is, as far as figures depend on it."""
import datetime
import os
import platform
import subprocess


def _first_line(command, folder=None):
    try:
        output = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return (output.stdout.splitlines() or ["unknown"])[0].strip()


def _processor():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory_gib():
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def cores():
    return len(os.sched_getaffinity(0))


def facts(root):
    """Of this machine now. Those under "identity" must be equal for two runs to be compared."""
    return {
        "identity": {"processor": _processor(), "cores": cores(), "memory_gib": _memory_gib(),
                     "architecture": platform.machine()},
        "host": platform.node(),
        "kernel": platform.release(),
        "compiler": _first_line(["c++", "--version"]),
        "mpi": _first_line(["mpirun", "--version"]),
        "revision": _first_line(["git", "describe", "--always", "--dirty"], root),
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "load_before": round(os.getloadavg()[0], 2),
    }
