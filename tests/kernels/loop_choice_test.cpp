// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/loop_choice.hpp"

#include <array>

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

/// A machine on which each way has its cost, and more in the first calls after another way.
template <int ways>
struct Machine {
    explicit Machine(std::array<double, ways> costs, double waking_cost = 0.0)
        : cost(costs), waking(waking_cost) {}

    std::array<double, ways> cost;
    double waking;

    /// How often each way was taken in so many calls.
    std::array<int, ways> run(LoopChoice<ways>& choice, int count, double work = 100.0) {
        std::array<int, ways> taken{};
        for (int k = 0; k < count; ++k) {
            int const way = choice.way();
            ++taken[static_cast<std::size_t>(way)];
            double const extra = way == last_ ? 0.0 : waking;
            last_ = way;
            choice.took((cost[static_cast<std::size_t>(way)] + extra) * work, work);
        }
        return taken;
    }

private:
    int last_ = -1;
};

TEST(LoopChoice, TakesTheCheapestWayAndLooksAtTheOthersLessAndLess) {
    for (int cheapest = 0; cheapest < 3; ++cheapest) {
        Machine<3> machine({2.0, 2.0, 2.0});
        machine.cost[static_cast<std::size_t>(cheapest)] = 1.0;
        LoopChoice<3> choice;

        EXPECT_EQ(machine.run(choice, 18), (std::array<int, 3>{6, 6, 6}));
        auto const taken = machine.run(choice, 20000);

        for (int w = 0; w < 3; ++w)
            if (w == cheapest)
                EXPECT_GE(taken[static_cast<std::size_t>(w)], 19700);
            else
                EXPECT_GE(taken[static_cast<std::size_t>(w)], 18) << "three looks at least";
    }
}

TEST(LoopChoice, ChangesItsMindWhenTheWorkDoes) {
    LoopChoice<2> choice;
    Machine<2> machine({1.0, 2.0});
    machine.run(choice, 500);
    EXPECT_EQ(choice.way(), 0);

    machine.cost = {3.0, 1.0};
    machine.run(choice, 5000);

    EXPECT_EQ(choice.way(), 1);
}

TEST(LoopChoice, DoesNotCountWhatAWayCostsToBeginWith) {
    LoopChoice<2> choice;
    Machine<2> machine({1.0, 0.8}, 50.0);

    auto const taken = machine.run(choice, 1000);

    EXPECT_GT(taken[1], 900) << "threads that sleep must wake up before they are fast";
}

TEST(LoopChoice, ComparesWaysPerUnitOfWork) {
    LoopChoice<2> choice;
    for (int k = 0; k < 6; ++k) choice.took(10.0, 100.0);
    for (int k = 0; k < 6; ++k) choice.took(9.0, 10.0);

    EXPECT_EQ(choice.way(), 0) << "0.1 against 0.9 for a unit";
    choice.took(5.0, 0.0);
    EXPECT_EQ(choice.way(), 0) << "no work says nothing";
}

}  // namespace
}  // namespace athanor::test
