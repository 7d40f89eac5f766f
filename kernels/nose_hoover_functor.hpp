// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>

#include "runtime/host_device.hpp"
#include "runtime/portable_math.hpp"

namespace athanor {

/// The longest chain; the state of every system has so many columns, whatever the option says.
inline constexpr int nose_hoover_links = 8;

/// One chain of thermostats. Equations and symbols: stages/nvt_nose_hoover.hpp.
struct NoseHooverChain {
    double thermal;         ///< kT [eV]
    double period_squared;  ///< τ², internal units of time
    int length;             ///< C, 1 .. nose_hoover_links
    int order;              ///< Suzuki-Yoshida weights: 1, 3 or 5

    /// Weight j of the order; the weights of an order add up to 1. Literals, since roots need not
    /// have the same bits everywhere.
    [[nodiscard]] ATHANOR_HD double weight(int j) const {
        if (order == 3) return j == 1 ? -1.7024143839193153 : 1.3512071919596577;
        if (order == 5) return j == 2 ? -0.65796308717750292 : 0.41449077179437573;
        return 1.0;
    }
    /// Q of link k, from 0, of a chain on `freedom` degrees of freedom.
    [[nodiscard]] ATHANOR_HD double mass(int k, double freedom) const {
        return (k == 0 ? freedom : 1.0) * thermal * period_squared;
    }
    /// e^x; NaN outside the range of portable::exp, so that the sample fails and says so.
    [[nodiscard]] ATHANOR_HD static double exp(double x) {
        return std::fabs(x) <= 700.0 ? portable::exp(x) : std::numeric_limits<double>::quiet_NaN();
    }

    /// Moves the chain by `time`; the answer is what the velocities have to be multiplied by.
    /// twice_kinetic: Σ m v² before; position, velocity: η and dη/dt, `length` values each.
    [[nodiscard]] ATHANOR_HD double advance(double twice_kinetic, double freedom, double time,
                                            double* position, double* velocity) const {
        double scale = 1.0;
        for (int j = 0; j < order; ++j) {
            double const step = weight(j) * time;
            for (int k = length - 1; k >= 0; --k)
                push(k, twice_kinetic, freedom, 0.5 * step, velocity);
            double const factor = exp(-step * velocity[0]);
            scale *= factor;
            twice_kinetic *= factor * factor;
            for (int k = 0; k < length; ++k) position[k] += step * velocity[k];
            for (int k = 0; k < length; ++k) push(k, twice_kinetic, freedom, 0.5 * step, velocity);
        }
        return scale;
    }

    /// What the chain adds to the conserved energy [eV].
    [[nodiscard]] ATHANOR_HD double energy(double freedom, double const* position,
                                           double const* velocity) const {
        double sum = 0.0;
        for (int k = 0; k < length; ++k)
            sum += 0.5 * mass(k, freedom) * velocity[k] * velocity[k] +
                   (k == 0 ? freedom : 1.0) * thermal * position[k];
        return sum;
    }

private:
    /// dη_k/dt over `time` under its force, and half of its friction before and after.
    ATHANOR_HD void push(int k, double twice_kinetic, double freedom, double time,
                         double* velocity) const {
        double const drive =
            k == 0 ? twice_kinetic - freedom * thermal
                   : mass(k - 1, freedom) * velocity[k - 1] * velocity[k - 1] - thermal;
        double const friction = k + 1 < length ? exp(-0.5 * time * velocity[k + 1]) : 1.0;
        velocity[k] = (velocity[k] * friction + time * (drive / mass(k, freedom))) * friction;
    }
};

}  // namespace athanor
