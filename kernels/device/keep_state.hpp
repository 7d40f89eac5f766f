// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/device_queue.hpp"
#include "runtime/device_systems.hpp"

namespace athanor {

/// Columns on a device that hold what systems were like before a step: shapes and units as in
/// BatchView.
struct KeptState {
    double *positions, *velocities, *forces;  ///< by atom row
    double *cell, *stress, *energy;           ///< by system
};

/// Copies the rows of the systems whose turn it is; those of others stay as they were kept.
void keep_state(DeviceQueue& queue, DeviceSystems const& systems, KeptState const& kept);

}  // namespace athanor
