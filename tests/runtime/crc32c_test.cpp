// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/crc32c.hpp"

#include <optional>
#include <random>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

std::span<std::byte const> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(Crc32c, HasThePublishedCheckValue) {
    EXPECT_EQ(crc32c(bytes_of("123456789")), 0xe3069283U);
    EXPECT_EQ(detail::crc32c_by_table(bytes_of("123456789")), 0xe3069283U);
    if (auto const crc = detail::crc32c_by_instruction(bytes_of("123456789"))) {
        EXPECT_EQ(*crc, 0xe3069283U);
    }
}

// RFC 3720, appendix B.4, whose bytes are the values below in reverse.
TEST(Crc32c, HasTheValuesOfRfc3720) {
    std::vector<std::byte> bytes(32, std::byte{0});
    EXPECT_EQ(crc32c(bytes), 0x8a9136aaU);
    EXPECT_EQ(detail::crc32c_by_table(bytes), 0x8a9136aaU);
    bytes.assign(32, std::byte{0xff});
    EXPECT_EQ(crc32c(bytes), 0x62a8ab43U);
    for (int i = 0; i < 32; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<std::byte>(i);
    EXPECT_EQ(crc32c(bytes), 0x46dd794eU);
    EXPECT_EQ(detail::crc32c_by_table(bytes), 0x46dd794eU);
}

using ByProcessor = std::optional<std::uint32_t> (*)(std::span<std::byte const>, std::uint32_t);

void expect_agreement_with_the_table(ByProcessor by_processor) {
    std::mt19937 random(5);
    std::vector<std::byte> bytes(20000);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());

    for (std::size_t length = 0; length < 3000; ++length) {
        auto const part = std::span<std::byte const>(bytes).subspan(length % 17, length);
        ASSERT_EQ(by_processor(part, 77), detail::crc32c_by_table(part, 77)) << length;
    }
    EXPECT_EQ(by_processor(bytes, 0), detail::crc32c_by_table(bytes));
}

TEST(Crc32c, InstructionAndTableAgreeForEveryLengthAndAlignment) {
    if (!detail::crc32c_by_instruction({}))
        GTEST_SKIP() << "this processor has no such instruction";
    expect_agreement_with_the_table(detail::crc32c_by_instruction);
}

TEST(Crc32c, FoldingAndTableAgreeForEveryLengthAndAlignment) {
    if (!detail::crc32c_by_folding({})) GTEST_SKIP() << "this processor has no VPCLMULQDQ";
    expect_agreement_with_the_table(detail::crc32c_by_folding);
}

TEST(Crc32c, ContinuesFromTheBytesBefore) {
    EXPECT_EQ(crc32c(bytes_of("6789"), crc32c(bytes_of("12345"))), 0xe3069283U);
}

}  // namespace
}  // namespace athanor::test
