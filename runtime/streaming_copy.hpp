// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace athanor {

/// Samples of so many bytes are packed and unpacked past the caches: in a channel they go through
/// slots in turn and through two batches, so that little of it is still there when it is read.
/// Measured with bench_comm_mpi (docs/performance.md).
inline constexpr std::size_t streaming_bytes = 384 * 1024;

/// std::memcpy that writes past the caches: the processor need not read the lines of `to` first,
/// and what the caches hold stays. When it returns, a store that releases covers what was written.
/// Pays for what nobody reads soon; by std::memcpy itself where the processor has no such stores.
/// Expects: the two do not overlap.
void copy_streaming(void* to, void const* from, std::size_t bytes);

}  // namespace athanor
