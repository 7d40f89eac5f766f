// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/variable_cell_step.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "kernels/for_each_system.hpp"
#include "kernels/sample_reduce.hpp"
#include "kernels/share_out.hpp"

namespace athanor {
namespace {

using Matrix = std::array<double, 9>;

bool cell_moves(BatchView const& batch, int s) {
    std::uint8_t const* const pbc = batch.pbc + 3 * static_cast<std::ptrdiff_t>(s);
    return pbc[0] != 0 && pbc[1] != 0 && pbc[2] != 0;
}

double dot(double const* a, double const* b) {
    double sum = 0.0;
    for (int k = 0; k < 9; ++k) sum += a[k] * b[k];
    return sum;
}

/// Row k of the result is the cross product of the other two rows: det(h) times (h⁻¹)ᵀ.
Matrix cofactors(double const* h) {
    Matrix c{};
    for (std::size_t a = 0; a < 3; ++a) {
        double const* const u = h + 3 * ((a + 1) % 3);
        double const* const v = h + 3 * ((a + 2) % 3);
        for (std::size_t b = 0; b < 3; ++b)
            c[3 * a + b] = u[(b + 1) % 3] * v[(b + 2) % 3] - u[(b + 2) % 3] * v[(b + 1) % 3];
    }
    return c;
}

double determinant(double const* h, Matrix const& c) {
    return h[0] * c[0] + h[1] * c[1] + h[2] * c[2];
}

/// The cell of one system with its velocity and the force on it.
struct MovingCell {
    double* vectors;
    double* velocity;
    Matrix force{};
    Matrix step{};  ///< of the vectors
    bool moves;

    MovingCell(BatchView const& batch, int s, CellState const& cell)
        : vectors(batch.cell + 9 * static_cast<std::ptrdiff_t>(s)),
          velocity(cell.velocity + 9 * static_cast<std::ptrdiff_t>(s)),
          moves(cell_moves(batch, s)) {
        if (moves)
            find_force(cell.residual + 9 * static_cast<std::ptrdiff_t>(s), batch.atom_count[s]);
    }

