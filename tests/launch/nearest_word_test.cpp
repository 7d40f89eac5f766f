// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/nearest_word.hpp"

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
    EXPECT_EQ(edit_distance("seed", "seed"), 0);
    EXPECT_EQ(edit_distance("sed", "seed"), 1);
    EXPECT_EQ(edit_distance("seeds", "seed"), 1);
    EXPECT_EQ(edit_distance("sead", "seed"), 1);
    EXPECT_EQ(edit_distance("sede", "seed"), 1);
    EXPECT_EQ(edit_distance("Seed", "seed"), 0);
    EXPECT_EQ(edit_distance("", "seed"), 4);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
}

TEST(NearestWord, IsTheOneThatWasMeant) {
    EXPECT_EQ(nearest_word("bufers", {"sampler", "buffers", "sinks"}), "buffers");
    EXPECT_EQ(nearest_word("timestep", {"temperature_kelvin", "timestep_fs"}), "timestep_fs");
    EXPECT_EQ(nearest_word("xyzzy", {"sampler", "buffers"}), "");
    EXPECT_EQ(nearest_word("", {"a"}), "");
    EXPECT_EQ(nearest_word(std::string(100000, 'a'), {"a"}), "");
}

TEST(KnownWords, ReadAsASentence) {
    EXPECT_EQ(any_of_words({}), "");
    EXPECT_EQ(any_of_words({"a"}), "a");
    EXPECT_EQ(any_of_words({"a", "b"}), "a or b");
    EXPECT_EQ(any_of_words({"a", "b", "c"}), "a, b or c");
    EXPECT_EQ(known_words("cpuu", {"auto", "cpu"}), "auto or cpu (nearest: cpu)");
}

}  // namespace
}  // namespace athanor::test
