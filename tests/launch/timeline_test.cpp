// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/timeline.hpp"

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

/// One instance that makes 100 steps a second.
std::vector<StageFigures> after(double seconds) {
    return {{.name = "relax",
             .steps = static_cast<std::int64_t>(100 * seconds + 0.5),
             .seconds = seconds}};
}

TEST(Timeline, PointsAreDueAnIntervalApart) {
    Timeline timeline(0.5);
    EXPECT_TRUE(timeline.due(0.0));
    timeline.add(0.25, after(0.25));

    EXPECT_FALSE(timeline.due(0.5));
    EXPECT_TRUE(timeline.due(0.75));
}

TEST(Timeline, AFullOneKeepsEverySecondPointAndDoublesTheInterval) {
    Timeline timeline(1.0, 4);
    for (int second : {0, 1, 2, 3}) timeline.add(second, after(second));

    timeline.add(4, after(4));

    EXPECT_EQ(timeline.interval_seconds(), 2.0);
    ASSERT_EQ(timeline.points().size(), 3U);
    for (std::size_t k = 0; k < 3; ++k) {
        EXPECT_EQ(timeline.points()[k].seconds, 2.0 * static_cast<double>(k));
        ASSERT_EQ(timeline.points()[k].instances.size(), 1U);
        EXPECT_EQ(timeline.points()[k].instances[0].steps, 200 * static_cast<std::int64_t>(k));
    }
}

TEST(Timeline, OfAnyLengthHasABoundedNumberOfPointsFromTheFirstMomentToTheLast) {
    Timeline timeline(1.0, 16);
    double last = 0.0;
    for (int second = 0; second < 100'000; ++second)
        if (timeline.due(second)) timeline.add(last = second, after(second));

    auto const& points = timeline.points();
    EXPECT_LE(points.size(), 16U);
    EXPECT_GE(points.size(), 8U);
    EXPECT_EQ(points.front().seconds, 0.0);
    EXPECT_EQ(points.back().seconds, last);
    for (std::size_t k = 1; k < points.size(); ++k) {
        EXPECT_GE(points[k].seconds - points[k - 1].seconds, timeline.interval_seconds());
        EXPECT_EQ(points[k].instances[0].steps,
                  static_cast<std::int64_t>(100 * points[k].seconds + 0.5));
    }
}

}  // namespace
}  // namespace athanor::test
