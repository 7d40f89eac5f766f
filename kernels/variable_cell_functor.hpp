// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/fire2_functor.hpp"
#include "kernels/fire_functor.hpp"
#include "kernels/sum_terms.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/host_device.hpp"

/// The cell as a further atom of FIRE and FIRE2. Equations and symbols:
/// stages/fire_variable_cell.hpp, stages/fire2_variable_cell.hpp.
namespace athanor {

/// What a relaxation with a moving cell knows of it.
struct CellState {
    double* velocity;  ///< of the lattice vectors, nine values per row of the batch
    double* residual;  ///< stress + pressure, nine values per row of the batch
    double pressure;   ///< external [eV/Å³]
};

using CellMatrix = std::array<double, 9>;

[[nodiscard]] ATHANOR_HD inline bool cell_moves(BatchView const& batch, int s) {
    std::uint8_t const* const pbc = batch.pbc + 3 * static_cast<std::ptrdiff_t>(s);
    return pbc[0] != 0 && pbc[1] != 0 && pbc[2] != 0;
}

[[nodiscard]] ATHANOR_HD inline double dot_of_nine(double const* a, double const* b) {
    double sum = 0.0;
    for (int k = 0; k < 9; ++k) sum += a[k] * b[k];
    return sum;
}

/// Row k of the result is the cross product of the other two rows: det(h) times (h⁻¹)ᵀ.
[[nodiscard]] ATHANOR_HD inline CellMatrix cofactors(double const* h) {
    CellMatrix c{};
    for (std::size_t a = 0; a < 3; ++a) {
        double const* const u = h + 3 * ((a + 1) % 3);
        double const* const v = h + 3 * ((a + 2) % 3);
        for (std::size_t b = 0; b < 3; ++b)
            c[3 * a + b] = u[(b + 1) % 3] * v[(b + 2) % 3] - u[(b + 2) % 3] * v[(b + 1) % 3];
    }
    return c;
}

[[nodiscard]] ATHANOR_HD inline double determinant(double const* h, CellMatrix const& c) {
    return h[0] * c[0] + h[1] * c[1] + h[2] * c[2];
}

/// The cell of one system with its velocity and the force on it.
struct MovingCell {
    double* vectors;
    double* velocity;
    CellMatrix force{};
    CellMatrix step{};  ///< of the vectors
    bool moves;

    ATHANOR_HD MovingCell(BatchView const& batch, int s, CellState const& cell)
        : vectors(batch.cell + 9 * static_cast<std::ptrdiff_t>(s)),
          velocity(cell.velocity + 9 * static_cast<std::ptrdiff_t>(s)),
          moves(cell_moves(batch, s)) {
        if (moves)
            find_force(cell.residual + 9 * static_cast<std::ptrdiff_t>(s), batch.atom_count[s]);
    }

