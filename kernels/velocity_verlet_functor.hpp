// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/batch_view.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// v += dt/2 F/m for one atom; a massless atom keeps its velocity.
struct HalfKick {
    BatchView batch;
    double half_dt;

    ATHANOR_HD void operator()(int atom) const {
        double const mass = batch.atomic_masses[atom];
        double const factor = mass > 0.0 ? half_dt / mass : 0.0;
        for (int c = 0; c < 3; ++c)
            batch.velocities[3 * atom + c] += factor * batch.forces[3 * atom + c];
    }
};

/// r += dt v for one atom.
struct Drift {
    BatchView batch;
    double dt;

    ATHANOR_HD void operator()(int atom) const {
        for (int c = 0; c < 3; ++c)
            batch.positions[3 * atom + c] += dt * batch.velocities[3 * atom + c];
    }
};

}  // namespace athanor
