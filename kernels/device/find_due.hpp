// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "runtime/device_queue.hpp"
#include "runtime/device_systems.hpp"

namespace athanor {

/// Of the systems whose turn it is, those that began this step with a multiple of `frequency`
/// completed steps in their stage: `due`, one of each system on the device, gets their code, and -1
/// for all others. Who enqueues what is for them alone gives it as DeviceSystems::sub_stage.
/// `counted`: this step is in stage_step already. Expects: frequency above 0.
void find_due(DeviceQueue& queue, DeviceSystems const& systems, int frequency, bool counted,
              std::int32_t* due);

}  // namespace athanor
