// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstring>

#include <emmintrin.h>

#include "runtime/streaming_copy.hpp"

namespace athanor {
namespace {

constexpr std::size_t line_bytes = 64;

/// A line at a time, for a line that is written in part goes to memory in part.
void stream_lines(std::byte* to, std::byte const* from, std::size_t lines) {
    for (; lines > 0; --lines, to += line_bytes, from += line_bytes) {
        auto* const out = reinterpret_cast<__m128i*>(to);
        auto const* const in = reinterpret_cast<__m128i const*>(from);
        __m128i const a = _mm_loadu_si128(in), b = _mm_loadu_si128(in + 1);
        __m128i const c = _mm_loadu_si128(in + 2), d = _mm_loadu_si128(in + 3);
        _mm_stream_si128(out, a);
        _mm_stream_si128(out + 1, b);
        _mm_stream_si128(out + 2, c);
        _mm_stream_si128(out + 3, d);
    }
}

}  // namespace

void copy_streaming(void* to, void const* from, std::size_t bytes) {
    auto* out = static_cast<std::byte*>(to);
    auto const* in = static_cast<std::byte const*>(from);
    std::size_t const past_line = reinterpret_cast<std::uintptr_t>(out) % line_bytes;
    std::size_t const head = std::min(bytes, (line_bytes - past_line) % line_bytes);
    std::size_t const lines = (bytes - head) / line_bytes;
    if (head > 0) std::memcpy(out, in, head);
    out += head;
    in += head;
    stream_lines(out, in, lines);
    std::size_t const tail = bytes - head - lines * line_bytes;
    if (tail > 0) std::memcpy(out + lines * line_bytes, in + lines * line_bytes, tail);
    _mm_sfence();  // such stores are not ordered by a release
}

}  // namespace athanor
