// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/wire_format.hpp"

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/crc32c.hpp"
#include "runtime/error.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

MessageHeader header_of_three() {
    MessageHeader header;
    header.edge = EdgeId{4};
    header.sequence = 17;
    header.schema_fingerprint = 0x1122334455667788ULL;
    header.payload_bytes = 96;
    header.counts = {3, 5, 7, 11};
    header.end_of_stream = true;
    return header;
}

/// A sealed message of 96 payload bytes, to be read back or broken.
struct Message {
    std::vector<std::byte> bytes = std::vector<std::byte>(message_header_bytes + 96);
    ExpectedMessage expected{EdgeId{4}, 17, 0x1122334455667788ULL};

    Message() {
        for (std::size_t i = 0; i < 96; ++i)
            bytes[message_header_bytes + i] = static_cast<std::byte>(i * 3);
        encode_header(header_of_three(), payload(), bytes);
    }
    [[nodiscard]] std::span<std::byte const> payload() const {
        return std::span(bytes).subspan(message_header_bytes);
    }
    template <class T>
    void put(std::size_t at, T value) {
        std::memcpy(bytes.data() + at, &value, sizeof value);
    }
    /// A wrong header whose checksum is right, as a mistaken peer would send it.
    void seal_again() {
        put(60, crc32c(payload(), crc32c(std::span<std::byte const>(bytes).first(60))));
    }
    [[nodiscard]] std::string refusal() const {
        std::size_t const header_bytes = std::min(bytes.size(), message_header_bytes);
        try {
            static_cast<void>(decode_message(std::span(bytes).first(header_bytes),
                                             std::span(bytes).subspan(header_bytes), expected));
        } catch (CampaignError const& error) {
            return error.what();
        }
        return "accepted";
    }
};

TEST(WireFormat, AHeaderComesBackAsItWasWritten) {
    Message const message;

    auto const header = decode_message(std::span(message.bytes).first(message_header_bytes),
                                       message.payload(), message.expected);

    EXPECT_EQ(header, header_of_three());
}

// The worked example of WIRE_FORMAT.md.
TEST(WireFormat, HasTheDocumentedBytes) {
    MessageHeader header;
    header.edge = EdgeId{2};
    header.sequence = 5;
    header.schema_fingerprint = 0x0807060504030201ULL;
    header.end_of_stream = true;
    std::vector<std::byte> bytes(message_header_bytes);

    encode_header(header, {}, bytes);

    std::string hex;
    for (std::byte byte : bytes) {
        char pair[3];
        std::snprintf(pair, sizeof pair, "%02x", std::to_integer<unsigned>(byte));
        hex += pair;
    }
    EXPECT_EQ(hex,
              "415448414e4d5347"
              "01000000"
              "02000000"
              "0500000000000000"
              "0102030405060708"
              "0000000000000000"
              "00000000"
              "00000000"
              "00000000"
              "00000000"
              "01000000"
              "ccac54f6");
}

TEST(WireFormat, AnotherVersionIsRefusedWithBothVersions) {
    Message message;
    message.put(8, std::uint32_t{2});

    EXPECT_THAT(message.refusal(),
                HasSubstr("the sender speaks version 2 of the wire format, this rank version 1"));
}

TEST(WireFormat, BytesOfSomethingElseAreRefused) {
    Message message;
    message.put(0, std::uint64_t{1});
    EXPECT_THAT(message.refusal(), HasSubstr("no message of Athanor"));
}

TEST(WireFormat, AnotherSchemaIsRefused) {
    Message message;
    message.expected.schema_fingerprint = 1;
    EXPECT_THAT(message.refusal(), HasSubstr("the sender's fields differ from ours"));
}

TEST(WireFormat, AnotherEdgeIsRefused) {
    Message message;
    message.expected.edge = EdgeId{5};
    EXPECT_THAT(message.refusal(), HasSubstr("channel 5, message 17: it belongs to channel 4"));
}

TEST(WireFormat, RepeatedAndMissingMessagesAreRefused) {
    Message message;
    message.expected.sequence = 18;
    EXPECT_THAT(message.refusal(), HasSubstr("message 17 came a second time"));
    message.expected.sequence = 16;
    EXPECT_THAT(message.refusal(), HasSubstr("it is missing, message 17 came instead"));
}

TEST(WireFormat, EveryTruncationIsDetected) {
    for (std::size_t kept = 0; kept < message_header_bytes + 96; ++kept) {
        Message message;
        message.bytes.resize(kept);
        ASSERT_THAT(message.refusal(), HasSubstr("truncated")) << kept;
    }
}

TEST(WireFormat, EveryFlippedBitIsDetected) {
    for (std::size_t bit = 0; bit < 8 * (message_header_bytes + 96); ++bit) {
        Message message;
        message.bytes[bit / 8] ^= std::byte{1} << (bit % 8);
        ASSERT_NE(message.refusal(), "accepted") << bit;
    }
}

TEST(WireFormat, RandomBytesNeverPass) {
    std::mt19937 random(3);
    for (int trial = 0; trial < 2000; ++trial) {
        Message message;
        message.bytes.resize(random() % 200);
        for (std::byte& byte : message.bytes) byte = static_cast<std::byte>(random());
        ASSERT_NE(message.refusal(), "accepted");
    }
}

}  // namespace
}  // namespace athanor::test
