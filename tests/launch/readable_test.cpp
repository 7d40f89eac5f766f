// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/readable.hpp"

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

TEST(Readable, RatesHaveThreeDigits) {
    EXPECT_EQ(readable_rate(0), "0");
    EXPECT_EQ(readable_rate(7.254), "7.25");
    EXPECT_EQ(readable_rate(99.96), "100");
    EXPECT_EQ(readable_rate(999.4), "999");
    EXPECT_EQ(readable_rate(999.6), "1.00 k");
    EXPECT_EQ(readable_rate(12'345'678), "12.3 M");
    EXPECT_EQ(readable_rate(4.2e9), "4.20 G");
    EXPECT_EQ(readable_rate(1.0 / 0.0), "-");
}

TEST(Readable, CountsAreExactUpToAMillion) {
    EXPECT_EQ(readable_count(0), "0");
    EXPECT_EQ(readable_count(999'999), "999999");
    EXPECT_EQ(readable_count(1'234'567), "1.23 M");
}

TEST(Readable, SecondsTakeTheUnitThatFits) {
    EXPECT_EQ(readable_seconds(0.424), "0.42 s");
    EXPECT_EQ(readable_seconds(12.34), "12.3 s");
    EXPECT_EQ(readable_seconds(59.97), "1 min 00 s");
    EXPECT_EQ(readable_seconds(247), "4 min 07 s");
    EXPECT_EQ(readable_seconds(11520), "3 h 12 min");
    EXPECT_EQ(readable_seconds(187200), "2 d 04 h");
    EXPECT_EQ(readable_seconds(-1), "-");
}

TEST(Readable, SharesOfNothingAreADash) {
    EXPECT_EQ(readable_share(1, 4), "25 %");
    EXPECT_EQ(readable_share(5, 4), "100 %");
    EXPECT_EQ(readable_share(0, 0), "-");
}

TEST(Readable, ColumnsAreAlignedAlsoBeyondAscii) {
    EXPECT_EQ(align_columns({{"stage", "µs/atom"}, {"relax", "1"}, {"a·b", "12.5"}}),
              (std::vector<std::string>{"stage  µs/atom", "relax        1", "a·b       12.5"}));
    EXPECT_EQ(cut_to_width("a·bc", 2), "a·");
    EXPECT_EQ(cut_to_width("abc", 5), "abc");
}

}  // namespace
}  // namespace athanor::test
