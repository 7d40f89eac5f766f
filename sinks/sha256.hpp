// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace athanor {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// SHA-256. Source: FIPS 180-4, section 6.2.
[[nodiscard]] Sha256Digest sha256(std::span<std::byte const> bytes);
[[nodiscard]] Sha256Digest sha256(std::string_view text);

/// HMAC with SHA-256. Source: RFC 2104.
[[nodiscard]] Sha256Digest hmac_sha256(std::span<std::uint8_t const> key, std::string_view text);
[[nodiscard]] Sha256Digest hmac_sha256(std::string_view key, std::string_view text);

/// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string to_hex(Sha256Digest const& digest);

}  // namespace athanor
