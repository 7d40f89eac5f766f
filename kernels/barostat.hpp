// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/barostat_functor.hpp"
#include "kernels/nose_hoover.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/device_dynamics.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Per-system columns that a chain on the cell works on.
struct BarostatChainState {
    NoseHooverState chain;
    double* strain_rate;
};

/// The first half of a step at constant pressure (stages/npt.hpp): strain rate, velocities,
/// positions and cells. strain_rate: ε', six values per row of the batch (SymmetricMatrix).
/// Expects: forces and stress of the listed systems are up to date.
void barostat_kick_and_drift(BatchView const& batch, std::span<SystemIndex const> systems,
                             BarostatStep const& step, double* strain_rate);

/// The second half, with forces and stress at the new positions: velocities, strain rate.
void barostat_kick(BatchView const& batch, std::span<SystemIndex const> systems,
                   BarostatStep const& step, double* strain_rate);

/// Moves the chains of the barostats as `chain` says and scales the strain rates.
void advance_barostat_chain(BatchView const& batch, std::span<SystemIndex const> systems,
                            Barostat const& barostat, NoseHooverStep const& chain,
                            BarostatChainState const& state);

/// W Tr(ε' ε')/2 + p V of one system [eV].
[[nodiscard]] double barostat_energy(BatchView const& batch, SystemIndex system,
                                     BarostatStep const& step, double const* strain_rate);

// The same on a device, with the same bits: enqueued for the systems whose turn it is. Columns are
// on the device; `sums` is overwritten.
void barostat_kick_and_drift(DeviceQueue& queue, DeviceSystems const& systems,
                             DeviceSums const& sums, BarostatStep const& step, double* strain_rate);
void barostat_kick(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
                   BarostatStep const& step, double* strain_rate);
void advance_barostat_chain(DeviceQueue& queue, DeviceSystems const& systems,
                            Barostat const& barostat, NoseHooverStep const& chain,
                            BarostatChainState const& state);

}  // namespace athanor
