#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# Kills every process of a campaign of 200 samples at random moments, resumes it each time with
# another placement, and lets it end after so many kills. Then its stores must hold the rows of an
# undisturbed run, bit for bit, each once; and after every kill whatever stands under the name of a
# store must open in zarr-python and pass check_store.py.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=launch/mpi_environment.sh
. "$here/../../launch/mpi_environment.sh"

usage() {
    cat << 'END'
usage: tests/faults/kill_and_resume.sh PROGRAM PYTHON [--kills N] [--signals N] [--seed S]
           [--within MS] [--journal]
  PROGRAM    the built athanor; PYTHON has zarr and numpy
  --kills    of SIGKILL for each placement, 10 when left out
  --signals  of SIGUSR1 (checkpoint, exit 75) among them, 2 when left out
  --within   the fault comes so many milliseconds after the start at most, 2500 when left out
  --journal  stores have journals, durability "commit"; without it "none"
  --seed     of placements and moments; printed, and another one each time when left out
END
}
(($# >= 2)) || { usage >&2; exit 2; }
athanor=$(realpath "$1") || exit 2
python=$2
shift 2
kills=10 signals=2 within=2500 journal=no seed=$((RANDOM * 32768 + RANDOM))
while (($# > 0)); do
    case "$1" in
        --kills) kills=$2; shift 2 ;;
        --signals) signals=$2; shift 2 ;;
        --seed) seed=$2; shift 2 ;;
        --journal) journal=yes; shift ;;
        --within) within=$2; shift 2 ;;
        *) usage >&2; exit 2 ;;
    esac
done
echo "seed $seed, journal $journal: $kills SIGKILL and $signals SIGUSR1 for each placement"
RANDOM=$((seed % 32768))
athanor_mpi_environment 4
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" "$here/../../launch/examples/make_many_structures.py" 200 "$folder/in.extxyz" || exit 1

# campaign FILE OUT FUSED REPLICAS
campaign() {
    "$python" - "$@" "$journal" << 'END'
import json, sys
file, out, fused, replicas = sys.argv[1], sys.argv[2], sys.argv[3] == "fused", int(sys.argv[4])
kept = {"durability": "none"}
if sys.argv[5] == "yes":
    kept = {"durability": "commit", "journal": True}
snapshot = {"type": "snapshot", "frequency": 50, "sink": "trajectory"}
fire = {"type": "fire", "timestep_fs": 2.0}
relax = {"name": "relax", "dynamics": fire, "converge": {"fmax": 0.01}, "max_steps": 200,
         "hooks": [snapshot, {"type": "converged_snapshot", "sink": "trajectory"}]}
md = {"name": "md", "steps": 4000, "initial_temperature_kelvin": 20.0,
      "dynamics": {"type": "nvt_langevin", "timestep_fs": 2.0, "temperature_kelvin": 20.0,
                   "friction_per_fs": 0.01},
      "hooks": [{**snapshot, "frequency": 400, "initial": True},
                {"type": "logging", "frequency": 500, "path": out + "/md_{replica}.csv"}]}
quench = {"name": "quench", "dynamics": fire, "converge": {"fmax": 0.01}, "max_steps": 200,
          "hooks": [snapshot]}
if fused:
    pipeline = [{"fuse": [relax, md]}, quench]
    pipeline[0]["replicas"] = replicas
else:
    md["replicas"] = replicas
    pipeline = [relax, md, quench]
species = {"Ar": (0.0104, 3.4), "Kr": (0.014, 3.65), "Xe": (0.02, 3.98)}
json.dump({
    "athanor": 1, "seed": 7, "input": {"path": "in.extxyz"},
    "sampler": {"max_systems": 16, "max_atoms": 512},
    "model": {"type": "lennard_jones", "cutoff": 8.0,
              "species": {k: {"epsilon": e, "sigma": s} for k, (e, s) in species.items()}},
    "pipeline": pipeline, "buffers": {"systems": 4, "atoms": 256, "slots": 2},
    "sinks": {n: {"type": "zarr", "url": f"{out}/{n}.zarr", **kept}
              for n in ("trajectory", "done")},
    "output": ["done"], "quarantine": out + "/quarantine.extxyz",
    "checkpoint": {"path": out + "/checkpoint", "interval_seconds": 0.3}}, open(file, "w"))
END
}

