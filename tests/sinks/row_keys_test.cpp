// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/row_keys.hpp"

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

TEST(RowKeys, EachPartOfAKeyCounts) {
    RowKeys keys;
    RowKey const key{5, 1, 100, RowKind::frame};

    EXPECT_TRUE(keys.insert(key));

    EXPECT_FALSE(keys.insert(key));
    EXPECT_TRUE(keys.insert({6, 1, 100, RowKind::frame}));
    EXPECT_TRUE(keys.insert({5, 2, 100, RowKind::frame}));
    EXPECT_TRUE(keys.insert({5, 1, 101, RowKind::frame}));
    EXPECT_TRUE(keys.insert({5, 1, 100, RowKind::graduated}));
    EXPECT_EQ(keys.size(), 5U);
    EXPECT_FALSE(keys.contains({7, 1, 100, RowKind::frame}));
}

TEST(RowKeys, GrowsWithoutLosingOne) {
    RowKeys keys;
    for (int step = 0; step < 300; ++step)
        for (int id = 0; id < 300; ++id) EXPECT_TRUE(keys.insert({id, 0, step, RowKind::frame}));

    EXPECT_EQ(keys.size(), 90000U);
    for (int step = 0; step < 300; ++step)
        for (int id = 0; id < 300; ++id) EXPECT_TRUE(keys.contains({id, 0, step, RowKind::frame}));
}

}  // namespace
}  // namespace athanor::test
