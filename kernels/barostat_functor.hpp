// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <limits>

#include "kernels/nose_hoover_functor.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// Which changes of the cell a barostat makes: all directions alike, each direction of space on its
/// own, or any strain (never a rotation).
enum class PressureCoupling { isotropic, anisotropic, triclinic };

/// A symmetric 3x3 matrix: xx yy zz xy xz yz.
using SymmetricMatrix = std::array<double, 6>;

[[nodiscard]] ATHANOR_HD inline SymmetricMatrix symmetric_matrix(double const* values) {
    SymmetricMatrix matrix{};
    for (int k = 0; k < 6; ++k) matrix[k] = values[k];
    return matrix;
}

[[nodiscard]] ATHANOR_HD inline SymmetricMatrix scaled(SymmetricMatrix matrix, double factor) {
    for (int k = 0; k < 6; ++k) matrix[k] *= factor;
    return matrix;
}

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

/// A barostat and its time step; what a system's atoms need of it is worked out once per system.
struct BarostatStep {
    Barostat barostat;
    double dt;

    /// ε' += dt/2 of its force over W.
    ATHANOR_HD void push(SymmetricMatrix const& momenta, double const* stress, double const* cell,
                         double freedom, double* rate) const {
        SymmetricMatrix const force = barostat.force(momenta, stress, cell_volume(cell), freedom);
        double const factor = 0.5 * dt / barostat.mass(freedom);
        for (int k = 0; k < 6; ++k) rate[k] += factor * force[k];
    }
    /// exp(-dt/4 (ε' + Tr ε'/n)): what velocities are multiplied by before and after a kick.
    [[nodiscard]] ATHANOR_HD SymmetricMatrix decay(SymmetricMatrix drag, double freedom) const {
        double const trace = drag[0] + drag[1] + drag[2];
        for (int k = 0; k < 3; ++k) drag[k] += freedom > 0 ? trace / freedom : 0.0;
        return exponential(scaled(drag, -0.25 * dt));
    }
    /// exp(dt/2 ε'): what positions are multiplied by before and after a drift.
    [[nodiscard]] ATHANOR_HD SymmetricMatrix half_strain(SymmetricMatrix const& rate) const {
        return exponential(scaled(rate, 0.5 * dt));
    }
};

/// Half a step of v' = F/m - (ε' + Tr ε'/n) v for one atom.
struct BarostatKick {
    BatchView batch;
    double dt;
    SymmetricMatrix decay;

    ATHANOR_HD void operator()(int atom) const {
        double const mass = batch.atomic_masses[atom];
        double const factor = mass > 0.0 ? 0.5 * dt / mass : 0.0;
        double* const v = batch.velocities + 3 * atom;
        multiply(v, decay);
        for (int c = 0; c < 3; ++c) v[c] += factor * batch.forces[3 * atom + c];
        multiply(v, decay);
    }
};

/// A step of r' = v + ε' r for one atom.
struct BarostatDrift {
    BatchView batch;
    double dt;
    SymmetricMatrix half;

    ATHANOR_HD void operator()(int atom) const {
        double* const r = batch.positions + 3 * atom;
        multiply(r, half);
        for (int c = 0; c < 3; ++c) r[c] += dt * batch.velocities[3 * atom + c];
        multiply(r, half);
    }
};

/// A step of h' = ε' h, all rows.
ATHANOR_HD inline void strain_cell(double* cell, SymmetricMatrix const& half) {
    for (int k = 0; k < 3; ++k) {
        multiply(cell + 3 * k, half);
        multiply(cell + 3 * k, half);
    }
}

/// Moves the chain of one cell by `time` and scales its strain rate.
ATHANOR_HD inline void advance_cell_chain(Barostat const& barostat, NoseHooverChain const& chain,
                                          double time, double freedom, double* rate,
                                          double* position, double* velocity) {
    double const twice_kinetic = barostat.mass(freedom) * square_of(symmetric_matrix(rate));
    double const scale = chain.advance(twice_kinetic, barostat.freedom(), time, position, velocity);
    for (int c = 0; c < 6; ++c) rate[c] *= scale;
}

}  // namespace athanor
