// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/barostat.hpp"

#include <algorithm>

#include "kernels/for_each_system.hpp"
#include "kernels/sample_reduce.hpp"
#include "kernels/share_out.hpp"

namespace athanor {
namespace {

/// Of a kick or a drift.
constexpr double nanoseconds_per_atom = 8.0;

SymmetricMatrix load(double const* values) {
    SymmetricMatrix matrix{};
    std::copy_n(values, 6, matrix.begin());
    return matrix;
}

SymmetricMatrix scaled(SymmetricMatrix matrix, double factor) {
    for (double& x : matrix) x *= factor;
    return matrix;
}

/// ε' += dt/2 of its force over W.
void push_strain_rate(BatchView const& batch, SystemIndex system, BarostatStep const& step,
                      double* rate) {
    int const s = system.value();
    auto const freedom = static_cast<double>(batch.degrees_of_freedom[s]);
    int const first = batch.atom_begin[s];
    SymmetricMatrix const momenta = momentum_tensor(
        batch.velocities + 3 * first, batch.atomic_masses + first, batch.atom_count[s]);
    SymmetricMatrix const force = step.barostat.force(momenta, batch.stress + 9 * s,
                                                      cell_volume(batch.cell + 9 * s), freedom);
    double const factor = 0.5 * step.dt / step.barostat.mass(freedom);
    for (int k = 0; k < 6; ++k) rate[k] += factor * force[k];
}

/// Half a step of v' = F/m - (ε' + Tr ε'/n) v.
void kick(BatchView const& batch, SystemIndex system, BarostatStep const& step,
          SymmetricMatrix drag) {
    int const s = system.value();
    auto const freedom = static_cast<double>(batch.degrees_of_freedom[s]);
    double const trace = drag[0] + drag[1] + drag[2];
    for (int k = 0; k < 3; ++k) drag[k] += freedom > 0 ? trace / freedom : 0.0;
    SymmetricMatrix const decay = exponential(scaled(drag, -0.25 * step.dt));
    int const begin = batch.atom_begin[s];
    share_out_each(batch.atom_count[s], nanoseconds_per_atom, [&](int k) {
        int const atom = begin + k;
        double const mass = batch.atomic_masses[atom];
        double const factor = mass > 0.0 ? 0.5 * step.dt / mass : 0.0;
        double* const v = batch.velocities + 3 * atom;
        multiply(v, decay);
        for (int c = 0; c < 3; ++c) v[c] += factor * batch.forces[3 * atom + c];
        multiply(v, decay);
    });
}

/// A step of r' = v + ε' r and h' = ε' h, all rows.
void drift(BatchView const& batch, int s, double dt, SymmetricMatrix const& rate) {
    SymmetricMatrix const half = exponential(scaled(rate, 0.5 * dt));
    int const begin = batch.atom_begin[s];
    share_out_each(batch.atom_count[s], nanoseconds_per_atom, [&](int k) {
        int const atom = begin + k;
        double* const r = batch.positions + 3 * atom;
        multiply(r, half);
        for (int c = 0; c < 3; ++c) r[c] += dt * batch.velocities[3 * atom + c];
        multiply(r, half);
    });
    for (int k = 0; k < 3; ++k) {
        multiply(batch.cell + 9 * s + 3 * k, half);
        multiply(batch.cell + 9 * s + 3 * k, half);
    }
}

}  // namespace

void barostat_kick_and_drift(BatchView const& batch, std::span<SystemIndex const> systems,
                             BarostatStep const& step, double* strain_rate) {
    for_each_system(batch, systems, 30.0, [&](int k) {
        int const s = systems[k].value();
        push_strain_rate(batch, systems[k], step, strain_rate + 6 * s);
        SymmetricMatrix const rate = load(strain_rate + 6 * s);
        kick(batch, systems[k], step, rate);
        drift(batch, s, step.dt, rate);
    });
}

void barostat_kick(BatchView const& batch, std::span<SystemIndex const> systems,
                   BarostatStep const& step, double* strain_rate) {
    for_each_system(batch, systems, 30.0, [&](int k) {
        double* const rate = strain_rate + 6 * systems[k].value();
        kick(batch, systems[k], step, load(rate));
        push_strain_rate(batch, systems[k], step, rate);
    });
}

void advance_barostat_chain(BatchView const& batch, std::span<SystemIndex const> systems,
                            Barostat const& barostat, NoseHooverStep const& step,
                            BarostatChainState const& state) {
    for_each_system(batch, systems, 1.0, [&](int k) {
        int const s = systems[k].value();
        double* const rate = state.strain_rate + 6 * s;
        auto const freedom = static_cast<double>(batch.degrees_of_freedom[s]);
        double const twice_kinetic = barostat.mass(freedom) * square_of(load(rate));
        double const scale = step.chain.advance(twice_kinetic, barostat.freedom(), step.time,
                                                state.chain.position + nose_hoover_links * s,
                                                state.chain.velocity + nose_hoover_links * s);
        for (int c = 0; c < 6; ++c) rate[c] *= scale;
    });
}

double barostat_energy(BatchView const& batch, SystemIndex system, BarostatStep const& step,
                       double const* strain_rate) {
    int const s = system.value();
    auto const freedom = static_cast<double>(batch.degrees_of_freedom[s]);
    return 0.5 * step.barostat.mass(freedom) * square_of(load(strain_rate + 6 * s)) +
           step.barostat.pressure * cell_volume(batch.cell + 9 * s);
}

}  // namespace athanor
