// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace athanor {

/// CRC-32C (Castagnoli: reflected polynomial 0x82f63b78, all ones in and out) of `bytes`,
/// continuing from the checksum of the bytes before them; 0 starts afresh. Uses the processor's
/// instruction where there is one. Check value: crc32c("123456789") is 0xe3069283.
/// Source: RFC 3720, appendix B.4.
[[nodiscard]] std::uint32_t crc32c(std::span<std::byte const> bytes, std::uint32_t before = 0);

namespace detail {

/// The same by tables alone, on every processor.
[[nodiscard]] std::uint32_t crc32c_by_table(std::span<std::byte const> bytes,
                                            std::uint32_t before = 0);
/// The same by the SSE4.2 instruction; nothing where this build or this processor lacks it.
[[nodiscard]] std::optional<std::uint32_t> crc32c_by_instruction(std::span<std::byte const> bytes,
                                                                 std::uint32_t before = 0);
/// The same by products without carries of 512 bits (AVX-512 and VPCLMULQDQ), two to three times as
/// fast for kilobytes and more; nothing where this build or this processor lacks them.
[[nodiscard]] std::optional<std::uint32_t> crc32c_by_folding(std::span<std::byte const> bytes,
                                                             std::uint32_t before = 0);

}  // namespace detail
}  // namespace athanor
