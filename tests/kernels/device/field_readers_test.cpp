// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/field_readers.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

using Bits = FieldReaders::Bits;

bool reads(FieldReaders const& readers, Bits whose, int field) {
    return ReadFields{&readers, whose}.has(FieldIndex{field});
}

TEST(FieldReaders, SomeReadTogetherWhatOneOfThemReads) {
    FieldReaders readers(4);
    EXPECT_EQ(readers.everyone(), Bits{0});
    EXPECT_TRUE(readers.all_read(FieldIndex{3})) << "nobody does not";

    Bits const a = readers.add({true, false, false, true});
    Bits const b = readers.add({true, true, false, false});

    EXPECT_EQ(readers.everyone(), a | b);
    for (int f = 0; f < 4; ++f) {
        EXPECT_EQ(reads(readers, a, f), f == 0 || f == 3) << f;
        EXPECT_EQ(reads(readers, b, f), f == 0 || f == 1) << f;
        EXPECT_EQ(reads(readers, a | b, f), f != 2) << f;
        EXPECT_FALSE(reads(readers, 0, f)) << f;
        EXPECT_TRUE(ReadFields{}.has(FieldIndex{f})) << f;
        EXPECT_EQ(readers.all_read(FieldIndex{f}), f == 0) << f;
    }
}

TEST(FieldReaders, WhoReadsTheSameIsTheSameReader) {
    FieldReaders readers(3);
    Bits const none = readers.add({false, false, false});
    Bits const one = readers.add({false, true, false});

    EXPECT_EQ(readers.add({false, true, false}), one);
    EXPECT_EQ(readers.add({false, false, false}), none);
    EXPECT_NE(none, one);
    EXPECT_EQ(readers.everyone(), none | one);
}

TEST(FieldReaders, BeyondSixtyFourTheyShareTheLastAndReadMore) {
    constexpr int fields = 70;
    FieldReaders readers(fields);
    std::vector<Bits> bits;
    for (int k = 0; k < fields; ++k) {
        std::vector<bool> only(fields);
        only[static_cast<std::size_t>(k)] = true;
        bits.push_back(readers.add(only));
    }

    EXPECT_EQ(readers.everyone(), ~Bits{0});
    for (int k = 0; k < fields; ++k)
        for (int f = 0; f < fields; ++f)
            EXPECT_EQ(reads(readers, bits[static_cast<std::size_t>(k)], f),
                      f == k || (k >= 63 && f >= 63))
                << k << " " << f;
}

}  // namespace
}  // namespace athanor::test
