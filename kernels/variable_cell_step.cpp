// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/variable_cell_step.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "kernels/for_each_system.hpp"
#include "kernels/sample_reduce.hpp"
#include "kernels/share_out.hpp"
#include "kernels/variable_cell_functor.hpp"

namespace athanor {
namespace {

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
        cell.take_fire_step(decision, mass, settings.max_step);
        CellMatrix const flow = cell.flow();
        share_out_each(atoms, 4.0, [&](int k) { go_along(batch, flow, first + k); });
        cell.move();
    }
    FireMove const move{batch, decision, settings.max_step};
    share_out_each(atoms, 6.0, [&](int k) { move(first + k); });
}

/// The share of the step that keeps every atom within max_step.
double share_within(double max_step, CellMatrix const& flow, double reach, double const* r,
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
                       FireState const& state, CellState const& cell_state) {
    int const atoms = batch.atom_count[s];
    std::ptrdiff_t const first = 3 * static_cast<std::ptrdiff_t>(batch.atom_begin[s]);
    double* const r = batch.positions + first;
    double* const v = batch.velocities + first;
    double const* const f = batch.forces + first;
    MovingCell cell(batch, s, cell_state);

    double const kick = state.dt[s];
    share_out_each(3 * atoms, 0.8, Fire2Kick{v, f, kick});
    cell.mix(1.0, kick);
    PowerSums const sums = power_sums(v, f, atoms);
    Fire2Decision const decision = Fire2Decision::make(
        settings, sums.power + cell.power(), sums.velocity_square + cell.velocity_square(),
        sums.force_square + cell.force_square(), state.dt[s], state.mixing[s], state.downhill[s]);
    share_out_each(3 * atoms, 0.8, Fire2Mix{v, f, decision});
    cell.mix(decision.keep, decision.along_force);

    cell.set_step(decision.reach);
    CellMatrix const flow = cell.moves ? cell.flow() : CellMatrix{};
    double const share = share_within(settings.max_step, flow, decision.reach, r, v, atoms);
    share_out_each(atoms, 5.0, [&](int atom) {
        std::ptrdiff_t const i = 3 * static_cast<std::ptrdiff_t>(atom);
        double step[3];
        whole_step(flow, decision.reach, r + i, v + i, step);
        for (int c = 0; c < 3; ++c) r[i + c] += share * step[c];
    });
    if (!decision.downhill) share_out_each(3 * atoms, 0.4, [&](int k) { v[k] = 0.0; });
    cell.take_fire2_step(decision, share);
    state.dt[s] *= share;
}

}  // namespace

void find_residual_stress(BatchView const& batch, std::span<SystemIndex const> systems,
                          CellState const& cell) {
    for (SystemIndex system : systems) find_residual_stress_of(batch, system.value(), cell);
}

void fire_variable_cell_step(BatchView const& batch, std::span<SystemIndex const> systems,
                             FireSettings const& settings, FireState const& state,
                             CellState const& cell) {
    for_each_system(batch, systems, 30.0, [&](int k) {
        fire_step_system(batch, systems[k].value(), settings, state, cell);
    });
}

void fire2_variable_cell_step(BatchView const& batch, std::span<SystemIndex const> systems,
                              Fire2Settings const& settings, FireState const& state,
                              CellState const& cell) {
    for_each_system(batch, systems, 30.0, [&](int k) {
        fire2_step_system(batch, systems[k].value(), settings, state, cell);
    });
}

}  // namespace athanor
