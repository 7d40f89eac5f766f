// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/id_ranges.hpp"

#include <random>
#include <set>

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

TEST(IdRanges, NeighboursBecomeARange) {
    IdRanges const ids({7, 3, 1, 2, 3, 9, 8});
    EXPECT_EQ(ids.to_text(), "1-3,7-9");
    EXPECT_EQ(ids.size(), 6);
    EXPECT_EQ(IdRanges({5}).to_text(), "5");
    EXPECT_EQ(IdRanges().to_text(), "");
    EXPECT_FALSE(IdRanges().contains(SampleId{0}));
}

TEST(IdRanges, HoldWhatASetHoldsAlsoAfterATripThroughText) {
    std::mt19937 random(5);
    for (int round = 0; round < 50; ++round) {
        std::set<std::int64_t> wanted;
        std::vector<std::int64_t> ids;
        for (int k = 0; k < 60; ++k) ids.push_back(static_cast<std::int64_t>(random() % 100));
        wanted.insert(ids.begin(), ids.end());
        IdRanges const made(ids);
        IdRanges const read = IdRanges::from_text(made.to_text());
        EXPECT_EQ(made, read);
        EXPECT_EQ(read.size(), static_cast<std::int64_t>(wanted.size()));
        for (std::int64_t id = -1; id <= 100; ++id)
            EXPECT_EQ(read.contains(SampleId{id}), wanted.contains(id)) << id;
    }
}

}  // namespace
}  // namespace athanor::test
