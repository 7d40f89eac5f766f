// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/crc32c.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace athanor {
namespace {

constexpr std::uint32_t polynomial = 0x82f63b78U;
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// tables[k][b]: what byte b does to the register when k further bytes follow it (slicing by
/// eight).
constexpr Tables make_tables() {
    Tables tables{};
    for (std::uint32_t b = 0; b < 256; ++b) {
        std::uint32_t crc = b;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) ? polynomial : 0U);
        tables[0][b] = crc;
    }
    for (std::size_t k = 1; k < tables.size(); ++k)
        for (std::uint32_t b = 0; b < 256; ++b) {
            std::uint32_t const shorter = tables[k - 1][b];
            tables[k][b] = (shorter >> 8) ^ tables[0][shorter & 0xffU];
        }
    return tables;
}

constexpr Tables tables = make_tables();
static_assert(std::endian::native == std::endian::little, "the tables are read low byte first");

}  // namespace

std::uint32_t detail::crc32c_by_table(std::span<std::byte const> bytes, std::uint32_t before) {
    std::uint32_t crc = ~before;
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), 8);
        word ^= crc;
        crc = 0;
        for (int k = 0; k < 8; ++k) crc ^= tables[7 - k][(word >> (8 * k)) & 0xffU];
    }
    for (std::byte byte : bytes)
        crc = (crc >> 8) ^ tables[0][(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xffU];
    return ~crc;
}

std::uint32_t crc32c(std::span<std::byte const> bytes, std::uint32_t before) {
    if (auto const crc = detail::crc32c_by_folding(bytes, before)) return *crc;
    if (auto const crc = detail::crc32c_by_instruction(bytes, before)) return *crc;
    return detail::crc32c_by_table(bytes, before);
}

}  // namespace athanor
