// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/running_checksum.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "runtime/crc32c.hpp"

namespace athanor {
namespace {

struct Message {
    explicit Message(std::size_t payload_bytes)
        : header(message_header_bytes), payload(payload_bytes) {
        for (std::size_t i = 0; i < header.size(); ++i) header[i] = std::byte(i);
        for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = std::byte(i * 7 + i / 256);
    }
    [[nodiscard]] std::span<std::byte const> first(std::size_t bytes) const {
        return std::span(payload).first(bytes);
    }
    [[nodiscard]] std::uint32_t checksum() const {
        return crc32c(payload, crc32c(std::span(header).first(checked_header_bytes)));
    }
    std::vector<std::byte> header;
    std::vector<std::byte> payload;
};

TEST(RunningChecksum, InPiecesIsThatOfTheWhole) {
    Message message(1000);
    RunningChecksum checksum;

    for (std::size_t bytes : {1, 64, 64, 700}) checksum.take(message.header, message.first(bytes));

    message.header[63] = std::byte{9};  // its checksum comes last
    EXPECT_EQ(checksum.finish(message.header, message.payload), message.checksum());
}

TEST(RunningChecksum, OfOneMessageAfterTheOther) {
    Message const one(300), other(70);
    RunningChecksum checksum;

    checksum.take(one.header, one.first(256));
    EXPECT_EQ(checksum.finish(one.header, one.payload), one.checksum());
    EXPECT_EQ(checksum.finish(other.header, other.payload), other.checksum());
    EXPECT_EQ(checksum.finish(one.header, {}), crc32c(std::span(one.header).first(60)));
}

TEST(RunningChecksum, BeginsAnewWhereTheHeaderChangedOrThePayloadIsShorterThanWhatItTook) {
    Message one(300), other(300);
    other.header[16] = std::byte{1};
    other.payload[3] = std::byte{99};
    RunningChecksum checksum;

    checksum.take(one.header, one.first(200));
    EXPECT_EQ(checksum.finish(other.header, other.payload), other.checksum());

    checksum.take(one.header, one.first(200));
    one.payload.resize(100);
    one.payload[3] = std::byte{98};
    EXPECT_EQ(checksum.finish(one.header, one.payload), one.checksum());
}

TEST(RunningChecksum, WhatWasTakenIsNotReadAgain) {
    Message message(300);
    std::uint32_t const right = message.checksum();
    RunningChecksum checksum;
    checksum.take(message.header, message.first(200));

    message.payload[100] ^= std::byte{1};

    EXPECT_EQ(checksum.finish(message.header, message.payload), right);
}

}  // namespace
}  // namespace athanor
