// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/barostat.hpp"

#include "kernels/for_each_system.hpp"
#include "kernels/sample_reduce.hpp"
#include "kernels/share_out.hpp"

namespace athanor {
namespace {

/// Of a kick or a drift.
constexpr double nanoseconds_per_atom = 8.0;

void push_strain_rate(BatchView const& batch, SystemIndex system, BarostatStep const& step,
                      double* rate) {
    int const s = system.value();
    int const first = batch.atom_begin[s];
    SymmetricMatrix const momenta = momentum_tensor(
        batch.velocities + 3 * first, batch.atomic_masses + first, batch.atom_count[s]);
    step.push(momenta, batch.stress + 9 * s, batch.cell + 9 * s,
              static_cast<double>(batch.degrees_of_freedom[s]), rate);
}

void kick(BatchView const& batch, SystemIndex system, BarostatStep const& step,
          SymmetricMatrix const& rate) {
    int const s = system.value();
    auto const freedom = static_cast<double>(batch.degrees_of_freedom[s]);
    BarostatKick const one{batch, step.dt, step.decay(rate, freedom)};
    int const begin = batch.atom_begin[s];
    share_out_each(batch.atom_count[s], nanoseconds_per_atom, [&](int k) { one(begin + k); });
}

void drift(BatchView const& batch, int s, BarostatStep const& step, SymmetricMatrix const& rate) {
    BarostatDrift const one{batch, step.dt, step.half_strain(rate)};
    int const begin = batch.atom_begin[s];
    share_out_each(batch.atom_count[s], nanoseconds_per_atom, [&](int k) { one(begin + k); });
    strain_cell(batch.cell + 9 * s, one.half);
}

}  // namespace

void barostat_kick_and_drift(BatchView const& batch, std::span<SystemIndex const> systems,
                             BarostatStep const& step, double* strain_rate) {
    for_each_system(batch, systems, 30.0, [&](int k) {
        int const s = systems[k].value();
        push_strain_rate(batch, systems[k], step, strain_rate + 6 * s);
        SymmetricMatrix const rate = symmetric_matrix(strain_rate + 6 * s);
        kick(batch, systems[k], step, rate);
        drift(batch, s, step, rate);
    });
}

void barostat_kick(BatchView const& batch, std::span<SystemIndex const> systems,
                   BarostatStep const& step, double* strain_rate) {
    for_each_system(batch, systems, 30.0, [&](int k) {
        double* const rate = strain_rate + 6 * systems[k].value();
        kick(batch, systems[k], step, symmetric_matrix(rate));
        push_strain_rate(batch, systems[k], step, rate);
    });
}

void advance_barostat_chain(BatchView const& batch, std::span<SystemIndex const> systems,
                            Barostat const& barostat, NoseHooverStep const& step,
                            BarostatChainState const& state) {
    for_each_system(batch, systems, 1.0, [&](int k) {
        int const s = systems[k].value();
        advance_cell_chain(barostat, step.chain, step.time,
                           static_cast<double>(batch.degrees_of_freedom[s]),
                           state.strain_rate + 6 * s, state.chain.position + nose_hoover_links * s,
                           state.chain.velocity + nose_hoover_links * s);
    });
}

double barostat_energy(BatchView const& batch, SystemIndex system, BarostatStep const& step,
                       double const* strain_rate) {
    int const s = system.value();
    auto const freedom = static_cast<double>(batch.degrees_of_freedom[s]);
    return 0.5 * step.barostat.mass(freedom) * square_of(symmetric_matrix(strain_rate + 6 * s)) +
           step.barostat.pressure * cell_volume(batch.cell + 9 * s);
}

}  // namespace athanor
