// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What a processor other than x86-64 has: no CRC instruction that we use.
#include "runtime/crc32c.hpp"

namespace athanor {

std::optional<std::uint32_t> detail::crc32c_by_instruction(std::span<std::byte const>,
                                                           std::uint32_t) {
    return std::nullopt;
}

std::optional<std::uint32_t> detail::crc32c_by_folding(std::span<std::byte const>, std::uint32_t) {
    return std::nullopt;
}

}  // namespace athanor
