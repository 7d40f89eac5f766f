# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
#
# Sourced, not run: what the fault tests have in common.

# make_campaign FOLDER STAGES SAMPLES STEPS: structures and a configuration, one rank per stage. A
# relaxation, then stages of molecular dynamics of so many steps that all write one store.
make_campaign() {
    local folder=$1 stages=$2 samples=$3 steps=$4
    awk -v samples="$samples" 'BEGIN {
        srand(7)
        for (s = 0; s < samples; ++s) {
            print 32; print "Properties=species:S:1:pos:R:3"
            for (i = 0; i < 4; ++i) for (j = 0; j < 4; ++j) for (k = 0; k < 2; ++k)
                printf "Ar %.6f %.6f %.6f\n", 3.8 * i + 0.4 * rand(), 3.8 * j + 0.4 * rand(),
                    3.8 * k + 0.4 * rand()
        }
    }' > "$folder/in.extxyz"
    local pipeline='{"name": "relax", "dynamics": {"type": "fire", "timestep_fs": 5.0},
        "converge": {"fmax": 0.001}, "max_steps": 30}'
    local stage
    for ((stage = 1; stage < stages; ++stage)); do
        pipeline+=", {\"name\": \"md_$stage\", \"dynamics\": {\"type\": \"nvt_langevin\",
            \"timestep_fs\": 2.0, \"temperature_kelvin\": 20.0, \"friction_per_fs\": 0.01},
            \"steps\": $steps, \"hooks\": [{\"type\": \"snapshot\", \"frequency\": 20,
            \"sink\": \"trajectory\"}, {\"type\": \"logging\", \"path\": \"out/md_$stage.csv\",
            \"frequency\": 20}]}"
    done
    cat > "$folder/campaign.json" << END
{"athanor": 1, "seed": 3, "input": {"path": "in.extxyz"},
 "sampler": {"max_systems": 6, "max_atoms": 400},
 "model": {"type": "lennard_jones", "cutoff": 8.5,
           "species": {"Ar": {"epsilon": 0.0104, "sigma": 3.4}}},
 "pipeline": [$pipeline],
 "buffers": {"systems": 2, "atoms": 400, "slots": 2},
 "sinks": {"trajectory": {"type": "zarr", "url": "out/trajectory.zarr"},
           "done": {"type": "zarr", "url": "out/done.zarr"}},
 "output": ["done"], "quarantine": "out/quarantine.extxyz"}
END
}

# Descendants of a process that run the program, one "PID RANK" a line. Zombies are not counted.
ranks_below() {
    local parent=$1 child state rank
    for child in $(cat "/proc/$parent/task/"*/children 2> /dev/null); do
        state=$(awk '/^State/ { print $2 }' "/proc/$child/status" 2> /dev/null)
        [[ -n "$state" && "$state" != Z ]] || continue
        rank=$(tr '\0' '\n' < "/proc/$child/environ" 2> /dev/null |
            sed -n 's/^OMPI_COMM_WORLD_RANK=//p')
        if [[ -n "$rank" && "$(readlink "/proc/$child/exe")" == "$athanor" ]]; then
            echo "$child $rank"
        else
            ranks_below "$child"
        fi
    done
}

# Every store that stands in a folder must open. One that was not begun does not stand there; what
# is on its way in or out has another name.
stores_open() {
    local store
    for store in "$1"/*.zarr "$1"/*.zarr.part-*; do
        [[ -e "$store" && "$store" != *.tmp-* ]] || continue
        "$athanor" inspect "$store" --json > /dev/null 2> "$1.inspect" || {
            echo "$store does not open: $(cat "$1.inspect")"
            return 1
        }
    done
}
