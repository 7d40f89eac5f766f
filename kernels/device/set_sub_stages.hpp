// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/device_queue.hpp"

namespace athanor {

/// Enqueues sub_stage[pairs[2k]] = pairs[2k + 1] for k below `count`.
void set_sub_stages(DeviceQueue& queue, std::int32_t* sub_stage, std::int32_t const* pairs,
                    std::size_t count);

}  // namespace athanor
