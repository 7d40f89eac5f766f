// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Every dynamics with options that suit argon, for tests that go through all of them.
#pragma once

#include <cmath>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "runtime/units.hpp"
#include "stages/pipeline_spec.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor::test {

struct DynamicsKind {
    std::string name;
    DynamicsSpec spec;
};

inline std::ostream& operator<<(std::ostream& out, DynamicsKind const& kind) {
    return out << kind.name;
}

/// Each alternative of DynamicsSpec at least once.
inline std::vector<DynamicsKind> every_dynamics() {
    using enum PressureCoupling;
    auto const npt = [](PressureCoupling coupling) {
        return NptOptions{2.0, 40.0, 0.0003, 300.0, 100.0, coupling};
    };
    // The reference's limit on a step knows where the origin is; these options stay below it.
    Fire2Options const fire2{.timestep_fs = 2.0, .timestep_max_fs = 4.0, .delay_steps = 5};
    return {{"single_point", SinglePointOptions{}},
            {"nve", NveOptions{2.0}},
            {"demo", DemoOptions{2.0}},
            {"nvt_langevin", NvtLangevinOptions{2.0, 40.0, 0.02}},
            {"nvt_nose_hoover", NvtNoseHooverOptions{2.0, 40.0, 50.0}},
            {"npt_isotropic", npt(isotropic)},
            {"npt_anisotropic", npt(anisotropic)},
            {"npt_triclinic", npt(triclinic)},
            {"nph_isotropic", NphOptions{2.0, 0.0003, 300.0, isotropic}},
            {"nph_anisotropic", NphOptions{2.0, 0.0003, 300.0, anisotropic}},
            {"nph_triclinic", NphOptions{2.0, 0.0003, 300.0, triclinic}},
            {"fire", FireOptions{.timestep_fs = 4.0}},
            {"fire2", fire2},
            {"lbfgs", LbfgsOptions{}},
            {"fire_variable_cell", FireVariableCellOptions{{.timestep_fs = 4.0}, 0.05}},
            {"fire2_variable_cell", Fire2VariableCellOptions{fire2, 0.05}}};
}

/// Those that change the cell along each axis of space by itself.
inline bool is_bound_to_axes(DynamicsSpec const& spec) {
    using enum PressureCoupling;
    if (auto const* npt = std::get_if<NptOptions>(&spec))
        return npt->pressure_coupling == anisotropic;
    if (auto const* nph = std::get_if<NphOptions>(&spec))
        return nph->pressure_coupling == anisotropic;
    return false;
}

inline bool has_noise(DynamicsSpec const& spec) {
    return std::holds_alternative<NvtLangevinOptions>(spec);
}

inline bool runs_open_samples(DynamicsSpec const& spec) {
    return !make_dynamics(spec)->needs_finite_stress();
}

/// Velocities as at `kelvin`, without total momentum; the atoms must be of one mass.
inline Sample with_velocities(Sample sample, double kelvin, unsigned seed) {
    auto const v = sample.values<double>(Fields::velocities);
    double const mass = sample.values<double>(Fields::atomic_masses)[0];
    std::mt19937 random(seed);
    std::normal_distribution<double> normal(0.0, std::sqrt(units::thermal_energy(kelvin) / mass));
    double mean[3] = {};
    for (std::size_t k = 0; k < v.size(); ++k) {
        v[k] = normal(random);
        mean[k % 3] += v[k] / sample.atom_count();
    }
    for (std::size_t k = 0; k < v.size(); ++k) v[k] -= mean[k % 3];
    return sample;
}

/// The sample after `steps` steps of one dynamics in the argon of the reference.
inline Sample after(DynamicsSpec const& spec, Sample const& start, int steps) {
    LennardJones model = reference_argon();
    bool const evaluates_only = std::holds_alternative<SinglePointOptions>(spec);
    StageRunner run(
        model,
        sub_stages(sub_stage(0, spec, evaluates_only ? std::optional<std::int64_t>(0) : steps)),
        {1, start.atom_count(), 0});
    run.add(start);
    run.run();
    return run.samples().at(start.id().value());
}

}  // namespace athanor::test
