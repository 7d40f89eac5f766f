// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "runtime/device_queue.hpp"
#include "runtime/device_systems.hpp"

namespace athanor {

/// Divides the systems whose turn it is by `marks`, one of each system on the device or in pinned
/// memory: `marked` gets their codes where it is not 0, `others` where it is, and both -1 for all
/// other systems. Who enqueues what is for one part alone gives it as DeviceSystems::sub_stage.
void split_turns(DeviceQueue& queue, DeviceSystems const& systems, std::uint8_t const* marks,
                 std::int32_t* marked, std::int32_t* others);

}  // namespace athanor
