// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>

namespace athanor {
namespace detail {

/// The first and the last `width` bytes, which may overlap.
template <std::size_t width>
inline void copy_both_ends(std::byte* to, std::byte const* from, std::size_t bytes) {
    std::byte first[width], last[width];
    std::memcpy(first, from, width);
    std::memcpy(last, from + bytes - width, width);
    std::memcpy(to, first, width);
    std::memcpy(to + bytes - width, last, width);
}

}  // namespace detail

/// std::memcpy for runs of which most are a row of a few numbers: up to 64 bytes go by two moves
/// that may overlap, without a call.
/// Expects: `to` and `from` do not overlap.
inline void copy_bytes(std::byte* to, std::byte const* from, std::size_t bytes) {
    if (bytes > 64)
        std::memcpy(to, from, bytes);
    else if (bytes >= 32)
        detail::copy_both_ends<32>(to, from, bytes);
    else if (bytes >= 16)
        detail::copy_both_ends<16>(to, from, bytes);
    else if (bytes >= 8)
        detail::copy_both_ends<8>(to, from, bytes);
    else if (bytes >= 4)
        detail::copy_both_ends<4>(to, from, bytes);
    else
        for (std::size_t k = 0; k < bytes; ++k) to[k] = from[k];
}

}  // namespace athanor