# A placement at random: one process or a rank for each instance, replicas; "mixed" is fused now and
# pipelined then. Where a stage stands inside its element is what core/status tells.
ranks=1
ignored=()
place() {
    local fused=$1 out="out-$1" replicas=$((1 + RANDOM % 2)) mpi=$((RANDOM % 3))
    if [[ "$fused" == mixed ]]; then
        fused=pipelined
        ((RANDOM % 2)) || fused=fused
    fi
    campaign "$folder/campaign.json" "$out" "$fused" "$replicas"
    local others=2
    [[ "$fused" != fused ]] || others=1
    ranks=1
    ((mpi == 0)) || ranks=$((others + replicas))
}
launch() { # COMMAND: in a session of its own, so that the whole job can be killed
    local start=()
    ((ranks == 1)) || start=(mpirun -n "$ranks")
    setsid "${start[@]}" "$athanor" "$1" "$folder/campaign.json" --progress off \
        >> "$folder/log" 2>&1 &
    job=$!
}
kill_job() {
    local pid
    for pid in $(ps -eo pid=,sid= | awk -v s="$job" '$2 == s { print $1 }'); do
        kill -KILL "$pid" 2> /dev/null
    done
    # Ranks of mpirun have sessions of their own on some systems.
    pkill -KILL -f "$athanor .*$folder/campaign.json" 2> /dev/null
    wait "$job" 2> /dev/null
    while pgrep -f "$athanor .*$folder/campaign.json" > /dev/null; do sleep 0.02; done
}
check_stores() {
    local stores=("$folder/out-$1"/*.zarr)
    [[ -e "${stores[0]}" ]] || return 0
    "$python" "$here/../support/run_check_store.py" --in-progress --all-chunks --tensorstore off \
        -- "${stores[@]}" > "$folder/check" 2>&1 || {
        echo "FAIL a store after kill $2:"
        cat "$folder/check"
        return 1
    }
}

failures=0
for fused in pipelined mixed; do
    [[ "$fused" != mixed ]] || ignored=(core/status)
    campaign "$folder/campaign.json" "expected-$fused" "$fused" 1
    ranks=1
    launch run
    wait "$job" || { echo "FAIL the undisturbed run"; cat "$folder/log"; exit 1; }
    rm -rf "$folder/out-$fused"
    killed=0 asked=0 ended_before=0 command=run
    while ((killed < kills || asked < signals)); do
        place "$fused"
        launch "$command"
        command=resume
        sleep "$(awk -v ms=$((RANDOM % within)) 'BEGIN { print ms / 1000 }')"
        if ! kill -0 "$job" 2> /dev/null; then # it had come to its end: begin another
            wait "$job" || { echo "FAIL rc $?"; cat "$folder/log"; exit 1; }
            ((++ended_before))
            for store in trajectory done; do
                "$python" "$here/../support/same_rows.py" "$folder/expected-$fused/$store.zarr" \
                    "$folder/out-$fused/$store.zarr" "${ignored[@]}" || {
                    ((++failures))
                    break 2
                }
            done
            rm -rf "$folder/out-$fused"
            command=run
            : > "$folder/log"
            continue
        fi
        if ((asked < signals && killed * signals >= asked * kills)); then
            kill -USR1 "$job"
            wait "$job"
            code=$?
            ((code == 75 || code == 0 || code == 138)) || {
                echo "FAIL SIGUSR1 gave $code"
                tail -5 "$folder/log"
                ((++failures))
            }
            # Before mpirun or the program listens, it ends them as ever; ranks may stay behind.
            kill_job
            ((++asked))
        else
            kill_job
            ((++killed))
        fi
        check_stores "$fused" "$killed" || { ((++failures)); break; }
    done
    place "$fused"
    launch "$command"
    wait "$job" || {
        echo "FAIL the last run ended with $?"
        tail -20 "$folder/log"
        ((++failures))
    }
    for store in trajectory done; do
        "$python" "$here/../support/same_rows.py" "$folder/expected-$fused/$store.zarr" \
            "$folder/out-$fused/$store.zarr" "${ignored[@]}" || ((++failures))
    done
    echo "$fused: $killed SIGKILL, $asked SIGUSR1, $ended_before whole campaigns on the way"
done
echo "$failures failures"
((failures == 0))
