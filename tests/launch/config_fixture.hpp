// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Configurations to start from, and what is wrong with the changed ones.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "launch/config.hpp"
#include "runtime/error.hpp"

namespace athanor::test {

using Json = nlohmann::json;

/// The example of the design, without what this version does not run: relax, then md.
inline Json relax_then_md() {
    return Json::parse(R"({
        "athanor": 1,
        "seed": 7,
        "device": "auto",
        "input": {"path": "structures.extxyz", "select": ":"},
        "sampler": {"max_systems": 64, "max_atoms": 8192, "max_edges": 0},
        "model": {"type": "lennard_jones", "cutoff": 8.5,
                  "species": {"Ar": {"epsilon": 0.0104, "sigma": 3.40},
                              "Kr": {"epsilon": 0.0140, "sigma": 3.65}}},
        "pipeline": [
            {"name": "relax", "dynamics": {"type": "fire", "timestep_fs": 1.0},
             "converge": {"fmax": 0.01}, "max_steps": 500},
            {"name": "md",
             "dynamics": {"type": "nvt_langevin", "timestep_fs": 2.0, "temperature_kelvin": 40.0,
                          "friction_per_fs": 0.01},
             "steps": 2000,
             "hooks": [{"type": "snapshot", "frequency": 50, "sink": "trajectory"}]}
        ],
        "buffers": {"systems": 16, "atoms": 2048, "edges": 0, "slots": 3},
        "sinks": {"trajectory": {"type": "zarr", "url": "out/trajectory.zarr"},
                  "done": {"type": "zarr", "url": "out/done.zarr"}},
        "output": ["done"],
        "quarantine": "out/quarantine.extxyz"
    })");
}

/// Only what is required.
inline Json smallest() {
    return Json::parse(R"({
        "athanor": 1,
        "input": {"path": "in.extxyz"},
        "model": {"type": "lennard_jones", "cutoff": 8.5,
                  "species": {"Ar": {"epsilon": 0.0104, "sigma": 3.40}}},
        "pipeline": [{"dynamics": {"type": "single_point"}}],
        "sinks": {"done": {"type": "host_memory"}},
        "output": ["done"]
    })");
}

inline Config parse(Json const& document, std::vector<ConfigOverride> const& overrides = {}) {
    return parse_config(document.dump(), "campaign.json", "/base", overrides);
}

/// The whole message, or "" when all is well.
inline std::string error_of_text(std::string const& text,
                                 std::vector<ConfigOverride> const& overrides = {}) {
    try {
        static_cast<void>(parse_config(text, "campaign.json", "/base", overrides));
    } catch (ConfigError const& error) {
        return error.what();
    }
    return "";
}
inline std::string error_of(Json const& document,
                            std::vector<ConfigOverride> const& overrides = {}) {
    return error_of_text(document.dump(), overrides);
}

/// `document` with one value changed or added.
inline Json with(Json document, std::string const& pointer, Json const& value) {
    document[Json::json_pointer(pointer)] = value;
    return document;
}
inline Json without(Json document, std::string const& pointer) {
    Json::json_pointer const place(pointer);
    document[place.parent_pointer()].erase(place.back());
    return document;
}

}  // namespace athanor::test
