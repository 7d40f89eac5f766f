// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/fire_step.hpp"

#include "kernels/for_each_system.hpp"
#include "kernels/sample_reduce.hpp"
#include "kernels/share_out.hpp"

namespace athanor {

void fire_step(BatchView const& batch, std::span<SystemIndex const> systems,
               FireSettings const& settings, FireState const& state) {
    for_each_system(batch, systems, 8.0, [&](int k) {
        int const s = systems[k].value();
        int const first = batch.atom_begin[s];
        int const atoms = batch.atom_count[s];
        PowerSums const sums =
            power_sums(batch.velocities + 3 * first, batch.forces + 3 * first, atoms);
        FireDecision const decision =
            FireDecision::make(settings, sums.power, sums.velocity_square, sums.force_square,
                               state.dt[s], state.mixing[s], state.downhill[s]);
        FireMove const move{batch, decision, settings.max_step};
        share_out_each(atoms, 6.0, [&](int atom) { move(first + atom); });
    });
}

}  // namespace athanor
