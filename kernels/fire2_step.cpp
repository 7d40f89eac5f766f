// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/fire2_step.hpp"

#include "kernels/for_each_system.hpp"
#include "kernels/sample_reduce.hpp"
#include "kernels/share_out.hpp"

namespace athanor {
namespace {

void step_system(BatchView const& batch, int s, Fire2Settings const& settings,
                 FireState const& state) {
    int const atoms = batch.atom_count[s];
    int const elements = 3 * atoms;
    double* const r = batch.positions + 3 * batch.atom_begin[s];
    double* const v = batch.velocities + 3 * batch.atom_begin[s];
    double const* const f = batch.forces + 3 * batch.atom_begin[s];

    share_out_each(elements, 0.8, Fire2Kick{v, f, state.dt[s]});
    PowerSums const sums = power_sums(v, f, atoms);
    Fire2Decision const decision =
        Fire2Decision::make(settings, sums.power, sums.velocity_square, sums.force_square,
                            state.dt[s], state.mixing[s], state.downhill[s]);
    share_out_each(elements, 0.8, Fire2Mix{v, f, decision});

    double const share = decision.share_within(settings.max_step, max_norm(v, atoms));
    share_out_each(elements, 0.8, Fire2Move{r, v, decision, share});
    state.dt[s] *= share;
}

}  // namespace

void fire2_step(BatchView const& batch, std::span<SystemIndex const> systems,
                Fire2Settings const& settings, FireState const& state) {
    for_each_system(batch, systems, 10.0,
                    [&](int k) { step_system(batch, systems[k].value(), settings, state); });
}

}  // namespace athanor
