// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/wire_format.hpp"

#include <bit>
#include <cstddef>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "comm/running_checksum.hpp"
#include "runtime/crc32c.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

/// The 64 bytes as they travel. Magic and version keep their places in every version to come.
struct RawHeader {
    std::uint64_t magic;
    std::uint32_t version;
    std::int32_t edge;
    std::uint64_t sequence;
    std::uint64_t schema_fingerprint;
    std::uint64_t payload_bytes;
    std::uint32_t systems;
    std::uint32_t atoms;
    std::uint32_t edges;
    std::uint32_t text_bytes;
    std::uint32_t flags;
    std::uint32_t checksum;
};
static_assert(sizeof(RawHeader) == message_header_bytes);
static_assert(std::endian::native == std::endian::little, "numbers travel low byte first");

constexpr std::uint32_t flag_end_of_stream = 1;
static_assert(checked_header_bytes == offsetof(RawHeader, checksum));

[[noreturn]] void refuse(ExpectedMessage const& expected, std::string const& why) {
    throw CampaignError(
        fmt::format("channel {}, message {}: {}", expected.edge.value(), expected.sequence, why));
}

/// Is it whole, is it ours, is it undamaged? The version comes before whatever may differ by
/// version.
void check_bytes(RawHeader const& raw, std::span<std::byte const> header,
                 std::span<std::byte const> payload, ExpectedMessage const& expected,
                 RunningChecksum& checksum) {
    if (raw.magic != wire_magic)
        refuse(expected,
               fmt::format("no message of Athanor arrived (it begins with {:#018x})", raw.magic));
    if (raw.version != wire_version)
        refuse(expected, fmt::format("the sender speaks version {} of the wire format, this rank "
                                     "version {}; run the same "
                                     "build of athanor on all ranks",
                                     raw.version, wire_version));
    if (payload.size() != raw.payload_bytes)
        refuse(expected, fmt::format("truncated: {} bytes of samples arrived, the header says {}",
                                     payload.size(), raw.payload_bytes));
    if (std::uint32_t const found = checksum.finish(header, payload); found != raw.checksum)
        refuse(expected,
               fmt::format("damaged on its way: checksum {:#010x}, the header says {:#010x}", found,
                           raw.checksum));
}

/// Is it the message whose turn it is?
void check_turn(RawHeader const& raw, ExpectedMessage const& expected) {
    if (raw.edge != expected.edge.value())
        refuse(expected, fmt::format("it belongs to channel {}", raw.edge));
    if (raw.schema_fingerprint != expected.schema_fingerprint)
        refuse(expected, fmt::format("the sender's fields differ from ours (schema {:#018x}, here "
                                     "{:#018x}); run the same "
                                     "configuration and input on all ranks",
                                     raw.schema_fingerprint, expected.schema_fingerprint));
    if (raw.sequence < expected.sequence)
        refuse(expected, fmt::format("message {} came a second time", raw.sequence));
    if (raw.sequence > expected.sequence)
        refuse(expected, fmt::format("it is missing, message {} came instead", raw.sequence));
}

}  // namespace

std::uint32_t begin_header(MessageHeader const& header, std::span<std::byte> out) {
    ATHANOR_EXPECTS(out.size() >= message_header_bytes);
    RawHeader raw{};
    raw.magic = wire_magic;
    raw.version = wire_version;
    raw.edge = header.edge.value();
    raw.sequence = header.sequence;
    raw.schema_fingerprint = header.schema_fingerprint;
    raw.payload_bytes = header.payload_bytes;
    raw.systems = header.counts.systems;
    raw.atoms = header.counts.atoms;
    raw.edges = header.counts.edges;
    raw.text_bytes = header.counts.text_bytes;
    raw.flags = header.end_of_stream ? flag_end_of_stream : 0;
    std::memcpy(out.data(), &raw, sizeof raw);
    return crc32c(out.first(checked_header_bytes));
}

void seal_header(std::span<std::byte> out, std::uint32_t checksum) {
    ATHANOR_EXPECTS(out.size() >= message_header_bytes);
    std::memcpy(out.data() + checked_header_bytes, &checksum, sizeof checksum);
}

void encode_header(MessageHeader const& header, std::span<std::byte const> payload,
                   std::span<std::byte> out) {
    ATHANOR_EXPECTS(header.payload_bytes == payload.size());
    seal_header(out, crc32c(payload, begin_header(header, out)));
}

MessageHeader decode_message(std::span<std::byte const> header, std::span<std::byte const> payload,
                             ExpectedMessage const& expected) {
    RunningChecksum afresh;
    return decode_message(header, payload, expected, afresh);
}

MessageHeader decode_message(std::span<std::byte const> header, std::span<std::byte const> payload,
                             ExpectedMessage const& expected, RunningChecksum& checksum) {
    if (header.size() < message_header_bytes)
        refuse(expected, fmt::format("truncated: {} bytes arrived, a header alone has {}",
                                     header.size(), message_header_bytes));
    RawHeader raw;
    std::memcpy(&raw, header.data(), sizeof raw);
    check_bytes(raw, header, payload, expected, checksum);
    check_turn(raw, expected);
    MessageHeader decoded;
    decoded.edge = EdgeId{raw.edge};
    decoded.sequence = raw.sequence;
    decoded.schema_fingerprint = raw.schema_fingerprint;
    decoded.payload_bytes = raw.payload_bytes;
    decoded.counts = {raw.systems, raw.atoms, raw.edges, raw.text_bytes};
    decoded.end_of_stream = (raw.flags & flag_end_of_stream) != 0;
    return decoded;
}

}  // namespace athanor
