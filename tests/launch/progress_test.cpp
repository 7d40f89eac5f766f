// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/progress.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "launch/progress_json.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Two stages, 10 s after the start, 25 of 100 frames through.
ProgressFigures figures() {
    return {.stages = {{.name = "relax",
                        .rank = 0,
                        .in = 60,
                        .active = 20,
                        .out = 38,
                        .failed = 2,
                        .steps = 1000,
                        .atom_steps = 640'000,
                        .seconds = 10.0,
                        .waiting_input_seconds = 0.0,
                        .waiting_room_seconds = 2.5},
                       {.name = "md",
                        .rank = 1,
                        .in = 38,
                        .active = 15,
                        .out = 23,
                        .failed = 0,
                        .steps = 500,
                        .atom_steps = 123'456'000,
                        .seconds = 10.0,
                        .waiting_input_seconds = 4.0,
                        .waiting_room_seconds = 0.0}},
            .frames_total = 100,
            .frames_done = 25,
            .seconds = 10.0};
}

TEST(Progress, StyleFollowsTheTerminalUnlessToldOtherwise) {
    EXPECT_EQ(choose_progress_style(ProgressMode::automatic, true), ProgressStyle::live);
    EXPECT_EQ(choose_progress_style(ProgressMode::automatic, false), ProgressStyle::plain);
    EXPECT_EQ(choose_progress_style(ProgressMode::plain, true), ProgressStyle::plain);
    EXPECT_EQ(choose_progress_style(ProgressMode::live, false), ProgressStyle::live);
    EXPECT_EQ(choose_progress_style(ProgressMode::json, true), ProgressStyle::json);
    EXPECT_EQ(choose_progress_style(ProgressMode::off, true), ProgressStyle::off);
}

TEST(Progress, PlainIsOneLinePerStageAndOneForAll) {
    std::ostringstream out;
    ProgressDisplay display(out, ProgressStyle::plain);

    display.update(figures());

    EXPECT_EQ(out.str(),
              "[10.0 s] relax: in 60, active 20, out 38, failed 2, 100 steps/s, 64.0 k "
              "atom·steps/s, 11.7 µs/atom/step, waiting for input 0 %, for room 25 %\n"
              "[10.0 s] md: in 38, active 15, out 23, failed 0, 50.0 steps/s, 12.3 M atom·steps/s, "
              "0.0486 µs/atom/step, waiting for input 40 %, for room 0 %\n"
              "[10.0 s] 25 of 100 frames done, about 30.0 s left\n");
}

TEST(Progress, RatesAreThoseSinceTheLastDrawing) {
    std::ostringstream out;
    ProgressDisplay display(out, ProgressStyle::plain);
    ProgressFigures now = figures();
    display.update(now);
    out.str("");
    now.seconds = 20;
    for (StageFigures& stage : now.stages) stage.seconds = 20;
    now.stages[0].steps += 20'000;

    display.update(now);

    EXPECT_THAT(out.str(), HasSubstr("relax: in 60, active 20, out 38, failed 2, 2.00 k steps/s"));
}

TEST(Progress, PlainLinesComeEveryFiveSeconds) {
    std::ostringstream out;
    ProgressDisplay display(out, ProgressStyle::plain);
    ProgressFigures now = figures();
    display.update(now);
    out.str("");

    now.seconds = 14.9;
    display.update(now);

    EXPECT_EQ(out.str(), "");
    EXPECT_TRUE(display.due(15.0));
}

TEST(Progress, LiveLinesAreRedrawnInPlace) {
    std::ostringstream out;
    ProgressDisplay display(out, ProgressStyle::live, 120);
    ProgressFigures now = figures();

    display.update(now);

    EXPECT_EQ(
        out.str(),
        "\rstage  in  active  out  failed  steps/s  atom·steps/s  µs/atom/step  wait input  "
        "wait room\x1b[K\n"
        "\rrelax  60      20   38       2      100        64.0 k          11.7         0 %       "
        "25 %\x1b[K\n"
        "\rmd     38      15   23       0     50.0        12.3 M        0.0486        40 %        "
        "0 %\x1b[K\n"
        "\r███████░░░░░░░░░░░░░░░░░░░░░░░  25 %  10.0 s  25 of 100 frames done, about 30.0 s "
        "left\x1b[K\n");
    out.str("");
    now.seconds = 10.3;
    display.update(now);
    EXPECT_THAT(out.str(), ::testing::StartsWith("\x1b[4A\r"));
}

