// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/batch_view.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

[[nodiscard]] ATHANOR_HD inline double inverse_mass(BatchView const& batch, int atom) {
    double const mass = batch.atomic_masses[atom];
    return mass > 0.0 ? 1.0 / mass : 0.0;
}

/// a = F/m and r += dt (v + dt/2 a) for one atom (stages/demo.hpp).
struct DemoMove {
    BatchView batch;
    double* acceleration;
    double dt;

    ATHANOR_HD void operator()(int atom) const {
        double const inverse = inverse_mass(batch, atom);
        for (int c = 3 * atom; c < 3 * atom + 3; ++c) {
            acceleration[c] = inverse * batch.forces[c];
            batch.positions[c] += dt * (batch.velocities[c] + 0.5 * dt * acceleration[c]);
        }
    }
};

/// v += dt/2 (a + F/m) for one atom.
struct DemoKick {
    BatchView batch;
    double const* acceleration;
    double dt;

    ATHANOR_HD void operator()(int atom) const {
        double const inverse = inverse_mass(batch, atom);
        for (int c = 3 * atom; c < 3 * atom + 3; ++c)
            batch.velocities[c] += 0.5 * dt * (acceleration[c] + inverse * batch.forces[c]);
    }
};

}  // namespace athanor
