// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The fcc crystal of truncated and shifted argon in closed form: sums over its shells.
#pragma once

#include <cmath>

#include "kernels/lennard_jones.hpp"

namespace athanor::test {

inline constexpr double lattice_epsilon = 0.0104, lattice_sigma = 3.40;

/// Cutoff 8.5 Å: five shells around an atom, as long as a is between 4.91 and 5.37 Å.
inline LennardJones shifted_argon() {
    LennardJonesOptions options;
    options.cutoff = 8.5;
    options.shift = true;
    options.species[18] = {lattice_epsilon, lattice_sigma};
    return LennardJones(options);
}

/// Σ over the neighbours within five shells of (r/a)^-power.
inline double shell_sum(int power) {
    int const count[5] = {12, 6, 24, 12, 24};
    double sum = 0.0;
    for (int n = 1; n <= 5; ++n) sum += count[n - 1] * std::pow(0.5 * n, -0.5 * power);
    return sum;
}

/// The lattice constant without pressure: dE/da = 0, a⁶ = 2 σ⁶ S12/S6 [Å].
inline double lattice_constant() {
    return lattice_sigma * std::pow(2.0 * shell_sum(12) / shell_sum(6), 1.0 / 6.0);
}

/// -dE/dV at a lattice constant a [eV/Å³]: E/N = 2ε (S12 (σ/a)¹² - S6 (σ/a)⁶), V/N = a³/4.
inline double lattice_pressure(double a) {
    double const s6 = std::pow(lattice_sigma / a, 6.0);
    double const derivative =
        2.0 * lattice_epsilon * (-12.0 * shell_sum(12) * s6 * s6 + 6.0 * shell_sum(6) * s6) / a;
    return -derivative / (0.75 * a * a);
}

}  // namespace athanor::test
