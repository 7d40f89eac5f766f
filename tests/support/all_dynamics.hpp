// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Every dynamics with options that show all of its state, a stage for each, and samples for them.
#pragma once

#include <variant>
#include <vector>

#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor::test {

inline std::vector<DynamicsSpec> all_dynamics() {
    return {SinglePointOptions{},
            NveOptions{2.0},
            NvtLangevinOptions{2.0, 30.0, 0.02},
            FireOptions{.timestep_fs = 4.0},
            FireOptions{.timestep_fs = 4.0, .keep_velocities = true},
            Fire2Options{.delay_steps = 4},
            LbfgsOptions{.history = 3},
            LbfgsOptions{},
            NvtNoseHooverOptions{2.0, 30.0, 50.0},
            DemoOptions{2.0},
            NptOptions{2.0, 30.0, 0.0003, 300.0, 100.0, PressureCoupling::triclinic},
            NphOptions{2.0, 0.0003, 300.0},
            FireVariableCellOptions{{.timestep_fs = 4.0}},
            Fire2VariableCellOptions{{.delay_steps = 4}, 0.1}};
}

/// A stage of that dynamics that ends after some 30 steps.
inline SubStage stage_of_kind(int id, DynamicsSpec const& spec) {
    if (std::holds_alternative<SinglePointOptions>(spec)) return sub_stage(id, spec, 0);
    if (std::holds_alternative<FireOptions>(spec) || std::holds_alternative<Fire2Options>(spec) ||
        std::holds_alternative<LbfgsOptions>(spec) ||
        std::holds_alternative<FireVariableCellOptions>(spec) ||
        std::holds_alternative<Fire2VariableCellOptions>(spec))
        return sub_stage(id, spec, 30, {fmax_criterion(5e-3)});
    SubStage sub = sub_stage(id, spec, 25);
    if (std::holds_alternative<NvtLangevinOptions>(spec) ||
        std::holds_alternative<NvtNoseHooverOptions>(spec) ||
        std::holds_alternative<NptOptions>(spec))
        sub.initial_temperature_kelvin = 30.0;
    return sub;
}

/// Crystals and clusters of argon.
inline std::vector<Sample> mixed_samples() {
    auto const schema = plain_schema();
    std::vector<Sample> samples;
    samples.push_back(argon_crystal(schema, 0, 2, 0.15, 1));
    samples.push_back(cluster(schema, 1, {0, 0, 0, 3.9, 0, 0, 0, 4.0, 0.2}));
    samples.push_back(argon_crystal(schema, 2, 3, 0.1, 2));
    samples.push_back(cluster(schema, 3, {0, 0, 0}));
    samples.push_back(argon_crystal(schema, 4, 1, 0.1, 3));
    return samples;
}

}  // namespace athanor::test
