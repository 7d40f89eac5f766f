// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace athanor {
namespace {

TEST(StageClock, ShowsItsPartsWithoutGapsOnATraceAndNothingOfTheRest) {
    StageMetrics metrics;
    Trace trace({.max_events = 100});
    StageClock clock(metrics, &trace);
    Trace::TimePoint const begin = clock.last();
    TraceName const send = trace.add_name("send", TraceCategory::channel);

    clock.give_to(TimePart::update);
    clock.give_to(TimePart::neighbors);
    clock.give_to(TimePart::forces);
    clock.give_to(TimePart::pack, send, 5);
    Trace::TimePoint const end = clock.last();
    clock.give_to(TimePart::other);
    clock.give_to(TimePart::wait_for_input);

    auto const events = trace.events();
    std::vector<std::string> names;
    for (TraceEvent const& event : events) names.push_back(trace.text(event.name));
    EXPECT_EQ(names, (std::vector<std::string>{"update", "neighbours", "forces", "send",
                                               "waiting for input"}));
    ASSERT_EQ(events.size(), 5U);
    EXPECT_EQ(events[0].begin, begin);
    for (std::size_t k = 1; k < 4; ++k)
        EXPECT_EQ(events[k].begin, events[k - 1].begin + events[k - 1].duration);
    EXPECT_EQ(events[3].begin + events[3].duration, end);
    EXPECT_EQ(events[3].count, 5);
    std::int64_t total = 0;
    for (TraceEvent const& event : events) total += event.duration.count();
    for (std::size_t part = 0; part < metrics.nanoseconds.size(); ++part)
        if (part != static_cast<std::size_t>(TimePart::other)) total -= metrics.nanoseconds[part];
    EXPECT_EQ(total, 0);
}

}  // namespace
}  // namespace athanor
