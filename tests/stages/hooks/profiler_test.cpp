// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/profiler.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/parallel_for.hpp"
#include "runtime/error.hpp"
#include "stages/hooks/snapshot.hpp"
#include "stages/stage_loop.hpp"
#include "tests/support/allocation_count.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/hooked_stages.hpp"
#include "tests/support/list_channel.hpp"
#include "tests/support/memory_sink.hpp"
#include "tests/support/recording_hook.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/trace_file.hpp"

namespace athanor {
namespace {

using test::read_trace;
using test::StageRunner;
using test::sub_stage;
using test::sub_stages;
using test::TraceFile;
using test::TraceRange;
using ::testing::HasSubstr;

constexpr BatchCapacity room{4, 100, 0};

SubStage nve_with(std::vector<std::shared_ptr<Hook>> hooks, std::int64_t steps = 5, int id = 0) {
    return test::hooked(sub_stage(id, NveOptions{2.0}, steps), std::move(hooks));
}

std::shared_ptr<Profiler> profiler(std::string path, ProfilerOptions options = {},
                                   ProfilerPlace place = {}) {
    options.path = std::move(path);
    return std::make_shared<Profiler>(std::move(options), std::move(place));
}

/// Two samples, the second two steps later than the first, to the end and the file.
TraceFile profile(test::TemporaryFolder const& folder, std::vector<SubStage> stages) {
    LennardJones model = test::reference_argon();
    StageRunner run(model, std::move(stages), room);
    run.stage.open_hooks();
    run.add(test::argon_crystal(test::plain_schema(), 5, 2, 0.05, 3));
    run.step(2);
    run.add(test::argon_crystal(test::plain_schema(), 6, 2, 0.05, 4));
    run.run();
    run.stage.close_hooks();
    return read_trace(folder / "p.json");
}

TEST(Profiler, HooksAndKernelsLieInsideTheirStepsAndNothingOverlaps) {
    test::TemporaryFolder folder;
    std::vector<test::Firing> log;
    auto const watcher = std::make_shared<test::RecordingHook>("watcher", log);

    TraceFile const file =
        profile(folder, sub_stages(nve_with({watcher, profiler(folder / "p.json")})));

    expect_nested(file);
    EXPECT_EQ(file.named("step").size(), 7U);  // five each, three of them together
    EXPECT_EQ(file.samples_of("step"), 10);
    EXPECT_EQ(file.named("admission").size(), 2U);
    for (char const* kernel : {"forces", "neighbours", "update"})
        for (TraceRange const& step : file.named("step")) {
            auto const ranges = file.named(kernel);
            EXPECT_TRUE(std::any_of(ranges.begin(), ranges.end(), [&](TraceRange const& range) {
                return range.category == "kernel" && step.holds(range);
            })) << kernel;
        }
    for (char const* point :
         {"before_step", "before_pre_update", "after_pre_update", "before_compute", "after_compute",
          "before_post_update", "after_post_update", "after_step"}) {
        EXPECT_EQ(file.named(std::string("hook watcher ") + point).size(), 7U) << point;
        EXPECT_EQ(file.samples_of(std::string("hook watcher ") + point), 10) << point;
    }
    EXPECT_EQ(file.samples_of("hook watcher on_admission"), 2);
    EXPECT_EQ(log.size(), 8U * 10U + 2U);
    EXPECT_TRUE(file.named("hook profiler after_step").empty());
}

TEST(Profiler, AStepIsFilledByItsPartsWithoutGaps) {
    test::TemporaryFolder folder;
    std::vector<test::Firing> log;
    auto const watcher = std::make_shared<test::RecordingHook>(
        "watcher", log, 2, std::vector<HookPoint>{HookPoint::after_compute, HookPoint::after_step});

    TraceFile const file =
        profile(folder, sub_stages(nve_with({watcher, profiler(folder / "p.json")})));

    for (TraceRange const& step : file.named("step")) {
        std::int64_t inside = 0;
        for (TraceRange const& range : file.ranges)
            if (range.category != "step" && step.holds(range)) inside += range.end - range.begin;
        EXPECT_EQ(inside, step.end - step.begin);
    }
}

TEST(Profiler, RecordsEverySoManyStepsOfTheBatch) {
    test::TemporaryFolder folder;

    TraceFile const file =
        profile(folder, sub_stages(nve_with({profiler(folder / "p.json", {.frequency = 3})})));

    expect_nested(file);
    EXPECT_EQ(file.named("step").size(), 3U);       // steps 0, 3 and 6 of the batch
    EXPECT_EQ(file.samples_of("step"), 1 + 2 + 1);  // the first sample is done after step 4
    EXPECT_EQ(file.named("admission").size(), 1U);  // the other one was before step 2
}

TEST(Profiler, WholeStepsOnlyWhereAskedFor) {
    test::TemporaryFolder folder;

    TraceFile const file = profile(
        folder,
        sub_stages(nve_with({profiler(folder / "p.json", {.ranges = ProfilerRanges::step})})));

    EXPECT_EQ(file.ranges.size(), 7U + 2U);
    for (TraceRange const& range : file.ranges) EXPECT_EQ(range.category, "step");
}

TEST(Profiler, WritesWhatViewersNeedAndEscapesNames) {
    test::TemporaryFolder folder;
    std::vector<test::Firing> log;
    auto const odd = std::make_shared<test::RecordingHook>("a \"b\"\\c\n", log);
    ProfilerPlace place{.rank = Rank{3}, .stage = StageId{2}, .stage_name = "md \"é\"\t"};

    TraceFile const file = profile(
        folder, sub_stages(nve_with({odd, profiler(folder / "p.json", {}, std::move(place))})));

    EXPECT_EQ(file.metadata("process_name")["name"], "rank 3");
    EXPECT_EQ(file.metadata("thread_name")["name"], "md \"é\"\t");
    EXPECT_EQ(file.metadata("thread_sort_index")["sort_index"], 2);
    EXPECT_EQ(file.named("hook a \"b\"\\c\n after_step").size(), 7U);
    for (TraceRange const& range : file.ranges) {
        EXPECT_EQ(range.process, 4);
        EXPECT_EQ(range.thread, 3);
    }
    EXPECT_FALSE(std::filesystem::exists(folder / "p.json.part"));
}

TEST(Profiler, SummaryAgreesWithTheRanges) {
    test::TemporaryFolder folder;
    auto const hook = profiler(folder / "p.json");

    TraceFile const file = profile(folder, sub_stages(nve_with({hook})));

    auto const& written = file.document.at("otherData").at("summary");
    auto const summary = hook->summary();
    ASSERT_EQ(written.size(), summary.size());
    for (std::size_t k = 0; k < summary.size(); ++k) {
        auto const ranges = file.named(summary[k].name);
        std::int64_t total = 0;
        for (TraceRange const& range : ranges) total += range.end - range.begin;
        EXPECT_EQ(written[k].at("name"), summary[k].name);
        EXPECT_EQ(written[k].at("ranges"), ranges.size());
        EXPECT_NEAR(written[k].at("total_seconds").get<double>(), 1e-9 * total, 1e-12);
        EXPECT_EQ(written[k].at("mean_seconds").get<double>(), summary[k].mean_seconds);
        EXPECT_EQ(written[k].at("std_seconds").get<double>(), summary[k].std_seconds);
        EXPECT_LE(summary[k].min_seconds, summary[k].mean_seconds);
        EXPECT_LE(summary[k].mean_seconds, summary[k].max_seconds);
    }
    EXPECT_EQ(file.document.at("otherData").at("dropped_events"), 0);
}

TEST(Profiler, SaysHowManyRangesFoundNoRoom) {
    test::TemporaryFolder folder;

    TraceFile const file = profile(
        folder, sub_stages(nve_with({profiler(
                    folder / "p.json", {.ranges = ProfilerRanges::step, .max_events = 4})})));

    EXPECT_EQ(file.ranges.size(), 4U);
    EXPECT_EQ(file.document.at("otherData").at("dropped_events"), 5);
}

TEST(Profiler, SeesBothStagesThatAreFusedWhereverItStands) {
    test::TemporaryFolder folder;
    std::vector<test::Firing> log;
    auto const first = std::make_shared<test::RecordingHook>(
        "first", log, 1, std::vector<HookPoint>{HookPoint::after_step});

    TraceFile const file = profile(
        folder, sub_stages(nve_with({first}, 3), nve_with({profiler(folder / "p.json")}, 2, 1)));

    expect_nested(file);
    EXPECT_EQ(file.samples_of("step"), 10);
    EXPECT_EQ(file.samples_of("admission"), 4);
    EXPECT_EQ(file.samples_of("hook first after_step"), 6);
}

TEST(Profiler, ShowsTheEvaluationOfAStageWithoutSteps) {
    test::TemporaryFolder folder;

    TraceFile const file =
        profile(folder, sub_stages(test::hooked(sub_stage(0, SinglePointOptions{}, 0),
                                                {profiler(folder / "p.json")})));

    expect_nested(file);
    EXPECT_EQ(file.samples_of("admission"), 2);
    EXPECT_EQ(file.named("forces").size(), 2U);
    EXPECT_TRUE(file.named("step").empty());
}

TEST(Profiler, ASecondOneIsRefusedAlsoInAnotherStageOfTheElement) {
    test::TemporaryFolder folder;
    LennardJones model = test::reference_argon();
    auto const one = profiler(folder / "a.json"), two = profiler(folder / "b.json");

    EXPECT_THROW(StageRunner(model, sub_stages(nve_with({one, two})), room), ConfigError);
    try {
        StageRunner(model, sub_stages(nve_with({one}), nve_with({two}, 5, 1)), room);
        ADD_FAILURE() << "two profilers were taken";
    } catch (ConfigError const& error) {
        EXPECT_STREQ(error.what(),
                     "stage \"stage-1\": its hook profiler is the second that wants to profile, "
                     "after one of stage \"stage-0\"; one sees all stages that are fused, keep "
                     "one");
    }
}

TEST(Profiler, ChangesNoBitOfTheSamples) {
    test::TemporaryFolder folder;

    test::Ends const with = test::expect_bits_depend_on_the_sample_alone([&](int stage) {
        return stage == 0 ? test::Hooks{profiler(folder / "p.json")} : test::Hooks{};
    });
    LennardJones model = test::reference_argon();
    auto const no_hooks = [](int) { return test::Hooks{}; };
    StageRunner without(model,
                        sub_stages(test::hooked_part(0, no_hooks), test::hooked_part(1, no_hooks)),
                        {5, 160, 0});
    for (Sample const& sample : test::argon_samples()) without.add(sample);
    without.run();

    ASSERT_EQ(with.size(), without.samples().size());
    for (auto const& [id, sample] : without.samples())
        EXPECT_TRUE(test::same_bits(sample, with.at(id))) << id;
}

TEST(Profiler, AStepAllocatesNothing) {
    set_thread_count(1);  // a thread that comes late to its first sample makes its scratch then
    test::TemporaryFolder folder;
    LennardJones model = test::reference_argon();
    std::vector<test::Firing> log;
    auto const idle = std::make_shared<test::RecordingHook>("idle", log, 1000000);
    StageRunner run(model, sub_stages(nve_with({profiler(folder / "p.json"), idle}, 1000)), room);
    run.add(test::argon_crystal(test::plain_schema(), 5, 2, 0.0, 3));
    run.step(20);
    long const before = test::allocation_count();

    run.step(100);

    EXPECT_EQ(test::allocation_count() - before, 0);
}

struct LoopHarness {
    explicit LoopHarness(int count) : source(line_samples(count)) {}
    static std::vector<Sample> line_samples(int count) {
        std::vector<Sample> samples;
        for (int k = 0; k < count; ++k)
            samples.push_back(test::line_of_atoms(test::plain_schema(), k, 2, 0.3));
        return samples;
    }
    StagePorts ports(test::MemorySink& sink) {
        StagePorts made;
        made.sampler = &sampler;
        made.sinks = {&sink};
        made.quarantine = [](Batch const&, SystemIndex, std::string const&) {};
        made.refuse = [](Sample const&) {};
        return made;
    }
    test::HarmonicModel model;
    test::ListSource source;
    SizeAwareSampler sampler{source, {.bounds = {4, 12, 0}}};
    StageMetrics metrics;
};

TEST(Profiler, TheFileIsThereAfterAnExceptionAndShowsTheHookThatThrew) {
    test::TemporaryFolder folder;
    LoopHarness h(3);
    test::MemorySink full(0), sink;
    auto const snapshot = std::make_shared<Snapshot>(full, SnapshotOptions{.frequency = 4});
    FusedStage stage(test::plain_schema(),
                     sub_stages(nve_with({profiler(folder / "p.json"), snapshot})), h.model,
                     {room, 1}, h.metrics, {});

    EXPECT_THROW(StageLoop(stage, h.ports(sink), h.metrics).run(), StorageError);

    TraceFile const file = read_trace(folder / "p.json");
    expect_nested(file);
    EXPECT_EQ(file.named("step").size(), 1U);
    EXPECT_EQ(file.samples_of("refill"), 3);
    EXPECT_EQ(file.samples_of("hook snapshot after_step"), 3);
}

/// A hook that cannot be closed.
class StuckHook final : public Hook {
public:
    [[nodiscard]] std::string name() const override { return "stuck"; }
    [[nodiscard]] bool runs_at(HookPoint) const override { return true; }
    void fire(HookContext&) override {}
    void close() override { throw StorageError("stuck"); }
};

TEST(Profiler, TheFileIsThereWhenAnotherHookCannotBeClosed) {
    test::TemporaryFolder folder;
    LoopHarness h(3);
    test::MemorySink sink;
    FusedStage stage(
        test::plain_schema(),
        sub_stages(nve_with({std::make_shared<StuckHook>(), profiler(folder / "p.json")})), h.model,
        {room, 1}, h.metrics, {});

    EXPECT_THROW(StageLoop(stage, h.ports(sink), h.metrics).run(), StorageError);

    EXPECT_EQ(read_trace(folder / "p.json").named("step").size(), 5U);
}

TEST(Profiler, ShowsWhatComesAndGoesAndWaitsInFewRanges) {
    test::TemporaryFolder folder;
    test::HarmonicModel model;
    StageMetrics metrics;
    test::ListLink in, out;
    in.slots = 100;
    out.slots = 2;
    test::ListReceiver receiver(in);
    test::ListSender sender(out);
    for (Sample const& sample : LoopHarness::line_samples(4)) in.under_way.push_back(sample);
    FusedStage stage(test::plain_schema(), sub_stages(nve_with({profiler(folder / "p.json")})),
                     model, {room, 1}, metrics, {});
    StagePorts ports;
    ports.inputs = {&receiver};
    ports.outputs = {&sender};
    // Nobody takes the last two: the stage waits for room until it is told to stop.
    std::stop_source stop;
    std::jthread const clock([&] {
        while (metrics.seconds(TimePart::wait_for_room) < 0.02)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        stop.request_stop();
    });

    EXPECT_THROW(StageLoop(stage, ports, metrics).run(stop.get_token()), StoppedError);

    TraceFile const file = read_trace(folder / "p.json");
    expect_nested(file);
    EXPECT_EQ(file.samples_of("receive"), 4);
    EXPECT_EQ(file.samples_of("send"), 2);
    auto const waits = file.named("waiting for room");
    ASSERT_EQ(waits.size(), 1U);
    EXPECT_EQ(waits[0].category, "channel");
    EXPECT_NEAR(1e-9 * static_cast<double>(waits[0].end - waits[0].begin),
                metrics.seconds(TimePart::wait_for_room), 1e-9);
    EXPECT_LE(file.ranges.size(), 1U + 4U + 5U * 6U + 2U + 1U);
}

TEST(Profiler, WhatIsWrittenAndSetAsideStandsOnTheTimeline) {
    test::TemporaryFolder folder;
    auto samples = LoopHarness::line_samples(5);
    samples[1].values<double>(Fields::positions)[0] = std::nan("");
    LoopHarness h(0);
    h.source = test::ListSource(std::move(samples));
    test::MemorySink sink;
    FusedStage stage(test::plain_schema(), sub_stages(nve_with({profiler(folder / "p.json")})),
                     h.model, {room, 1}, h.metrics, {});

    StageLoop(stage, h.ports(sink), h.metrics).run();

    TraceFile const file = read_trace(folder / "p.json");
    expect_nested(file);
    EXPECT_EQ(file.samples_of("write"), 4);
    EXPECT_EQ(file.samples_of("quarantine"), 1);
    EXPECT_EQ(file.named("write")[0].category, "sink");
}

TEST(Profiler, TimeZeroIsThatOfTheCampaignAndNeverLaterThanTheProfiler) {
    test::TemporaryFolder folder;
    auto const now = std::chrono::system_clock::now();
    std::int64_t earliest[2] = {0, 0};
    std::chrono::seconds const offset[2] = {std::chrono::seconds(-1000),
                                            std::chrono::seconds(1000)};
    for (int k = 0; k < 2; ++k)
        earliest[k] = profile(folder, sub_stages(nve_with({profiler(
                                          folder / "p.json", {}, {.time_zero = now + offset[k]})})))
                          .ranges.at(0)
                          .begin;

    EXPECT_GE(earliest[0], 1000'000'000'000);
    EXPECT_GE(earliest[1], 0);
    EXPECT_LT(earliest[1], 1000'000'000'000);
}

TEST(Profiler, APathThatCannotBeWrittenIsAStorageErrorBeforeTheFirstStep) {
    test::TemporaryFolder folder;
    folder.write("file", "in the way");
    std::filesystem::create_directory(folder / "folder");

    for (auto const& [path, why] : {std::pair(folder / "file/p.json", "Not a directory"),
                                    std::pair(folder / "folder", "Is a directory")}) {
        auto const hook = profiler(path.string());
        try {
            hook->open();
            ADD_FAILURE() << path << " was opened";
        } catch (StorageError const& error) {
            EXPECT_EQ(error.what(), path.string() + ": cannot be made: " + why);
        }
        hook->close();
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder / "folder"));
}

TEST(Profiler, LeavesNoFileBehindWhenItIsNeverClosed) {
    test::TemporaryFolder folder;
    profiler((folder / "deep/p.json").string())->open();

    EXPECT_TRUE(std::filesystem::is_empty(folder / "deep"));
}

TEST(Profiler, OptionsOutOfRangeAreRefused) {
    EXPECT_THROW(Profiler({.path = "p", .frequency = 0}), ConfigError);
    EXPECT_THROW(Profiler({.path = "p", .max_events = 0}), ConfigError);
}

}  // namespace
}  // namespace athanor
