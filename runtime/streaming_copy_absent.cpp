// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What a processor other than x86-64 has: no stores past the caches that we use.
#include <cstring>

#include "runtime/streaming_copy.hpp"

namespace athanor {

void copy_streaming(void* to, void const* from, std::size_t bytes) {
    if (bytes > 0) std::memcpy(to, from, bytes);
}

}  // namespace athanor