    /// -V (h⁻¹)ᵀ (σ + P)/N. A cell of lower triangular form keeps it, so that it cannot turn.
    ATHANOR_HD void find_force(double const* residual, int atoms) {
        CellMatrix const c = cofactors(vectors);
        double const factor = -std::copysign(1.0, determinant(vectors, c)) / atoms;
        for (std::size_t a = 0; a < 3; ++a)
            for (std::size_t b = 0; b < 3; ++b)
                for (std::size_t k = 0; k < 3; ++k)
                    force[3 * a + b] += factor * c[3 * a + k] * residual[3 * k + b];
        if (vectors[1] == 0.0 && vectors[2] == 0.0 && vectors[5] == 0.0)
            force[1] = force[2] = force[5] = 0.0;
    }
    [[nodiscard]] ATHANOR_HD double power() const { return dot_of_nine(velocity, force.data()); }
    [[nodiscard]] ATHANOR_HD double velocity_square() const {
        return dot_of_nine(velocity, velocity);
    }
    [[nodiscard]] ATHANOR_HD double force_square() const {
        return dot_of_nine(force.data(), force.data());
    }
    /// velocity = keep · velocity + along · force.
    ATHANOR_HD void mix(double keep, double along) const {
        for (std::size_t k = 0; k < 9; ++k) velocity[k] = keep * velocity[k] + along * force[k];
    }
    ATHANOR_HD void set_step(double time) {
        for (std::size_t k = 0; k < 9; ++k) step[k] = time * velocity[k];
    }
    [[nodiscard]] ATHANOR_HD double longest_step() const {
        LargestNorm largest;
        for (std::size_t k = 0; k < 9; k += 3) largest.add(step.data() + k);
        return std::sqrt(largest.value());
    }
    ATHANOR_HD void scale_step(double factor) {
        for (double& x : step) x *= factor;
    }
    /// h⁻¹ · step: what takes a place to how far it goes along.
    [[nodiscard]] ATHANOR_HD CellMatrix flow() const {
        CellMatrix const c = cofactors(vectors);
        double const det = determinant(vectors, c);
        CellMatrix flow{};
        for (std::size_t a = 0; a < 3; ++a)
            for (std::size_t b = 0; b < 3; ++b) {
                for (std::size_t k = 0; k < 3; ++k)
                    flow[3 * a + b] += c[3 * k + a] * step[3 * k + b];
                flow[3 * a + b] /= det;
            }
        return flow;
    }
    ATHANOR_HD void move() const {
        for (std::size_t k = 0; k < 9; ++k) vectors[k] += step[k];
    }
    /// Kick and step of FIRE. Expects: it moves. `mass`: m_c.
    ATHANOR_HD void take_fire_step(FireDecision const& decision, double mass, double max_step) {
        double const kick = mass > 0.0 ? decision.old_dt / mass : 0.0;
        mix(decision.downhill ? decision.keep : 0.0,
            (decision.downhill ? decision.along_force : 0.0) + kick);
        set_step(decision.old_dt);
        double const longest = longest_step();
        if (longest > max_step) scale_step(max_step / longest);
    }
    /// The end of a step of FIRE2, of which it goes that share.
    ATHANOR_HD void take_fire2_step(Fire2Decision const& decision, double share) {
        scale_step(share);
        if (moves) move();
        if (decision.downhill) return;
        for (std::size_t k = 0; k < 9; ++k) velocity[k] = 0.0;
    }
};

/// How far a place goes along with its cell.
ATHANOR_HD inline void flow_along(CellMatrix const& flow, double const* r, double* along) {
    for (std::size_t c = 0; c < 3; ++c)
        along[c] = r[0] * flow[c] + r[1] * flow[3 + c] + r[2] * flow[6 + c];
}

/// r += r h⁻¹ Δh for one atom.
ATHANOR_HD inline void go_along(BatchView const& batch, CellMatrix const& flow, int atom) {
    double* const r = batch.positions + 3 * static_cast<std::ptrdiff_t>(atom);
    double along[3];
    flow_along(flow, r, along);
    for (int c = 0; c < 3; ++c) r[c] += along[c];
}

/// How far one atom goes with its own velocity and with the cell.
ATHANOR_HD inline void whole_step(CellMatrix const& flow, double reach, double const* r,
                                  double const* v, double* step) {
    flow_along(flow, r, step);
    for (int c = 0; c < 3; ++c) step[c] += reach * v[c];
}

/// residual = stress + pressure · 1 of one system; zeros where the cell stays.
ATHANOR_HD inline void find_residual_stress_of(BatchView const& batch, int s,
                                               CellState const& cell) {
    std::ptrdiff_t const row = 9 * static_cast<std::ptrdiff_t>(s);
    bool const moves = cell_moves(batch, s);
    for (int k = 0; k < 9; ++k)
        cell.residual[row + k] =
            moves ? batch.stress[row + k] + (k % 4 == 0 ? cell.pressure : 0.0) : 0.0;
}

}  // namespace athanor
