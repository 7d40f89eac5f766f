// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "runtime/batch_view.hpp"
#include "runtime/device_queue.hpp"
#include "runtime/device_systems.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// What the demo dynamics does before the forces (stages/demo.hpp). acceleration: three values per
/// row of atoms, set here and read by demo_kick().
void demo_move(BatchView const& batch, std::span<SystemIndex const> systems, double dt,
               double* acceleration);

/// What it does after the forces.
void demo_kick(BatchView const& batch, std::span<SystemIndex const> systems, double dt,
               double const* acceleration);

// The same on a device, with the same bits: enqueued for the systems whose turn it is.
void demo_move(DeviceQueue& queue, DeviceSystems const& systems, double dt, double* acceleration);
void demo_kick(DeviceQueue& queue, DeviceSystems const& systems, double dt,
               double const* acceleration);

}  // namespace athanor
