// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "runtime/batch_view.hpp"
#include "runtime/device_queue.hpp"
#include "runtime/device_systems.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Half kick, then full drift: what velocity Verlet does before the forces (stages/nve.hpp).
void kick_and_drift(BatchView const& batch, std::span<SystemIndex const> systems, double dt);

/// The half kick alone: what it does after the forces.
void half_kick(BatchView const& batch, std::span<SystemIndex const> systems, double dt);

// The same on a device, with the same bits: enqueued for the systems whose turn it is.
void kick_and_drift(DeviceQueue& queue, DeviceSystems const& systems, double dt);
void half_kick(DeviceQueue& queue, DeviceSystems const& systems, double dt);

}  // namespace athanor
