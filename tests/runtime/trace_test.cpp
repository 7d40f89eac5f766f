// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/trace.hpp"

#include <gtest/gtest.h>

#include "tests/support/allocation_count.hpp"

namespace athanor {
namespace {

Trace::TimePoint at(std::int64_t nanoseconds) {
    return Trace::TimePoint(std::chrono::nanoseconds(nanoseconds));
}

TEST(Trace, KeepsRangesInOrderWithNameTimeAndCount) {
    Trace trace({.max_events = 8});
    TraceName const a = trace.add_name("a", TraceCategory::kernel);
    TraceName const b = trace.add_name("b", TraceCategory::channel);

    trace.record(a, at(10), at(14));
    trace.record(b, at(14), at(15), 3);

    auto const events = trace.events();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(trace.text(events[0].name), "a");
    EXPECT_EQ(trace.category(events[0].name), TraceCategory::kernel);
    EXPECT_EQ(events[0].begin, at(10));
    EXPECT_EQ(events[0].duration.count(), 4);
    EXPECT_EQ(events[0].count, 0);
    EXPECT_EQ(trace.text(events[1].name), "b");
    EXPECT_EQ(events[1].count, 3);
    EXPECT_EQ(trace.dropped(), 0);
}

TEST(Trace, ANameIsRegisteredOnceInEachCategory) {
    Trace trace({.max_events = 1});

    TraceName const first = trace.add_name("write", TraceCategory::sink);

    EXPECT_EQ(trace.add_name("write", TraceCategory::sink), first);
    EXPECT_NE(trace.add_name("write", TraceCategory::hook), first);
}

TEST(Trace, WhatFindsNoRoomIsCountedAndStandsInTheSummary) {
    Trace trace({.max_events = 3});
    TraceName const a = trace.add_name("a", TraceCategory::kernel);

    for (std::int64_t k = 0; k < 10; ++k) trace.record(a, at(100 * k), at(100 * k + k + 1));

    EXPECT_EQ(trace.events().size(), 3U);
    EXPECT_EQ(trace.dropped(), 7);
    ASSERT_EQ(trace.summary().size(), 1U);
    EXPECT_EQ(trace.summary()[0].ranges, 10);
    EXPECT_DOUBLE_EQ(trace.summary()[0].total_seconds, 55e-9);
    EXPECT_DOUBLE_EQ(trace.summary()[0].max_seconds, 10e-9);
}

TEST(Trace, ALoopThatWaitsIsOneRangeAlsoWhenThereIsNoRoomForAnother) {
    Trace trace({.max_events = 2});
    TraceName const wait = trace.add_name("wait", TraceCategory::channel, /*joins=*/true);
    TraceName const step = trace.add_name("step", TraceCategory::step, /*joins=*/false);

    for (std::int64_t k = 0; k < 1000; ++k) trace.record(wait, at(k), at(k + 1), 1);
    trace.record(step, at(1000), at(1001));
    trace.record(step, at(1001), at(1002));  // touches the last, but its name does not join
    for (std::int64_t k = 1002; k < 2000; ++k) trace.record(wait, at(k), at(k + 1));

    auto const events = trace.events();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].duration.count(), 1000);
    EXPECT_EQ(events[0].count, 1000);
    EXPECT_EQ(events[1].name, step);
    EXPECT_EQ(trace.dropped(), 2);
    EXPECT_EQ(trace.summary()[0].name, "wait");
    EXPECT_EQ(trace.summary()[0].ranges, 2);
    EXPECT_DOUBLE_EQ(trace.summary()[0].total_seconds, 1998e-9);
}

TEST(Trace, RangesOfAWaitWithAGapBetweenThemStayTwo) {
    Trace trace({.max_events = 8});
    TraceName const wait = trace.add_name("wait", TraceCategory::channel, /*joins=*/true);

    trace.record(wait, at(0), at(5));
    trace.record(wait, at(6), at(7));

    EXPECT_EQ(trace.events().size(), 2U);
}

