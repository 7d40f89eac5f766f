// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "runtime/device_queue.hpp"
#include "runtime/device_systems.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Room for sums over the atoms of systems, shared by all that is enqueued in one queue.
struct DeviceSums {
    static constexpr int most = 16;  ///< sums worked out at once
    double* parts = nullptr;   ///< of sum k and row r of the table of sums: parts[k * rows + r]
    double* totals = nullptr;  ///< of sum k and system s: totals[k * systems + s]
};

/// What one update works on: the systems of a sub-stage, where they are.
struct DeviceUpdate {
    DeviceQueue& queue;
    DeviceSystems systems;
    DeviceSums sums;
    StageId stage;
    std::uint64_t seed = 0;
};

/// A Dynamics on a device: its two halves of a step, enqueued. What they do to a system's rows is
/// what the Dynamics does, bit for bit.
/// Ownership: the object has the settings, and pointers to the columns of its state.
/// Order:     only enqueues, so that a step can be recorded: nothing that a call enqueues depends
///            on anything but its arguments, which are the same at every step.
/// Threads:   one.
class DeviceDynamics {
public:
    virtual ~DeviceDynamics() = default;
    virtual void pre_update(DeviceUpdate const& update) = 0;
    virtual void post_update(DeviceUpdate const& update) = 0;
};

}  // namespace athanor
