// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "runtime/batch_view.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

struct FireSettings {
    double dt_max, dt_min, max_step;
    int downhill_steps;
    double increase, decrease, mixing_start, mixing_decrease;
};

/// What one system decides from its own sums before any of its atoms moves: deciding once, then
/// moving, is what keeps FIRE free of races. Equations and symbols: stages/fire.hpp.
struct FireDecision {
    bool downhill;
    double old_dt;
    double keep;         ///< 1 - α'
    double along_force;  ///< α' sqrt(vv/ff)

    ATHANOR_HD static FireDecision make(FireSettings const& settings, double power,
                                        double velocity_square, double force_square, double& dt,
                                        double& mixing, std::int64_t& downhill_count) {
        FireDecision decision{};
        decision.old_dt = dt;
        decision.downhill = power > 0.0;
        if (decision.downhill) {
            ++downhill_count;
            if (downhill_count >= settings.downhill_steps) {
                dt = std::fmin(dt * settings.increase, settings.dt_max);
                mixing *= settings.mixing_decrease;
            }
        } else {
            downhill_count = 0;
            dt = std::fmax(dt * settings.decrease, settings.dt_min);
            mixing = settings.mixing_start;
        }
        decision.keep = 1.0 - mixing;
        decision.along_force =
            force_square > 0.0 ? mixing * std::sqrt(velocity_square / force_square) : 0.0;
        return decision;
    }
};

/// Mixing and move of one atom, from its system's decision.
struct FireMove {
    BatchView batch;
    FireDecision decision;
    double max_step;

    ATHANOR_HD void operator()(int atom) const {
        double const mass = batch.atomic_masses[atom];
        double const kick = mass > 0.0 ? decision.old_dt / mass : 0.0;
        double step[3];
        for (int c = 0; c < 3; ++c) {
            double& v = batch.velocities[3 * atom + c];
            double const force = batch.forces[3 * atom + c];
            v = decision.downhill ? decision.keep * v + decision.along_force * force : 0.0;
            v += kick * force;
            step[c] = decision.old_dt * v;
        }
        double const length = std::sqrt(step[0] * step[0] + step[1] * step[1] + step[2] * step[2]);
        double const scale = length > max_step ? max_step / length : 1.0;
        for (int c = 0; c < 3; ++c) batch.positions[3 * atom + c] += scale * step[c];
    }
};

}  // namespace athanor
