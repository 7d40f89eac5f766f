// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/device_queue.hpp"

namespace athanor {

/// What is set for systems that come or go, by system.
struct TurnColumns {
    std::int32_t* sub_stage;
    std::uint8_t* arrived;  ///< set to 1 for those that come; null: nobody asks
};

/// Enqueues sub_stage[pairs[2k]] = pairs[2k + 1] for k below `count`; -1 is for those that go.
void set_sub_stages(DeviceQueue& queue, TurnColumns const& columns, std::int32_t const* pairs,
                    std::size_t count);

}  // namespace athanor
