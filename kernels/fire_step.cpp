// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/fire_step.hpp"

#include "kernels/for_each_system.hpp"
#include "kernels/sample_reduce.hpp"

namespace athanor {

void fire_step(BatchView const& batch, std::span<SystemIndex const> systems,
               FireSettings const& settings, FireState const& state) {
    for_each_system(batch, systems, 8.0, [&](int k) {
        int const s = systems[k].value();
        int const first = batch.atom_begin[s];
        int const atoms = batch.atom_count[s];
        double const* const v = batch.velocities + 3 * first;
        double const* const f = batch.forces + 3 * first;
        FireDecision const decision = FireDecision::make(
            settings, sum_products(v, f, atoms), sum_products(v, v, atoms),
            sum_products(f, f, atoms), state.dt[s], state.mixing[s], state.downhill[s]);
        FireMove const move{batch, decision, settings.max_step};
        for (int atom = first; atom < first + atoms; ++atom) move(atom);
    });
}

}  // namespace athanor