TEST(Progress, LiveLinesDoNotWrap) {
    std::ostringstream out;
    ProgressDisplay display(out, ProgressStyle::live, 20);

    display.update(figures());

    EXPECT_THAT(out.str(), HasSubstr("\rrelax  60      20   \x1b[K\n"));
}

TEST(Progress, FinishDrawsTheWholeRunOnceAndEndsTheDisplay) {
    std::ostringstream out;
    ProgressDisplay display(out, ProgressStyle::plain);
    ProgressFigures now = figures();
    now.seconds = 1;
    now.frames_done = 100;

    display.finish(now);
    std::string const text = out.str();
    now.seconds = 100;
    display.update(now);

    EXPECT_THAT(text, HasSubstr("[1.00 s] 100 of 100 frames done\n"));
    EXPECT_EQ(out.str(), text);
}

TEST(Progress, WithoutATotalThereIsNoShare) {
    std::ostringstream out;
    ProgressDisplay display(out, ProgressStyle::live, 120);
    ProgressFigures now = figures();
    now.frames_total = 0;

    display.update(now);

    EXPECT_THAT(out.str(), HasSubstr("\r25 frames done\x1b[K\n"));
    EXPECT_THAT(out.str(), Not(HasSubstr("%  10.0 s")));
}

TEST(Progress, JsonIsOneObjectPerSecondWithTheDocumentedKeys) {
    std::ostringstream out;
    ProgressDisplay display(out, ProgressStyle::json);
    ProgressFigures now = figures();
    display.update(now);
    auto const first = nlohmann::json::parse(out.str());  // throws for anything but one object
    out.str("");
    now.seconds = 10.9;
    display.update(now);
    EXPECT_EQ(out.str(), "");

    now.seconds = 11.0;
    now.stages[0].seconds = 11.0;
    now.stages[0].steps += 300;
    now.stages[0].waiting_room_seconds += 0.75;
    display.update(now);
    auto const second = nlohmann::json::parse(out.str());

    EXPECT_EQ(first, nlohmann::json::parse(R"({"event": "progress", "seconds": 10.0,
        "samples_total": 100, "samples_done": 25, "seconds_left": 30.0, "stages": [
        {"name": "relax", "in": 60, "active": 20, "out": 38, "failed": 2,
         "steps_per_second": 100.0, "atom_steps_per_second": 64000.0,
         "microseconds_per_atom_step": 11.71875, "waiting_for_input": 0.0,
         "waiting_for_room": 0.25},
        {"name": "md", "in": 38, "active": 15, "out": 23, "failed": 0,
         "steps_per_second": 50.0, "atom_steps_per_second": 12345600.0,
         "microseconds_per_atom_step": 0.04860031104199067, "waiting_for_input": 0.4,
         "waiting_for_room": 0.0}]})"));
    EXPECT_EQ(second["stages"][0]["steps_per_second"], 300.0);
    EXPECT_EQ(second["stages"][0]["waiting_for_room"], 0.75);
    EXPECT_EQ(second["stages"][0]["microseconds_per_atom_step"], nullptr);
}

TEST(Progress, JsonSaysNullForWhatIsNotKnown) {
    ProgressFigures now = figures();
    now.frames_total = 0;

    auto const line = nlohmann::json::parse(progress_line(now));

    EXPECT_EQ(line["samples_total"], nullptr);
    EXPECT_EQ(line["seconds_left"], nullptr);
}

TEST(Progress, ThePaceIsThatOfThisRunAlone) {
    ProgressFigures now;
    now.frames_total = 1000;
    now.frames_done = 901;
    now.frames_done_before = 900;
    now.seconds = 10.0;

    EXPECT_EQ(seconds_left(now), 990.0);
    now.frames_done = 900;
    EXPECT_EQ(seconds_left(now), std::nullopt);
}

TEST(Progress, OffDrawsNothing) {
    std::ostringstream out;
    ProgressDisplay display(out, ProgressStyle::off);

    display.update(figures());
    display.finish(figures());
    display.clear();

    EXPECT_EQ(out.str(), "");
}

TEST(Progress, ClearMakesRoomForAMessage) {
    std::ostringstream out;
    ProgressDisplay display(out, ProgressStyle::live, 120);
    display.update(figures());
    out.str("");

    display.clear();
    display.clear();

    EXPECT_EQ(out.str(), "\x1b[4A\r\x1b[J");
}

}  // namespace
}  // namespace athanor::test
