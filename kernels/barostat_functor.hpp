// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <limits>

#include "runtime/host_device.hpp"

namespace athanor {

/// Which changes of the cell a barostat makes: all directions alike, each direction of space on its
/// own, or any strain (never a rotation).
enum class PressureCoupling { isotropic, anisotropic, triclinic };

/// A symmetric 3x3 matrix: xx yy zz xy xz yz.
using SymmetricMatrix = std::array<double, 6>;

/// The product of two symmetric matrices that commute, which is symmetric too.
[[nodiscard]] ATHANOR_HD inline SymmetricMatrix product(SymmetricMatrix const& a,
                                                        SymmetricMatrix const& b) {
    return {a[0] * b[0] + a[3] * b[3] + a[4] * b[4], a[3] * b[3] + a[1] * b[1] + a[5] * b[5],
            a[4] * b[4] + a[5] * b[5] + a[2] * b[2], a[0] * b[3] + a[3] * b[1] + a[4] * b[5],
            a[0] * b[4] + a[3] * b[5] + a[4] * b[2], a[3] * b[4] + a[1] * b[5] + a[5] * b[2]};
}

/// row = row a, in place.
ATHANOR_HD inline void multiply(double* row, SymmetricMatrix const& a) {
    double const x = row[0], y = row[1], z = row[2];
    row[0] = x * a[0] + y * a[3] + z * a[4];
    row[1] = x * a[3] + y * a[1] + z * a[5];
    row[2] = x * a[4] + y * a[5] + z * a[2];
}

/// e^a by halving and the Taylor series, so that its bits do not depend on a library; NaN where an
/// element is not finite or beyond 64, which no step that means anything has.
/// Error:  below 1e-15 of the result's norm for |a| < 1.
[[nodiscard]] ATHANOR_HD inline SymmetricMatrix exponential(SymmetricMatrix a) {
    double size = 0.0;
    bool good = true;
    for (double x : a) {
        size = std::fmax(size, std::fabs(x));
        good = good && std::fabs(x) <= 64.0;
    }
    SymmetricMatrix result{1.0, 1.0, 1.0, 0.0, 0.0, 0.0};
    if (!good) {
        for (double& x : result) x = std::numeric_limits<double>::quiet_NaN();
        return result;
    }
    int squarings = 0;
    for (; size > 0.03125; size *= 0.5, ++squarings)
        for (double& x : a) x *= 0.5;
    for (int n = 9; n >= 1; --n) {  // 1 + a/1 (1 + a/2 (1 + a/3 ...))
        result = product(result, a);
        for (double& x : result) x /= n;
        for (int k = 0; k < 3; ++k) result[k] += 1.0;
    }
    for (; squarings > 0; --squarings) result = product(result, result);
    return result;
}

/// Inertia, force and energy of one system's cell. Equations and symbols: stages/npt.hpp.
struct Barostat {
    PressureCoupling coupling;
    double pressure;        ///< p [eV/Å³]
    double thermal;         ///< kT [eV]
    double period_squared;  ///< τ_p², internal units of time

    /// W for a system with `freedom` degrees of freedom.
    [[nodiscard]] ATHANOR_HD double mass(double freedom) const {
        return (freedom + 3.0) / 3.0 * thermal * period_squared;
    }
    /// Degrees of freedom of the strain rate.
    [[nodiscard]] ATHANOR_HD int freedom() const {
        if (coupling == PressureCoupling::isotropic) return 1;
        return coupling == PressureCoupling::anisotropic ? 3 : 6;
    }
    /// W dε'/dt. momenta: Σ m v v [eV]; stress: 3x3 [eV/Å³].
    [[nodiscard]] ATHANOR_HD SymmetricMatrix force(SymmetricMatrix const& momenta,
                                                   double const* stress, double volume,
                                                   double freedom) const {
        double const stresses[6] = {stress[0],
                                    stress[4],
                                    stress[8],
                                    0.5 * (stress[1] + stress[3]),
                                    0.5 * (stress[2] + stress[6]),
                                    0.5 * (stress[5] + stress[7])};
        double const trace = momenta[0] + momenta[1] + momenta[2];
        double const common = (freedom > 0.0 ? trace / freedom : 0.0) - pressure * volume;
        SymmetricMatrix push{};
        for (int k = 0; k < 6; ++k)
            push[k] = momenta[k] - volume * stresses[k] + (k < 3 ? common : 0.0);
        if (coupling == PressureCoupling::triclinic) return push;
        push[3] = push[4] = push[5] = 0.0;
        if (coupling == PressureCoupling::isotropic)
            push[0] = push[1] = push[2] = (push[0] + push[1] + push[2]) / 3.0;
        return push;
    }
};

/// Tr(a a).
[[nodiscard]] ATHANOR_HD inline double square_of(SymmetricMatrix const& a) {
    return a[0] * a[0] + a[1] * a[1] + a[2] * a[2] +
           2.0 * (a[3] * a[3] + a[4] * a[4] + a[5] * a[5]);
}

/// |a·(b x c)| of the rows of a cell [Å³].
[[nodiscard]] ATHANOR_HD inline double cell_volume(double const* h) {
    return std::fabs(h[0] * (h[4] * h[8] - h[5] * h[7]) + h[1] * (h[5] * h[6] - h[3] * h[8]) +
                     h[2] * (h[3] * h[7] - h[4] * h[6]));
}

}  // namespace athanor
