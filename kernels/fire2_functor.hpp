// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "runtime/host_device.hpp"

namespace athanor {

struct Fire2Settings {
    double dt_max, dt_min, max_step;
    int delay_steps;
    double increase, decrease, mixing_start, mixing_decrease;
};

/// What one system decides from its own sums, after the kick and before any of its atoms moves.
/// Equations and symbols: stages/fire2.hpp.
struct Fire2Decision {
    bool downhill;
    double keep;         ///< 1 - α'
    double along_force;  ///< α' sqrt(uu/ff)
    double reach;        ///< f dt', negative uphill

    /// Sets dt to dt', mixing to α' and downhill_count to n'.
    ATHANOR_HD static Fire2Decision make(Fire2Settings const& settings, double power,
                                         double velocity_square, double force_square, double& dt,
                                         double& mixing, std::int64_t& downhill_count) {
        Fire2Decision decision{};
        decision.downhill = power > 0.0;
        if (decision.downhill) {
            ++downhill_count;
            if (downhill_count > settings.delay_steps) {
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
        decision.reach = decision.downhill ? dt : -0.5 * dt;
        return decision;
    }
    /// The share of the move that keeps the fastest atom within max_step.
    [[nodiscard]] ATHANOR_HD double share_within(double max_step, double fastest) const {
        double const largest = std::fabs(reach) * fastest;
        return largest > max_step ? max_step / largest : 1.0;
    }
};

// What becomes of element k, a component of one atom, in the three loops over a sample.
struct Fire2Kick {
    double* velocities;
    double const* forces;
    double dt;

    ATHANOR_HD void operator()(std::ptrdiff_t k) const { velocities[k] += dt * forces[k]; }
};

struct Fire2Mix {
    double* velocities;
    double const* forces;
    Fire2Decision decision;

    ATHANOR_HD void operator()(std::ptrdiff_t k) const {
        velocities[k] = decision.keep * velocities[k] + decision.along_force * forces[k];
    }
};

struct Fire2Move {
    double* positions;
    double* velocities;
    Fire2Decision decision;
    double share;

    ATHANOR_HD void operator()(std::ptrdiff_t k) const {
        positions[k] += share * decision.reach * velocities[k];
        if (!decision.downhill) velocities[k] = 0.0;
    }
};

}  // namespace athanor
