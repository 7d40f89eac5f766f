// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/loop_choice.hpp"

#include <array>

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

/// How often each way was taken in so many calls.
std::array<int, 2> calls(LoopChoice& choice, int count, std::array<double, 2> cost,
                         double work = 100.0) {
    std::array<int, 2> taken{0, 0};
    for (int k = 0; k < count; ++k) {
        int const way = choice.way();
        ++taken[static_cast<std::size_t>(way)];
        choice.took(way, cost[static_cast<std::size_t>(way)] * work, work);
    }
    return taken;
}

TEST(LoopChoice, TakesTheCheaperWayAndLooksAtTheOtherLessAndLess) {
    for (int const cheaper : {0, 1}) {
        LoopChoice choice;
        std::array<double, 2> cost{2.0, 2.0};
        cost[static_cast<std::size_t>(cheaper)] = 1.0;

        auto const first = calls(choice, 2, cost);
        EXPECT_EQ(first, (std::array<int, 2>{1, 1}));
        auto const taken = calls(choice, 10000, cost);

        EXPECT_LE(taken[static_cast<std::size_t>(1 - cheaper)], 8);
        EXPECT_GE(taken[static_cast<std::size_t>(1 - cheaper)], 3);
    }
}

TEST(LoopChoice, ChangesItsMindWhenTheWorkDoes) {
    LoopChoice choice;
    calls(choice, 500, {1.0, 2.0});

    calls(choice, 5000, {3.0, 1.0});

    EXPECT_EQ(choice.way(), 1);
    auto const taken = calls(choice, 60, {3.0, 1.0});
    EXPECT_GE(taken[1], 59);
}

TEST(LoopChoice, ComparesWaysPerUnitOfWork) {
    LoopChoice choice;
    choice.took(0, 10.0, 100.0);
    choice.took(1, 9.0, 10.0);

    EXPECT_EQ(choice.way(), 0) << "0.1 against 0.9 for a unit";
    choice.took(0, 5.0, 0.0);
    EXPECT_EQ(choice.way(), 0) << "no work says nothing";
}

}  // namespace
}  // namespace athanor::test