    /// -V (h⁻¹)ᵀ (σ + P)/N. A cell of lower triangular form keeps it, so that it cannot turn.
    void find_force(double const* residual, int atoms) {
        Matrix const c = cofactors(vectors);
        double const factor = -std::copysign(1.0, determinant(vectors, c)) / atoms;
        for (std::size_t a = 0; a < 3; ++a)
            for (std::size_t b = 0; b < 3; ++b)
                for (std::size_t k = 0; k < 3; ++k)
                    force[3 * a + b] += factor * c[3 * a + k] * residual[3 * k + b];
        if (vectors[1] == 0.0 && vectors[2] == 0.0 && vectors[5] == 0.0)
            force[1] = force[2] = force[5] = 0.0;
    }
    [[nodiscard]] double power() const { return dot(velocity, force.data()); }
    [[nodiscard]] double velocity_square() const { return dot(velocity, velocity); }
    [[nodiscard]] double force_square() const { return dot(force.data(), force.data()); }
    /// velocity = keep · velocity + along · force.
    void mix(double keep, double along) const {
        for (std::size_t k = 0; k < 9; ++k) velocity[k] = keep * velocity[k] + along * force[k];
    }
    void set_step(double time) {
        for (std::size_t k = 0; k < 9; ++k) step[k] = time * velocity[k];
    }
    [[nodiscard]] double longest_step() const { return max_norm(step.data(), 3); }
    void scale_step(double factor) {
        for (double& x : step) x *= factor;
    }
    /// h⁻¹ · step: what takes a place to how far it goes along.
    [[nodiscard]] Matrix flow() const {
        Matrix const c = cofactors(vectors);
        double const det = determinant(vectors, c);
        Matrix flow{};
        for (std::size_t a = 0; a < 3; ++a)
            for (std::size_t b = 0; b < 3; ++b) {
                for (std::size_t k = 0; k < 3; ++k)
                    flow[3 * a + b] += c[3 * k + a] * step[3 * k + b];
                flow[3 * a + b] /= det;
            }
        return flow;
    }
    void move() const {
        for (std::size_t k = 0; k < 9; ++k) vectors[k] += step[k];
    }
};

void flow_along(Matrix const& flow, double const* r, double* along) {
    for (std::size_t c = 0; c < 3; ++c)
        along[c] = r[0] * flow[c] + r[1] * flow[3 + c] + r[2] * flow[6 + c];
}

void fire_step_system(BatchView const& batch, int s, FireSettings const& settings,
                      FireState const& state, CellState const& cell_state) {
    int const first = batch.atom_begin[s];
    int const atoms = batch.atom_count[s];
    double const* const v = batch.velocities + 3 * static_cast<std::ptrdiff_t>(first);
    double const* const f = batch.forces + 3 * static_cast<std::ptrdiff_t>(first);
    MovingCell cell(batch, s, cell_state);
    PowerSums const sums = power_sums(v, f, atoms);
    FireDecision const decision = FireDecision::make(
        settings, sums.power + cell.power(), sums.velocity_square + cell.velocity_square(),
        sums.force_square + cell.force_square(), state.dt[s], state.mixing[s], state.downhill[s]);
    if (cell.moves) {
        double const mass =
            sum_values({batch.atomic_masses + first, static_cast<std::size_t>(atoms)}) / atoms;
        double const kick = mass > 0.0 ? decision.old_dt / mass : 0.0;
        cell.mix(decision.downhill ? decision.keep : 0.0,
                 (decision.downhill ? decision.along_force : 0.0) + kick);
        cell.set_step(decision.old_dt);
        double const longest = cell.longest_step();
        if (longest > settings.max_step) cell.scale_step(settings.max_step / longest);
        Matrix const flow = cell.flow();
        share_out_each(atoms, 4.0, [&](int k) {
            double* const r = batch.positions + 3 * static_cast<std::ptrdiff_t>(first + k);
            double along[3];
            flow_along(flow, r, along);
            for (int c = 0; c < 3; ++c) r[c] += along[c];
        });
        cell.move();
    }
    FireMove const move{batch, decision, settings.max_step};
    share_out_each(atoms, 6.0, [&](int k) { move(first + k); });
}

/// How far one atom goes with its own velocity and with the cell.
void whole_step(Matrix const& flow, double reach, double const* r, double const* v, double* step) {
    flow_along(flow, r, step);
    for (int c = 0; c < 3; ++c) step[c] += reach * v[c];
}

/// The share of the step that keeps every atom within max_step.
double share_within(double max_step, Matrix const& flow, double reach, double const* r,
                    double const* v, int atoms) {
    double const squared = largest_part(atoms, 4.0, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
        double largest = 0.0;
        for (std::ptrdiff_t i = 3 * first; i < 3 * last; i += 3) {
            double step[3];
            whole_step(flow, reach, r + i, v + i, step);
            largest = std::max(largest, step[0] * step[0] + step[1] * step[1] + step[2] * step[2]);
        }
        return largest;
    });
    double const largest = std::sqrt(squared);
    return largest > max_step ? max_step / largest : 1.0;
}

void fire2_step_system(BatchView const& batch, int s, Fire2Settings const& settings,
                       Fire2State const& state, CellState const& cell_state) {
    int const atoms = batch.atom_count[s];
    std::ptrdiff_t const first = 3 * static_cast<std::ptrdiff_t>(batch.atom_begin[s]);
    double* const r = batch.positions + first;
    double* const v = batch.velocities + first;
    double const* const f = batch.forces + first;
    MovingCell cell(batch, s, cell_state);

    double const kick = state.dt[s];
    share_out_each(3 * atoms, 0.8, [&](int k) { v[k] += kick * f[k]; });
    cell.mix(1.0, kick);
    PowerSums const sums = power_sums(v, f, atoms);
    Fire2Decision const decision = Fire2Decision::make(
        settings, sums.power + cell.power(), sums.velocity_square + cell.velocity_square(),
        sums.force_square + cell.force_square(), state.dt[s], state.mixing[s], state.downhill[s]);
    share_out_each(3 * atoms, 0.8,
                   [&](int k) { v[k] = decision.keep * v[k] + decision.along_force * f[k]; });
    cell.mix(decision.keep, decision.along_force);

    cell.set_step(decision.reach);
    Matrix const flow = cell.moves ? cell.flow() : Matrix{};
    double const share = share_within(settings.max_step, flow, decision.reach, r, v, atoms);
    share_out_each(atoms, 5.0, [&](int atom) {
        std::ptrdiff_t const i = 3 * static_cast<std::ptrdiff_t>(atom);
        double step[3];
        whole_step(flow, decision.reach, r + i, v + i, step);
        for (int c = 0; c < 3; ++c) r[i + c] += share * step[c];
    });
    cell.scale_step(share);
    if (cell.moves) cell.move();
    if (!decision.downhill) {
        share_out_each(3 * atoms, 0.4, [&](int k) { v[k] = 0.0; });
        std::fill_n(cell.velocity, 9, 0.0);
    }
    state.dt[s] *= share;
}

}  // namespace

void find_residual_stress(BatchView const& batch, std::span<SystemIndex const> systems,
                          CellState const& cell) {
    for (SystemIndex system : systems) {
        std::ptrdiff_t const row = 9 * static_cast<std::ptrdiff_t>(system.value());
        bool const moves = cell_moves(batch, system.value());
        for (int k = 0; k < 9; ++k)
            cell.residual[row + k] =
                moves ? batch.stress[row + k] + (k % 4 == 0 ? cell.pressure : 0.0) : 0.0;
    }
}

void fire_variable_cell_step(BatchView const& batch, std::span<SystemIndex const> systems,
                             FireSettings const& settings, FireState const& state,
                             CellState const& cell) {
    for_each_system(batch, systems, 30.0, [&](int k) {
        fire_step_system(batch, systems[k].value(), settings, state, cell);
    });
}

void fire2_variable_cell_step(BatchView const& batch, std::span<SystemIndex const> systems,
                              Fire2Settings const& settings, Fire2State const& state,
                              CellState const& cell) {
    for_each_system(batch, systems, 30.0, [&](int k) {
        fire2_step_system(batch, systems[k].value(), settings, state, cell);
    });
}

}  // namespace athanor
