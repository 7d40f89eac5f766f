// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "runtime/device_dynamics.hpp"
#include "runtime/device_queue.hpp"
#include "runtime/device_systems.hpp"
#include "runtime/hook_point.hpp"

namespace athanor {

/// One firing of a hook on a device.
struct DeviceFiring {
    DeviceQueue& queue;
    DeviceSystems systems;  ///< those it fires for, due by frequency and stage
    DeviceSums sums;
    HookPoint point;
    std::uint8_t* mark;  ///< by system, all 0: a hook that may fail samples sets 1 for those
};

/// A Hook on a device: its firings in a step, enqueued. What they do to a system's rows is what
/// Hook::fire() does, bit for bit.
/// Ownership: the object has the settings, tables of its own, and pointers to columns.
/// Order:     only enqueues, always the same for one point, so that a step can be recorded; whoever
///            records decides by kernels for which systems a firing is due.
/// Failure:   a sample that is marked takes no part in what follows; its rows come to the host as
///            they are, and Hook::fire() says there what is wrong with them.
/// Threads:   one.
class DeviceHook {
public:
    virtual ~DeviceHook() = default;
    virtual void fire(DeviceFiring const& firing) = 0;
    /// True when it marks samples that it fails.
    [[nodiscard]] virtual bool may_fail(HookPoint) const { return false; }
};

}  // namespace athanor
