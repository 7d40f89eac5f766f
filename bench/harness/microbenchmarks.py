# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""The Google Benchmarks of bench/: all repetitions of each."""
import json
import os
import subprocess

PROGRAMS = ["runtime/bench_runtime", "kernels/bench_kernels", "comm/bench_comm",
            "sinks/bench_sinks", "stages/bench_stages", "stages/bench_in_flight",
            "launch/bench_pipeline"]
# With --quick: one or two of each kind.
QUICK = {"runtime/bench_runtime": ".", "kernels/bench_kernels": ".", "comm/bench_comm": ".",
         "sinks/bench_sinks": "(raw|blosc_lz4)_16_samples/|copy_in|write_chunk|encode_alone/blosc",
         "stages/bench_stages": "_step/systems:64/", "stages/bench_in_flight": ".",
         "launch/bench_pipeline": "/64/|vain"}


def run(build, quick, rounds, only, show):
    """Results by "PROGRAM/BENCHMARK": seconds of an iteration by the clock."""
    results = {}
    for program in PROGRAMS:
        wanted = only or (QUICK[program] if quick else ".")
        show(program)
        command = [os.path.join(build, "bench", program), f"--benchmark_filter={wanted}",
                   f"--benchmark_min_time={0.01 if quick else 0.2}",
                   f"--benchmark_repetitions={rounds or (3 if quick else 8)}",
                   "--benchmark_enable_random_interleaving=true", "--benchmark_format=json"]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        if not output.strip():
            continue  # nothing here fits `only`
        for entry in json.loads(output)["benchmarks"]:
            if entry.get("run_type") != "iteration" or entry.get("error_occurred"):
                continue
            scale = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}[entry["time_unit"]]
            result = results.setdefault(f"{os.path.basename(program)}/{entry['run_name']}", {
                "unit": "s", "better": "lower", "samples": []})
            result["samples"].append(entry["real_time"] * scale)
    return dict(sorted(results.items()))
