// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/loop_liveness.hpp"

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

constexpr Seconds timeout{2.0};

/// So many seconds after the start of a test; no test waits.
SteadyTime at(double seconds) {
    return SteadyTime{} +
           std::chrono::duration_cast<std::chrono::steady_clock::duration>(Seconds(seconds));
}

TEST(LoopLiveness, ALoopThatMovesIsNeverStuck) {
    LoopLiveness loop(timeout, at(0));
    for (int k = 1; k < 100; ++k)
        EXPECT_FALSE(loop.stuck(static_cast<std::uint64_t>(k / 10), Seconds(0), at(0.1 * k)));
}

TEST(LoopLiveness, AStepThatComputesForLongerThanTheTimeoutIsNotStuck) {
    LoopLiveness loop(timeout, at(0));
    for (int k = 1; k < 100; ++k)  // a tenth of a core is what a crowded machine leaves
        EXPECT_FALSE(loop.stuck(7, Seconds(0.01 * k), at(0.1 * k))) << k;
}

TEST(LoopLiveness, ALoopThatNeitherMovesNorComputesIsStuckAfterTheTimeout) {
    LoopLiveness loop(timeout, at(0));
    static_cast<void>(loop.stuck(7, Seconds(1), at(0.1)));
    std::optional<double> stuck;
    int looks = 1;
    while (!stuck && looks < 100) {
        ++looks;
        stuck = loop.stuck(7, Seconds(1.0 + 0.0004 * looks), at(0.1 * looks));
    }

    ASSERT_TRUE(stuck);
    EXPECT_NEAR(*stuck, 2.1, 1e-9);
    EXPECT_EQ(looks, 22);
}

TEST(LoopLiveness, NothingToWatchOrAProcessThatSleptBeginsAnew) {
    LoopLiveness loop(timeout, at(0));
    static_cast<void>(loop.stuck(7, Seconds(0), at(0.1)));
    EXPECT_FALSE(loop.stuck(7, Seconds(0), at(60.0)));
    for (int k = 1; k <= 19; ++k) EXPECT_FALSE(loop.stuck(7, Seconds(0), at(60.0 + 0.1 * k)));
    loop.restart(at(62.0));
    for (int k = 1; k <= 19; ++k) EXPECT_FALSE(loop.stuck(7, Seconds(0), at(62.0 + 0.1 * k)));
}

}  // namespace
}  // namespace athanor::test