TEST(Trace, SummaryHasTheFiguresOfEveryNameTheLongestFirst) {
    Trace trace({.max_events = 8});
    TraceName const quick = trace.add_name("quick", TraceCategory::hook);
    TraceName const slow = trace.add_name("slow", TraceCategory::kernel);
    static_cast<void>(trace.add_name("never", TraceCategory::kernel));
    trace.record(quick, at(0), at(1), 2);
    // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, standard deviation 2.
    std::int64_t begin = 10;
    for (std::int64_t const time : {2, 4, 4, 4, 5, 5, 7, 9}) {
        trace.record(slow, at(begin), at(begin + 1000 * time), 1);
        begin += 100000;
    }

    auto const summary = trace.summary();

    ASSERT_EQ(summary.size(), 2U);
    EXPECT_EQ(summary[0].name, "slow");
    EXPECT_EQ(summary[0].ranges, 8);
    EXPECT_EQ(summary[0].samples, 8);
    EXPECT_DOUBLE_EQ(summary[0].total_seconds, 40e-6);
    EXPECT_DOUBLE_EQ(summary[0].mean_seconds, 5e-6);
    EXPECT_DOUBLE_EQ(summary[0].std_seconds, 2e-6);
    EXPECT_DOUBLE_EQ(summary[0].min_seconds, 2e-6);
    EXPECT_DOUBLE_EQ(summary[0].max_seconds, 9e-6);
    EXPECT_EQ(summary[1].name, "quick");
    EXPECT_EQ(summary[1].samples, 2);
    EXPECT_DOUBLE_EQ(summary[1].std_seconds, 0.0);
}

TEST(Trace, RecordsEverySoManyStepsAndAllBetweenThem) {
    Trace trace({.max_events = 100, .frequency = 3});
    TraceName const step = trace.add_name("step", TraceCategory::step);
    TraceName const kernel = trace.add_name("kernel", TraceCategory::kernel);
    TraceName const send = trace.add_name("send", TraceCategory::channel);

    for (std::int64_t k = 0; k < 7; ++k) {
        trace.begin_step();
        trace.record(kernel, at(10 * k), at(10 * k + 4));
        trace.record(step, at(10 * k), at(10 * k + 5));
        trace.record(send, at(10 * k + 5), at(10 * k + 6));
    }

    std::vector<std::int64_t> steps;
    for (TraceEvent const& event : trace.events())
        if (event.name == step) steps.push_back(event.begin.time_since_epoch().count() / 10);
    EXPECT_EQ(steps, (std::vector<std::int64_t>{0, 3, 6}));
    EXPECT_EQ(trace.events().size(), 3U + 3U + 7U);
}

TEST(Trace, WithoutTheInsideOfStepsHooksAndKernelsAreLeftOut) {
    Trace trace({.max_events = 8, .inside_steps = false});
    for (TraceCategory const category :
         {TraceCategory::kernel, TraceCategory::hook, TraceCategory::step, TraceCategory::channel,
          TraceCategory::sink})
        trace.record(trace.add_name("x", category), at(0), at(1));

    EXPECT_EQ(trace.events().size(), 3U);
    EXPECT_EQ(trace.dropped(), 0);
}

TEST(Trace, ShowsNamesToNvtxOnlyWhereToldToAndWhatIsRecorded) {
    Trace quiet({.max_events = 8});
    Trace trace({.max_events = 8, .frequency = 2, .nvtx = true});
    TraceName const step = trace.add_name("step", TraceCategory::step);

    EXPECT_EQ(quiet.nvtx_label(quiet.add_name("step", TraceCategory::step)), nullptr);
    EXPECT_EQ(trace.nvtx_label(TraceName{}), nullptr);
    trace.begin_step();
    EXPECT_STREQ(trace.nvtx_label(step), "step");
    trace.begin_step();
    EXPECT_EQ(trace.nvtx_label(step), nullptr);
}

TEST(Trace, RecordingAllocatesNothing) {
    Trace trace({.max_events = 64});
    TraceName const a = trace.add_name("a", TraceCategory::kernel);
    TraceName const b = trace.add_name("b", TraceCategory::channel, /*joins=*/true);
    long const before = test::allocation_count();

    for (std::int64_t k = 0; k < 200; ++k) {
        trace.begin_step();
        trace.record(a, at(3 * k), at(3 * k + 1));
        trace.record(b, at(3 * k + 1), at(3 * k + 2), 1);
    }

    EXPECT_EQ(test::allocation_count() - before, 0);
    EXPECT_EQ(trace.dropped(), 400 - 64);
}

}  // namespace
}  // namespace athanor
