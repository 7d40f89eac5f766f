// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/ids.hpp"
#include "runtime/packed_layout.hpp"

namespace athanor {

class RunningChecksum;

/// The wire format in numbers; WIRE_FORMAT.md says it in words. Encoding and decoding do no I/O.
inline constexpr std::uint64_t wire_magic =
    0x4753'4d4e'4148'5441ULL;  ///< "ATHANMSG", low byte first
inline constexpr std::uint32_t wire_version = 1;
inline constexpr std::size_t message_header_bytes = 64;
inline constexpr std::size_t checked_header_bytes = 60;  ///< all but the checksum

/// What stands in front of every message's packed samples.
struct MessageHeader {
    EdgeId edge{0};
    std::uint64_t sequence = 0;  ///< 0, 1, 2 ... along one edge
    std::uint64_t schema_fingerprint = 0;
    std::uint64_t payload_bytes = 0;
    PackedCounts counts;
    bool end_of_stream = false;  ///< nothing follows this message on its edge
    bool operator==(MessageHeader const&) const = default;
};

/// What the next message of an edge must say, or it is refused.
struct ExpectedMessage {
    EdgeId edge{0};
    std::uint64_t sequence = 0;
    std::uint64_t schema_fingerprint = 0;
};

/// Writes `header`, with the checksum over itself and `payload`, to the first message_header_bytes
/// of `out`. The two may lie apart. Expects: header.payload_bytes is the payload's size.
void encode_header(MessageHeader const& header, std::span<std::byte const> payload,
                   std::span<std::byte> out);

/// The same in two steps, for a payload whose checksum is taken while it is written: begin_header()
/// returns the checksum to continue over the payload, seal_header() puts the whole one in.
[[nodiscard]] std::uint32_t begin_header(MessageHeader const& header, std::span<std::byte> out);
void seal_header(std::span<std::byte> out, std::uint32_t checksum);

/// Reads what arrived: `header` may be shorter than a header, `payload` than the header says.
/// Throws: CampaignError, one message per cause: truncated, no message of ours, another version,
///         damaged (checksum), another schema, another edge, repeated, missing.
[[nodiscard]] MessageHeader decode_message(std::span<std::byte const> header,
                                           std::span<std::byte const> payload,
                                           ExpectedMessage const& expected);
/// The same, where `checksum` may have taken the beginning of the payload already.
[[nodiscard]] MessageHeader decode_message(std::span<std::byte const> header,
                                           std::span<std::byte const> payload,
                                           ExpectedMessage const& expected,
                                           RunningChecksum& checksum);

}  // namespace athanor
