// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/fire2_step.hpp"
#include "kernels/fire_step.hpp"
#include "kernels/variable_cell_functor.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/device_dynamics.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// residual = stress + pressure · 1 of the listed systems; zeros for those whose cell stays: only a
/// cell that is periodic in all three directions has a stress.
void find_residual_stress(BatchView const& batch, std::span<SystemIndex const> systems,
                          CellState const& cell);

/// One whole step of the listed systems (stages/fire_variable_cell.hpp).
/// Expects: forces and residual stress are up to date.
void fire_variable_cell_step(BatchView const& batch, std::span<SystemIndex const> systems,
                             FireSettings const& settings, FireState const& state,
                             CellState const& cell);

/// One whole step of the listed systems (stages/fire2_variable_cell.hpp).
/// Expects: forces and residual stress are up to date.
void fire2_variable_cell_step(BatchView const& batch, std::span<SystemIndex const> systems,
                              Fire2Settings const& settings, FireState const& state,
                              CellState const& cell);

// The same on a device, with the same bits: enqueued for the systems whose turn it is. Columns are
// on the device; `sums` is overwritten.
void find_residual_stress(DeviceQueue& queue, DeviceSystems const& systems, CellState const& cell);
void fire_variable_cell_step(DeviceQueue& queue, DeviceSystems const& systems,
                             DeviceSums const& sums, FireSettings const& settings,
                             FireState const& state, CellState const& cell);
void fire2_variable_cell_step(DeviceQueue& queue, DeviceSystems const& systems,
                              DeviceSums const& sums, Fire2Settings const& settings,
                              FireState const& state, CellState const& cell);

}  // namespace athanor
