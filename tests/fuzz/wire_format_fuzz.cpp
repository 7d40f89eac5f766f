// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Messages of a channel. The first byte says whether the checksum is made right before decoding,
/// for else nothing but the checksum would ever be looked at.
#include <cstring>
#include <span>

#include "comm/wire_format.hpp"
#include "runtime/crc32c.hpp"
#include "runtime/error.hpp"
#include "runtime/packed_samples.hpp"
#include "runtime/sample_packer.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "tests/support/samples.hpp"

namespace athanor::test {
namespace {

std::string message(int systems, EdgeRows edges) {
    Batch batch(rich_schema(), {systems + 1, 64, 64});
    std::vector<SystemIndex> all;
    for (int s = 0; s < systems; ++s)
        all.push_back(batch.append(random_sample(rich_schema(), s, 1 + s, s, 7U + s)));
    MessageHeader header;
    header.edge = EdgeId{2};
    header.sequence = 5;
    header.schema_fingerprint = rich_schema()->fingerprint();
    header.counts = count_packed(batch, all, edges);
    header.end_of_stream = systems == 0;
    header.payload_bytes = packed_bytes(*rich_schema(), header.counts);
    // Aligned as pack_samples() wants it.
    std::vector<std::max_align_t> room(header.payload_bytes / sizeof(std::max_align_t) + 1);
    std::span<std::byte> const payload(reinterpret_cast<std::byte*>(room.data()),
                                       header.payload_bytes);
    if (systems > 0) pack_samples(*rich_schema(), batch, all, payload, edges);
    std::string text(1 + message_header_bytes, '\1');
    encode_header(header, payload, std::as_writable_bytes(std::span(text).subspan(1)));
    text.append(reinterpret_cast<char const*>(payload.data()), payload.size());
    return text;
}

/// The checksum that the rest of the message has.
void make_right(std::span<std::byte> message) {
    if (message.size() < message_header_bytes) return;
    std::uint32_t const sum =
        crc32c(message.subspan(message_header_bytes), crc32c(message.first(60)));
    std::memcpy(message.data() + 60, &sum, 4);
}

void take_in(MessageHeader const& header, std::span<std::byte const> payload) {
    PackedSamples const samples(rich_schema(), header.counts, payload);
    check(samples.system_count() == static_cast<int>(header.counts.systems), "systems differ");
    Batch batch(rich_schema(), {8, 64, 64});
    for (int k = 0; k < samples.system_count(); ++k) {
        check(samples.atom_count(k) >= 0 && samples.edge_count(k) >= 0, "a count is negative");
        if (batch.fits(samples.atom_count(k), samples.edge_count(k))) samples.append_to(batch, k);
    }
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
    return {message(0, EdgeRows::travel), message(1, EdgeRows::travel),
            message(4, EdgeRows::travel), message(3, EdgeRows::stay)};
}

}  // namespace athanor::test

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace athanor;
    if (size == 0) return 0;
    // Aligned as slots are, and as long as the message: what is read behind its end is seen.
    std::vector<std::byte> bytes(reinterpret_cast<std::byte const*>(data + 1),
                                 reinterpret_cast<std::byte const*>(data + size));
    if (data[0] % 4 != 0) test::make_right(bytes);
    auto const all = std::span<std::byte const>(bytes);
    auto const split = std::min(bytes.size(), message_header_bytes);
    static std::uint64_t const fingerprint = test::rich_schema()->fingerprint();
    try {
        MessageHeader const header =
            decode_message(all.first(split), all.subspan(split), {EdgeId{2}, 5, fingerprint});
        test::check(header.payload_bytes <= bytes.size() - split,
                    "the payload is longer than it is");
        test::take_in(header, all.subspan(split).first(header.payload_bytes));
    } catch (Error const&) {
    }
    return 0;
}
