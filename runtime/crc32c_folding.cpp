// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#include "runtime/crc32c.hpp"

/// Folding: with bytes as polynomials over two elements, 128 bits that stand D bits before others
/// may be added to those when they were multiplied by x^D modulo the polynomial, for the remainder
/// stays the same. Products of 64 bits without carries do that for four 128-bit lanes at a time.
/// Source: V. Gopal et al., "Fast CRC computation for generic polynomials using PCLMULQDQ
///         instruction", Intel, 2009 (bit-reflected case).
namespace athanor {
namespace {

#define ATHANOR_FOLDING_TARGET __attribute__((target("avx512f,avx512vl,vpclmulqdq,pclmul,sse4.2")))

constexpr std::uint32_t polynomial = 0x82f63b78U;
constexpr std::size_t register_bytes = 64;
constexpr std::size_t block_bytes = 4 * register_bytes;

/// x^power modulo the polynomial, bit-reflected, as a factor: one place up, since the product of
/// two reflected numbers stands one place too low.
constexpr std::uint64_t factor(int power) {
    std::uint32_t value = 0x80000000U;  // 1
    for (int k = 0; k < power; ++k) value = (value >> 1) ^ ((value & 1U) ? polynomial : 0U);
    return std::uint64_t{value} << 1;
}

/// What the two halves of 128 bits are multiplied with to stand `bits` further on.
struct Factors {
    std::uint64_t low, high;
};
constexpr Factors factors(int bits) { return {factor(bits + 32), factor(bits - 32)}; }

constexpr Factors over_block = factors(8 * block_bytes);
constexpr Factors over_register = factors(8 * register_bytes);
constexpr Factors over_lane = factors(128);

ATHANOR_FOLDING_TARGET inline __m512i all_lanes(Factors const& factors) {
    return _mm512_set_epi64(
        static_cast<long long>(factors.high), static_cast<long long>(factors.low),
        static_cast<long long>(factors.high), static_cast<long long>(factors.low),
        static_cast<long long>(factors.high), static_cast<long long>(factors.low),
        static_cast<long long>(factors.high), static_cast<long long>(factors.low));
}

/// `sum` folded over and added to `next`.
ATHANOR_FOLDING_TARGET inline __m512i fold(__m512i sum, __m512i by, __m512i next) {
    constexpr int exclusive_or_of_three = 0x96;
    return _mm512_ternarylogic_epi64(_mm512_clmulepi64_epi128(sum, by, 0x00),
                                     _mm512_clmulepi64_epi128(sum, by, 0x11), next,
                                     exclusive_or_of_three);
}

ATHANOR_FOLDING_TARGET inline __m128i fold(__m128i sum, __m128i by, __m128i next) {
    return _mm_xor_si128(next, _mm_xor_si128(_mm_clmulepi64_si128(sum, by, 0x00),
                                             _mm_clmulepi64_si128(sum, by, 0x11)));
}

ATHANOR_FOLDING_TARGET inline __m512i at(std::byte const* bytes, std::size_t k) {
    return _mm512_loadu_si512(bytes + k * register_bytes);
}

/// Takes as many registers full as there are. Expects: at least a block.
ATHANOR_FOLDING_TARGET std::uint32_t take_registers(std::span<std::byte const>& bytes,
                                                    std::uint32_t crc) {
    std::byte const* next = bytes.data();
    std::size_t left = bytes.size();
    __m512i a = _mm512_xor_si512(at(next, 0),
                                 _mm512_zextsi128_si512(_mm_cvtsi32_si128(static_cast<int>(crc))));
    __m512i b = at(next, 1), c = at(next, 2), d = at(next, 3);
    next += block_bytes;
    left -= block_bytes;
    __m512i const block = all_lanes(over_block);
    for (; left >= block_bytes; next += block_bytes, left -= block_bytes) {
        a = fold(a, block, at(next, 0));
        b = fold(b, block, at(next, 1));
        c = fold(c, block, at(next, 2));
        d = fold(d, block, at(next, 3));
    }
    __m512i const one = all_lanes(over_register);
    d = fold(fold(fold(a, one, b), one, c), one, d);
    for (; left >= register_bytes; next += register_bytes, left -= register_bytes)
        d = fold(d, one, at(next, 0));
    __m128i const lane = _mm_set_epi64x(static_cast<long long>(over_lane.high),
                                        static_cast<long long>(over_lane.low));
    alignas(register_bytes) __m128i lanes[4];
    _mm512_store_si512(lanes, d);
    __m128i const last = fold(fold(fold(lanes[0], lane, lanes[1]), lane, lanes[2]), lane, lanes[3]);
    bytes = bytes.last(left);
    std::uint64_t const low = _mm_crc32_u64(0, static_cast<std::uint64_t>(_mm_cvtsi128_si64(last)));
    return static_cast<std::uint32_t>(
        _mm_crc32_u64(low, static_cast<std::uint64_t>(_mm_extract_epi64(last, 1))));
}

#undef ATHANOR_FOLDING_TARGET

}  // namespace

std::optional<std::uint32_t> detail::crc32c_by_folding(std::span<std::byte const> bytes,
                                                       std::uint32_t before) {
    static bool const can =
        __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("sse4.2");
    if (!can) return std::nullopt;
    if (bytes.size() < block_bytes) return crc32c_by_instruction(bytes, before);
    std::uint32_t const crc = ~take_registers(bytes, ~before);
    return crc32c_by_instruction(bytes, crc);
}

}  // namespace athanor
