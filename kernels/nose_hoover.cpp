// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/nose_hoover.hpp"

#include "kernels/parallel_for.hpp"
#include "kernels/sample_reduce.hpp"

namespace athanor {

int thermal_freedom(BatchView const& batch, SystemIndex system, bool momentum_removed) {
    int const s = system.value();
    double const* const mass = batch.atomic_masses + batch.atom_begin[s];
    int massive = 0;
    for (int atom = 0; atom < batch.atom_count[s]; ++atom) massive += mass[atom] > 0.0 ? 1 : 0;
    bool const fewer = momentum_removed && massive > 0 && batch.atom_count[s] >= 2;
    return 3 * massive - (fewer ? 3 : 0);
}

void advance_nose_hoover(BatchView const& batch, std::span<SystemIndex const> systems,
                         NoseHooverStep const& step, NoseHooverState const& state) {
    parallel_for_systems(static_cast<int>(systems.size()), [&](int k) {
        int const s = systems[k].value();
        int const freedom = thermal_freedom(batch, systems[k], step.momentum_removed);
        if (freedom == 0) return;
        int const atoms = batch.atom_count[s];
        double* const v = batch.velocities + 3 * batch.atom_begin[s];
        double const twice_kinetic =
            2.0 * kinetic_energy(v, batch.atomic_masses + batch.atom_begin[s], atoms);
        double const scale = step.chain.advance(twice_kinetic, freedom, step.time,
                                                state.position + nose_hoover_links * s,
                                                state.velocity + nose_hoover_links * s);
        for (int c = 0; c < 3 * atoms; ++c) v[c] *= scale;
    });
}

}  // namespace athanor
