// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "runtime/device_queue.hpp"
#include "runtime/memory.hpp"

namespace athanor {

/// Bytes that one move of a list has at most; longer ones are given as several.
inline constexpr std::size_t most_bytes_of_move = 4096;

/// Enqueues all `count` moves of a list, which stands on the device or in pinned memory, as do both
/// ends of every move. Nothing may change the list before it is done.
void move_rows(DeviceQueue& queue, RowMove const* moves, std::size_t count);

}  // namespace athanor
