// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/nose_hoover.hpp"

#include "kernels/for_each_system.hpp"
#include "kernels/sample_reduce.hpp"
#include "kernels/share_out.hpp"

namespace athanor {

void advance_nose_hoover(BatchView const& batch, std::span<SystemIndex const> systems,
                         NoseHooverStep const& step, NoseHooverState const& state) {
    for_each_system(batch, systems, 5.0, [&](int k) {
        int const s = systems[k].value();
        auto const freedom = static_cast<int>(batch.degrees_of_freedom[s]);
        if (freedom == 0) return;
        int const atoms = batch.atom_count[s];
        double* const v = batch.velocities + 3 * batch.atom_begin[s];
        double const twice_kinetic =
            2.0 * kinetic_energy(v, batch.atomic_masses + batch.atom_begin[s], atoms);
        double const scale = step.chain.advance(twice_kinetic, freedom, step.time,
                                                state.position + nose_hoover_links * s,
                                                state.velocity + nose_hoover_links * s);
        share_out_each(3 * atoms, 0.5, [&](int c) { v[c] *= scale; });
    });
}

}  // namespace athanor
