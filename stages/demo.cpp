// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/demo.hpp"

#include "kernels/for_each_atom.hpp"
#include "runtime/units.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

double inverse_mass(BatchView const& batch, int atom) {
    double const mass = batch.atomic_masses[atom];
    return mass > 0.0 ? 1.0 / mass : 0.0;
}

}  // namespace

Demo::Demo(DemoOptions const& options)
    : dt_(units::time_from_fs(require_positive("timestep_fs", options.timestep_fs))) {}

std::vector<FieldSpec> Demo::state_fields() const {
    return {{"demo_acceleration",
             Level::atom,
             Dtype::float64,
             {3},
             "eV/(angstrom*amu)",
             FieldRole::state}};
}

void Demo::bind(Batch& batch) {
    acceleration_ = batch.column<double>(*batch.schema().find("demo_acceleration"));
}

void Demo::pre_update(UpdateContext const& context) {
    BatchView const& batch = context.batch;
    for_each_atom(batch, context.systems, [&](int atom) {
        double const inverse = inverse_mass(batch, atom);
        for (int c = 3 * atom; c < 3 * atom + 3; ++c) {
            acceleration_[c] = inverse * batch.forces[c];
            batch.positions[c] += dt_ * (batch.velocities[c] + 0.5 * dt_ * acceleration_[c]);
        }
    });
}

void Demo::post_update(UpdateContext const& context) {
    BatchView const& batch = context.batch;
    for_each_atom(batch, context.systems, [&](int atom) {
        double const inverse = inverse_mass(batch, atom);
        for (int c = 3 * atom; c < 3 * atom + 3; ++c)
            batch.velocities[c] += 0.5 * dt_ * (acceleration_[c] + inverse * batch.forces[c]);
    });
}

}  // namespace athanor
