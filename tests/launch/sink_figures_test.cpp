// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/sink_figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace athanor::test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;

Config two_sinks() {
    Config config;
    config.sinks["done"] = ZarrSinkSpec{.url = "done.zarr"};
    config.sinks["trajectory"] = ExtxyzSpec{};
    return config;
}

TEST(SinkFigures, OfAllRanksComeBySinkAndThenByRank) {
    SinkFigures const a{1, 0, 5, 0.5}, b{0, 1, 7, 0.25}, c{1, 1, 9, 0.0};

    auto const joined = join_sinks({to_bytes({a}), to_bytes({c, b}), to_bytes({})});

    EXPECT_THAT(joined, ElementsAre(b, a, c));
    EXPECT_EQ(sink_name(a, two_sinks()), "trajectory");
}

TEST(SinkFigures, TheTableSaysForHowLongStepsWaited) {
    EXPECT_EQ(sink_table({{0, 1, 85, 0.0}, {1, 0, 1200, 2.5}}, two_sinks(), 10.0),
              "Sinks\n"
              "  sink        rank  rows  steps waited  share\n"
              "  done           1    85        0.00 s    0 %\n"
              "  trajectory     0  1200        2.50 s   25 %\n");
    EXPECT_EQ(sink_table({}, two_sinks(), 10.0), "");
}

TEST(SinkFigures, TheTableNamesSinksThatLeaveNothing) {
    Config config = two_sinks();
    config.sinks["done"] = ZarrSinkSpec{.url = "memory://done"};
    config.sinks["kept"] = HostMemorySpec{};

    auto const text = sink_table({{0, 0, 1, 0.0}, {1, 0, 1, 0.0}, {2, 0, 1, 0.0}}, config, 1.0);

    EXPECT_THAT(text, EndsWith("Rows of done, kept were in memory and are gone now\n"));
}

}  // namespace
}  // namespace athanor::test
