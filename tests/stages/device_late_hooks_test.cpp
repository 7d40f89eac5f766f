// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Snapshots and logs of samples that make their steps on a device: the rows of the host, in its
/// order, and no step there.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "stages/hooks/converged_snapshot.hpp"
#include "stages/hooks/energy_drift_monitor.hpp"
#include "stages/hooks/logging.hpp"
#include "stages/hooks/snapshot.hpp"
#include "stages/hooks/wrap_periodic.hpp"
#include "tests/support/device_harmonic_model.hpp"
#include "tests/support/device_queues.hpp"
#include "tests/support/recording_hook.hpp"
#include "tests/support/uneven_chains.hpp"
#include "tests/support/written_rows.hpp"

namespace athanor::test {
namespace {

std::int64_t admissions() { return static_cast<std::int64_t>(2 * argon_samples().size()); }

Hooks snapshots_and_logs(Written& to, int part) {
    if (part == 2) return {std::make_shared<Snapshot>(to.second, SnapshotOptions{7, false})};
    Hooks hooks{
        std::make_shared<Snapshot>(to.first, SnapshotOptions{10, part == 0}),
        std::make_shared<Logging>(
            std::make_unique<LineWriter>(to.lines),
            LoggingOptions{part == 0 ? 1 : 3, {kinetic_energy_scalar(), pressure_scalar()}})};
    if (part == 1) hooks.push_back(std::make_shared<ConvergedSnapshot>(to.first));
    return hooks;
}

TEST(DeviceLateHooks, SnapshotsAndLogsHaveTheRowsOfTheHostAndNoStepIsMadeThere) {
    Written host;
    run_stages(host, snapshots_and_logs, nullptr);
    ASSERT_GT(host.first.rows.size(), 20U);
    ASSERT_GT(host.second.rows.size(), 30U);
    ASSERT_GT(host.lines.size(), 150U);
    for (auto const kind : {EmulationOrder::Kind::shuffled, EmulationOrder::Kind::descending}) {
        auto const queue = test_queue({kind, 1});
        Written device;
        run_stages(device, snapshots_and_logs, queue.get());

        expect_same_rows(host, device);
        EXPECT_EQ(device.host_evaluations, admissions());
        EXPECT_EQ(device.ends.host_steps, 0);
    }
}

TEST(DeviceLateHooks, RowsAreThoseOfTheHostWhileSamplesComeGoAndAreSaved) {
    for (int const save_every : {0, 3}) {
        Written host, device;
        run_stages(host, snapshots_and_logs, nullptr, {2, 70, 0});
        auto const queue = test_queue({EmulationOrder::Kind::shuffled, 5});
        run_stages(device, snapshots_and_logs, queue.get(), {2, 70, 0}, save_every);

        expect_same_rows(host, device);
        EXPECT_EQ(device.ends.host_steps, 0);
    }
}

/// Rows that were sent before a move come from where they were then, those after it from there.
TEST(DeviceLateHooks, RowsUnderWayStayWhatTheyAreWhenSamplesAreMovedTogether) {
    auto const run = [](Written& to, DeviceQueue* queue, int save_every) {
        LennardJones model = switched_argon(4.5);
        auto const of_part = [&](int part) { return snapshots_and_logs(to, part); };
        std::vector<SubStage> stages = sub_stages(hooked_part(0, of_part), hooked_part(1, of_part));
        StagePlace place{model, room_with_holes, queue, of_part(2), save_every};
        place.one_in_turns = turns_between;
        to.ends = run_stage(uneven_chains(), std::move(stages), place);
    };
    Written host;
    run(host, nullptr, 0);
    ASSERT_GT(host.first.rows.size(), 20U);
    for (bool const slow : {false, true})
        for (int const save_every : {0, 3}) {
            SCOPED_TRACE(std::to_string(save_every) + (slow ? " slow" : ""));
            EmulatedQueue queue({EmulationOrder::Kind::shuffled, 6});
            if (slow) queue.slow_down_beside();
            Written device;

            run(device, &queue, save_every);

            expect_same_rows(host, device);
            EXPECT_EQ(device.ends.host_steps, 0);
            EXPECT_GT(device.ends.compactions, 0);
        }
}

/// All samples take the same steps, so that nothing but the hooks decides about the order.
TEST(DeviceLateHooks, RowsStandInTheSinkInTheOrderOfTheHost) {
    auto const run = [](Written& to, DeviceQueue* queue) {
        DeviceHarmonicModel model;
        std::vector<Sample> samples;
        for (int id = 0; id < 5; ++id)
            samples.push_back(line_of_atoms(plain_schema(), id, 1 + 3 * id, 0.3));
        SubStage sub = sub_stage(4, NveOptions{2.0}, 23);
        sub.hooks = {std::make_shared<Snapshot>(to.first, SnapshotOptions{3, true}),
                     std::make_shared<Logging>(std::make_unique<LineWriter>(to.lines),
                                               LoggingOptions{2, {}})};
        to.ends = run_stage(samples, sub_stages(std::move(sub)), {model, {5, 60, 0}, queue});
    };
    Written host, device;
    run(host, nullptr);
    auto const queue = test_queue();
    run(device, queue.get());

    EXPECT_EQ(host.first.rows.size(), 5U * 9U);
    EXPECT_EQ(host.first.rows, device.first.rows);
    EXPECT_EQ(host.lines, device.lines);
    expect_equal(host.ends, device.ends);
    EXPECT_EQ(device.ends.host_steps, 0);
}

TEST(DeviceLateHooks, AFullRoadMakesTheStepWaitAndIsCounted) {
    auto const logs = [](Written& to, int part) {
        if (part == 2) return Hooks{};
        return Hooks{std::make_shared<Logging>(std::make_unique<LineWriter>(to.lines),
                                               LoggingOptions{1, {}})};
    };
    Written host;
    run_stages(host, logs, nullptr);
    for (bool const slow : {false, true}) {
        SCOPED_TRACE(slow);
        EmulatedQueue queue;
        if (slow) queue.slow_down_beside();
        Written device;

        run_stages(device, logs, &queue);

        expect_same_rows(host, device);
        EXPECT_EQ(device.ends.host_steps, 0);
        if (slow)
            EXPECT_GT(device.ends.row_waits, 10);
        else
            EXPECT_EQ(device.ends.row_waits, 0);
    }
}

TEST(DeviceLateHooks, RowsAreWrappedWhereTheHookStandsBeforeAndComeFromTheHostWhereItStandsBehind) {
    for (bool const wraps_first : {true, false}) {
        SCOPED_TRACE(wraps_first);
        auto const hooks = [wraps_first](Written& to, int part) {
            if (part != 0) return Hooks{};
            Hooks list{std::make_shared<WrapPeriodic>(WrapPeriodicOptions{1}),
                       std::make_shared<Snapshot>(to.first, SnapshotOptions{4, false})};
            if (!wraps_first) std::swap(list[0], list[1]);
            return list;
        };
        Written host, device;
        run_stages(host, hooks, nullptr);
        auto const queue = test_queue();
        run_stages(device, hooks, queue.get());

        expect_same_rows(host, device);
        auto const rows = static_cast<std::int64_t>(host.first.rows.size());
        EXPECT_EQ(device.ends.host_steps, wraps_first ? 0 : rows);
    }
}

TEST(DeviceLateHooks, WithEdgesTheHostMakesTheStep) {
    auto const run = [](Written& to, DeviceQueue* queue) {
        LennardJones model = reference_argon();
        SubStage sub = sub_stage(0, NveOptions{2.0}, 12);
        sub.store_edges = true;
        sub.hooks = {std::make_shared<Snapshot>(to.first, SnapshotOptions{5, false})};
        to.ends =
            run_stage(argon_samples(), sub_stages(std::move(sub)), {model, {5, 160, 20000}, queue});
    };
    Written host, device;
    run(host, nullptr);
    auto const queue = test_queue();
    run(device, queue.get());

    expect_same_rows(host, device);
    EXPECT_EQ(device.ends.host_steps, static_cast<std::int64_t>(host.first.rows.size()));
}

/// The step in which another hook is due is the host's, with all that is due in it.
TEST(DeviceLateHooks, BesideAHookOfTheHostEachStepIsMadeOnce) {
    std::vector<Firing> log;
    auto const hooks = [&log](Written& to, int part) {
        if (part == 2) return Hooks{};
        return Hooks{
            std::make_shared<Snapshot>(to.first, SnapshotOptions{2, false}),
            std::make_shared<RecordingHook>("host", log, 6, std::vector{HookPoint::after_step})};
    };
    Written host, device;
    run_stages(host, hooks, nullptr);
    auto const firings = static_cast<std::int64_t>(std::exchange(log, {}).size());
    auto const queue = test_queue();
    run_stages(device, hooks, queue.get());

    expect_same_rows(host, device);
    EXPECT_EQ(static_cast<std::int64_t>(log.size()), firings);
    EXPECT_EQ(device.ends.host_steps, firings);
}

/// A sample that fails in a step has no row of it; one that fails at its end has.
TEST(DeviceLateHooks, FailingSamplesLeaveTheRowsThatTheHostLeaves) {
    for (double const velocity : {1e200, 3e152, 1.7e308}) {
        SCOPED_TRACE(velocity);
        auto const run = [velocity](Written& to, DeviceQueue* queue) {
            DeviceHarmonicModel model;
            std::vector<Sample> samples;
            for (int id = 0; id < 3; ++id)
                samples.push_back(line_of_atoms(plain_schema(), id, 5, 0.3 + 0.01 * id));
            samples[1].values<double>(Fields::velocities)[7] = velocity;
            SubStage sub = sub_stage(4, NveOptions{100.0}, 10);
            sub.hooks = {std::make_shared<Snapshot>(to.first, SnapshotOptions{1, false})};
            to.ends = run_stage(samples, sub_stages(std::move(sub)), {model, {3, 20, 0}, queue});
        };
        Written host, device;
        run(host, nullptr);
        ASSERT_EQ(host.ends.reasons.size(), 1U);
        auto const queue = test_queue();
        run(device, queue.get());

        expect_same_rows(host, device);
        EXPECT_EQ(device.ends.host_steps, 0);
    }
}

/// Behind the hook that fails a sample there is no row of that step, before it there is one.
TEST(DeviceLateHooks, SamplesThatAHookFailsAtTheEndLeaveTheRowsThatTheHostLeaves) {
    for (bool const fails_first : {true, false}) {
        SCOPED_TRACE(fails_first);
        auto const hooks = [fails_first](Written& to, int part) {
            if (part != 0) return Hooks{};
            Hooks list{
                std::make_shared<EnergyDriftMonitor>(
                    EnergyDriftMonitorOptions{.threshold = 0.1,
                                              .metric = EnergyDriftMonitorOptions::Metric::absolute,
                                              .action = EnergyDriftMonitorOptions::Action::raise,
                                              .frequency = 1},
                    nullptr),
                std::make_shared<Snapshot>(to.first, SnapshotOptions{1, false})};
            if (!fails_first) std::swap(list[0], list[1]);
            return list;
        };
        Written host, device;
        run_stages(host, hooks, nullptr);
        ASSERT_GT(host.ends.reasons.size(), 0U);
        auto const queue = test_queue();
        run_stages(device, hooks, queue.get());

        expect_same_rows(host, device);
        auto const rows = static_cast<std::int64_t>(host.first.rows.size());
        EXPECT_EQ(device.ends.host_steps, fails_first ? 0 : rows);
    }
}

}  // namespace
}  // namespace athanor::test
