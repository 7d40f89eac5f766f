// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>

#include <nmmintrin.h>

#include "runtime/crc32c.hpp"

namespace athanor {
namespace {

/// What a run of zero bytes does to the register, one table per byte of the register.
using ZerosOperator = std::array<std::array<std::uint32_t, 256>, 4>;
/// The same as a matrix over bits: column i is what becomes of bit i.
using BitMatrix = std::array<std::uint32_t, 32>;

constexpr std::uint32_t times(BitMatrix const& matrix, std::uint32_t bits) {
    std::uint32_t product = 0;
    for (int i = 0; i < 32; ++i)
        if ((bits >> i) & 1U) product ^= matrix[i];
    return product;
}

/// The operator of 2^log2_bytes zero bytes: one zero bit, squared log2_bytes + 3 times.
constexpr ZerosOperator make_zeros_operator(int log2_bytes) {
    BitMatrix matrix{};
    matrix[0] = 0x82f63b78U;
    for (int i = 1; i < 32; ++i) matrix[i] = 1U << (i - 1);
    for (int squared = 0; squared < log2_bytes + 3; ++squared) {
        BitMatrix square{};
        for (int i = 0; i < 32; ++i) square[i] = times(matrix, matrix[i]);
        matrix = square;
    }
    ZerosOperator zeros{};
    for (int k = 0; k < 4; ++k)
        for (std::uint32_t b = 0; b < 256; ++b) zeros[k][b] = times(matrix, b << (8 * k));
    return zeros;
}

std::uint32_t apply(ZerosOperator const& zeros, std::uint32_t crc) {
    return zeros[0][crc & 0xffU] ^ zeros[1][(crc >> 8) & 0xffU] ^ zeros[2][(crc >> 16) & 0xffU] ^
           zeros[3][crc >> 24];
}

std::uint64_t word_at(std::byte const* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    return word;
}

constexpr std::size_t line_bytes = 64;

/// Asks for the line at `at`, which may lie behind the end: nothing happens then.
void prefetch(std::byte const* at) { _mm_prefetch(reinterpret_cast<char const*>(at), _MM_HINT_T0); }

/// Takes as many triples of `block` bytes as there are. The instruction has a latency of three
/// cycles and starts every cycle, so three registers run side by side and are joined after each
/// triple. The next triple is asked for meanwhile: three runs far apart are more than the
/// processor's own prefetching follows well.
__attribute__((target("sse4.2"))) std::uint32_t take_triples(std::span<std::byte const>& bytes,
                                                             std::size_t block,
                                                             ZerosOperator const& zeros,
                                                             std::uint32_t crc) {
    for (; bytes.size() >= 3 * block; bytes = bytes.subspan(3 * block)) {
        std::uint64_t a = crc, b = 0, c = 0;
        std::byte const* at = bytes.data();
        for (std::byte const* const end = at + block; at != end; at += line_bytes) {
            for (std::size_t run = 0; run < 3; ++run) prefetch(at + (run + 3) * block);
            for (std::size_t i = 0; i < line_bytes; i += 8) {
                a = _mm_crc32_u64(a, word_at(at + i));
                b = _mm_crc32_u64(b, word_at(at + block + i));
                c = _mm_crc32_u64(c, word_at(at + 2 * block + i));
            }
        }
        crc = apply(zeros, static_cast<std::uint32_t>(a)) ^ static_cast<std::uint32_t>(b);
        crc = apply(zeros, crc) ^ static_cast<std::uint32_t>(c);
    }
    return crc;
}

__attribute__((target("sse4.2"))) std::uint32_t run(std::span<std::byte const> bytes,
                                                    std::uint32_t crc) {
    static constexpr ZerosOperator zeros_2048 = make_zeros_operator(11);
    static constexpr ZerosOperator zeros_256 = make_zeros_operator(8);
    crc = take_triples(bytes, 2048, zeros_2048, crc);
    crc = take_triples(bytes, 256, zeros_256, crc);
    std::uint64_t wide = crc;
    for (; bytes.size() >= 8; bytes = bytes.subspan(8))
        wide = _mm_crc32_u64(wide, word_at(bytes.data()));
    crc = static_cast<std::uint32_t>(wide);
    for (std::byte byte : bytes) crc = _mm_crc32_u8(crc, std::to_integer<unsigned char>(byte));
    return crc;
}

}  // namespace

std::optional<std::uint32_t> detail::crc32c_by_instruction(std::span<std::byte const> bytes,
                                                           std::uint32_t before) {
    static bool const has_instruction = __builtin_cpu_supports("sse4.2");
    if (!has_instruction) return std::nullopt;
    return ~run(bytes, ~before);
}

}  // namespace athanor
