// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What the tests of npt and nph share.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>

#include "kernels/cell_frame.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor::test {

/// One stage of a dynamics that the test can ask for its conserved energy.
template <class Kind>
struct AskedRunner {
    template <class Options>
    AskedRunner(Model& model, Options const& options, BatchCapacity capacity,
                std::optional<double> kelvin = std::nullopt)
        : run(model, sub_stages(make(options, kelvin)), capacity) {}

    template <class Options>
    SubStage make(Options const& options, std::optional<double> kelvin) {
        SubStage sub = sub_stage(0, DynamicsSpec{options});
        sub.initial_temperature_kelvin = kelvin;
        sub.momentum_is_zero = kelvin.has_value();
        dynamics = dynamic_cast<Kind*>(sub.dynamics.get());
        return sub;
    }
    [[nodiscard]] BatchView view() { return run.stage.batch().view(); }
    [[nodiscard]] double conserved() { return dynamics->conserved_energy(view(), SystemIndex{0}); }
    [[nodiscard]] double* column(char const* name) {
        Batch& batch = run.stage.batch();
        return batch.column<double>(*batch.schema().find(name));
    }

    Kind* dynamics = nullptr;
    StageRunner run;
};

/// An argon crystal of 32 atoms, sheared, so that no two lattice vectors are at right angles.
inline Sample sheared_crystal(double rattle, std::int64_t id = 0) {
    Sample sample = argon_crystal(plain_schema(), id, 2, rattle, 1, 5.3);
    auto const shear = [](double* row) {
        double const x = row[0], y = row[1], z = row[2];
        row[0] = 1.02 * x + 0.04 * y - 0.03 * z;
        row[1] = 0.99 * y + 0.02 * z + 0.01 * x;
    };
    for (int a = 0; a < 32; ++a) shear(sample.values<double>(Fields::positions).data() + 3 * a);
    for (int a = 0; a < 3; ++a) shear(sample.values<double>(Fields::cell).data() + 3 * a);
    return sample;
}

/// Largest deviation of the conserved energy over half a picosecond of a warm, sheared crystal.
template <class Kind, class Options>
double conserved_error(Options options, double dt_fs) {
    LennardJones model = reference_argon();
    options.timestep_fs = dt_fs;
    AskedRunner<Kind> runner(model, options, {1, 32, 0}, 40.0);
    runner.run.add(sheared_crystal(0.0));
    double first = 0.0, worst = 0.0;
    for (int step = 0; step < std::lround(500.0 / dt_fs); ++step) {
        runner.run.step();
        double const now = runner.conserved();
        if (step == 0) first = now;
        worst = std::fmax(worst, std::fabs(now - first));
    }
    return worst;
}

}  // namespace athanor::test
