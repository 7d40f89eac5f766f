// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The documented order of a fused step, and hooks of the fused element as a whole.
#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <utility>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "runtime/units.hpp"
#include "stages/fused_stage.hpp"
#include "stages/hooks/align_cell.hpp"
#include "stages/hooks/energy_drift_monitor.hpp"
#include "stages/hooks/freeze_atoms.hpp"
#include "stages/hooks/snapshot.hpp"
#include "tests/support/all_dynamics.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/memory_sink.hpp"
#include "tests/support/recording_hook.hpp"

namespace athanor {
namespace {

using test::Firing;
using test::RecordingHook;
using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

using Hooks = std::vector<std::shared_ptr<Hook>>;

Sample atom(std::int64_t id, double x) {
    return test::cluster(test::plain_schema(), id, {x, 0.1, -0.1});
}

FusedStage::Options with(FusedOrder order, BatchCapacity capacity, Hooks hooks = {}) {
    return {capacity, 7, order, std::move(hooks)};
}

SubStage recorded(int id, std::vector<Firing>& log) {
    SubStage sub = sub_stage(id, NveOptions{1.0}, 3);
    sub.hooks = {std::make_shared<RecordingHook>("r", log)};
    return sub;
}

/// Sample 0 in the second sub-stage, sample 1 in the first, both admitted.
void put_one_in_each(StageRunner& run) {
    run.add(atom(0, 0.3));
    run.step(3);
    run.add(atom(1, 0.4));
    run.step();
}

using Points = std::vector<std::pair<HookPoint, int>>;

/// The points of one step and their stages, of one sample in each of two sub-stages.
Points points_of_a_step(FusedOrder order) {
    test::HarmonicModel model;
    std::vector<Firing> log;
    StageRunner run(with(order, {2, 2, 0}), model, sub_stages(recorded(0, log), recorded(1, log)));
    put_one_in_each(run);
    log.clear();
    int const before = model.computes;

    run.step();

    EXPECT_EQ(model.computes, before + 1);
    Points fired;
    for (Firing const& firing : log) fired.emplace_back(firing.point, firing.stage.value());
    return fired;
}

TEST(StandardOrder, FiresEveryPointOfEachSubStageAroundTheOneCompute) {
    using enum HookPoint;
    EXPECT_EQ(points_of_a_step(FusedOrder::standard), (Points{{before_step, 0},
                                                              {before_step, 1},
                                                              {before_pre_update, 0},
                                                              {after_pre_update, 0},
                                                              {before_pre_update, 1},
                                                              {after_pre_update, 1},
                                                              {before_compute, 0},
                                                              {before_compute, 1},
                                                              {after_compute, 0},
                                                              {after_compute, 1},
                                                              {before_post_update, 0},
                                                              {after_post_update, 0},
                                                              {before_post_update, 1},
                                                              {after_post_update, 1},
                                                              {after_step, 0},
                                                              {after_step, 1}}));
}

TEST(DocumentedOrder, FiresThePointsOfTheDocumentationInTheirOrder) {
    using enum HookPoint;
    EXPECT_EQ(points_of_a_step(FusedOrder::documented), (Points{{before_step, 0},
                                                                {before_step, 1},
                                                                {after_compute, 0},
                                                                {after_compute, 1},
                                                                {before_pre_update, 0},
                                                                {after_post_update, 0},
                                                                {before_pre_update, 1},
                                                                {after_post_update, 1},
                                                                {after_step, 0},
                                                                {after_step, 1}}));
}

TEST(DocumentedOrder, BothHalvesOfAStepUseTheForcesBeforeIt) {
    test::HarmonicModel model(2.0, 2.0, 2.0);
    StageRunner run(with(FusedOrder::documented, {1, 1, 0}), model,
                    sub_stages(sub_stage(0, NveOptions{10.0}, 5)));
    run.add(atom(0, 0.3));

    run.step(2);

    double const half = 0.5 * units::time_from_fs(10.0) / 39.948, dt = units::time_from_fs(10.0);
    double x = 0.3, v = 0.0, force = 0.0;
    for (int step = 0; step < 2; ++step) {
        force = -2.0 * x;
        v += half * force;
        x += dt * v;
        v += half * force;
    }
    Sample const end = run.samples().at(0);
    EXPECT_NEAR(end.values<double>(Fields::positions)[0], x, 1e-15);
    EXPECT_NEAR(end.values<double>(Fields::velocities)[0], v, 1e-16);
    EXPECT_DOUBLE_EQ(end.values<double>(Fields::forces)[0], force) << "of the step before";
}

class EveryDynamicsInThatOrder : public ::testing::TestWithParam<DynamicsSpec> {};

TEST_P(EveryDynamicsInThatOrder, DependsOnTheSampleAlone) {
    LennardJones model = test::reference_argon();
    auto const both = [] {
        SubStage first = test::stage_of_kind(0, NvtLangevinOptions{2.0, 30.0, 0.02});
        first.hooks = {std::make_shared<FreezeAtoms>(FreezeAtomsOptions{.indices = {0}})};
        return sub_stages(std::move(first), test::stage_of_kind(1, GetParam()));
    };
    auto samples = test::mixed_samples();
    if (make_dynamics(GetParam())->needs_finite_stress())
        std::erase_if(samples, [](Sample const& sample) {
            return sample.values<std::uint8_t>(Fields::pbc)[0] == 0;
        });
    StageRunner together(with(FusedOrder::documented, {5, 160, 0}), model, both());
    for (Sample const& sample : samples) together.add(sample);
    together.run();
    auto const ends = together.samples();

    for (Sample const& sample : samples) {
        StageRunner alone(with(FusedOrder::documented, {1, 108, 0}), model, both());
        alone.add(sample);
        alone.run();
        auto const id = sample.id().value();
        EXPECT_TRUE(test::same_bits(alone.samples().at(id), ends.at(id))) << "sample " << id;
    }
}

INSTANTIATE_TEST_SUITE_P(Dynamics, EveryDynamicsInThatOrder,
                         ::testing::ValuesIn(test::all_dynamics()));

TEST(DocumentedOrder, FrozenAtomsStayWhereTheyWere) {
    LennardJones model = test::reference_argon();
    SubStage sub = sub_stage(0, NvtLangevinOptions{2.0, 60.0, 0.05}, 20);
    sub.hooks = {std::make_shared<FreezeAtoms>(FreezeAtomsOptions{.indices = {1}})};
    Sample const start = test::mixed_samples()[1];
    StageRunner run(with(FusedOrder::documented, {1, 9, 0}), model, sub_stages(std::move(sub)));
    run.add(start);

    run.run();

    Sample const end = run.samples().begin()->second;
    for (std::size_t k = 0; k < 9; ++k)
        EXPECT_EQ(
            end.values<double>(Fields::positions)[k] == start.values<double>(Fields::positions)[k],
            k / 3 == 1);
}

TEST(DocumentedOrder, AHookAtAPointThatItLacksIsRefused) {
    test::HarmonicModel model;
    std::vector<Firing> log;
    auto const build = [&](FusedOrder order, HookPoint point) {
        SubStage sub = sub_stage(0, NveOptions{1.0}, 3);
        sub.hooks = {std::make_shared<RecordingHook>("r", log, 1, std::vector{point})};
        StageRunner run(with(order, {1, 1, 0}), model, sub_stages(std::move(sub)));
    };

    using enum HookPoint;
    for (HookPoint const point : {before_compute, after_pre_update, before_post_update}) {
        EXPECT_THROW(build(FusedOrder::documented, point), ConfigError);
        EXPECT_NO_THROW(build(FusedOrder::standard, point));
    }
    EXPECT_NO_THROW(build(FusedOrder::documented, after_compute));
}

/// How many samples each firing had.
class CountingHook final : public Hook {
public:
    explicit CountingHook(HookPoint point) : point_(point) {}
    [[nodiscard]] std::string name() const override { return "counting"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override { return point == point_; }
    void fire(HookContext& context) override {
        counts.push_back(static_cast<int>(context.systems.size()));
    }
    std::vector<int> counts;

private:
    HookPoint point_;
};

TEST(ElementHooks, SeeTheSamplesOfAllSubStagesInOneFiring) {
    test::HarmonicModel model;
    std::vector<Firing> log;
    auto const counting = std::make_shared<CountingHook>(HookPoint::after_step);
    auto const recording = std::make_shared<RecordingHook>(
        "element", log, 1,
        std::vector{HookPoint::before_step, HookPoint::before_compute, HookPoint::after_compute,
                    HookPoint::after_step});
    StageRunner run(with(FusedOrder::standard, {2, 2, 0}, {counting, recording}), model,
                    sub_stages(recorded(0, log), recorded(1, log)));
    put_one_in_each(run);
    counting->counts.clear();
    log.clear();

    run.step();

    EXPECT_EQ(counting->counts, std::vector<int>{2});
    std::vector<std::string> order;  // of the points that both have, per firing
    for (Firing const& firing : log)
        if (firing.point == HookPoint::before_step || firing.point == HookPoint::after_step)
            order.push_back(firing.hook + std::to_string(firing.sample));
    EXPECT_EQ(order, (std::vector<std::string>{"element0", "element1", "r1", "r0", "r1", "r0",
                                               "element0", "element1"}));
}

TEST(ElementHooks, ChangeASampleBeforeTheHooksOfItsStageLookAtIt) {
    test::HarmonicModel model;
    std::vector<Firing> log;
    using enum HookPoint;
    auto const element = std::make_shared<RecordingHook>("element", log, 1,
                                                         std::vector{on_admission, after_compute});
    StageRunner run(with(FusedOrder::standard, {1, 1, 0}, {element}), model,
                    sub_stages(recorded(0, log)));
    run.add(atom(0, 0.3));

    run.step();

    std::vector<std::string> order;
    for (Firing const& firing : log)
        if (firing.point == on_admission || firing.point == after_compute)
            order.push_back(firing.hook);
    EXPECT_EQ(order, (std::vector<std::string>{"element", "r", "element", "r"}));
}

TEST(ElementHooks, TurnAndHoldASampleInThatOrder) {
    LennardJones model = test::reference_argon();
    SubStage sub = sub_stage(0, NveOptions{2.0}, 5);
    sub.hooks = {std::make_shared<FreezeAtoms>(FreezeAtomsOptions{.indices = {1}})};
    Sample turned = test::argon_crystal(test::plain_schema(), 0, 2, 0.1, 1);
    auto const swap_axes = [](std::span<double> rows) {  // x, y, z become z, x, y
        for (std::size_t k = 0; k < rows.size(); k += 3)
            std::rotate(rows.begin() + k, rows.begin() + k + 2, rows.begin() + k + 3);
    };
    swap_axes(turned.values<double>(Fields::positions));
    swap_axes(turned.values<double>(Fields::cell));
    StageRunner run(with(FusedOrder::standard, {1, 32, 0}, {std::make_shared<AlignCell>()}), model,
                    sub_stages(std::move(sub)));
    run.add(turned);
    run.step();
    Sample const first = run.samples().at(0);

    run.run();

    Sample const end = run.samples().at(0);
    EXPECT_NE(first.values<double>(Fields::cell)[0], turned.values<double>(Fields::cell)[0]);
    for (std::size_t c = 3; c < 6; ++c)
        EXPECT_EQ(end.values<double>(Fields::positions)[c],
                  first.values<double>(Fields::positions)[c]);
    // The held atom stands where the turn put it: as far from the next one as before.
    auto const gap = [](Sample const& of) {
        auto const r = of.values<double>(Fields::positions);
        return std::hypot(r[3], r[4], r[5]);
    };
    EXPECT_NEAR(gap(first), gap(turned), 1e-9);
}

TEST(ElementHooks, AConvergedSampleIsShownOnceAndASnapshotShowsEveryStatus) {
    test::HarmonicModel model;
    auto const converged = std::make_shared<CountingHook>(HookPoint::on_converge);
    test::MemorySink sink;
    auto const snapshot = std::make_shared<Snapshot>(sink, SnapshotOptions{});
    StageRunner run(with(FusedOrder::standard, {2, 2, 0}, {converged, snapshot}), model,
                    sub_stages(sub_stage(0, FireOptions{}, std::nullopt, {fmax_criterion(0.4)}),
                               sub_stage(1, FireOptions{}, std::nullopt, {fmax_criterion(1e-3)})));
    run.add(atom(0, 0.9));
    run.add(atom(1, 0.1));

    run.run();

    int shown = 0;
    for (int const count : converged->counts) shown += count;
    EXPECT_EQ(shown, 4) << "two samples, each in two sub-stages";
    bool both_in_one_step = false;
    for (std::size_t k = 0; k + 1 < sink.rows.size(); ++k)
        both_in_one_step =
            both_in_one_step || sink.rows[k].sample.values<std::int64_t>(Fields::status)[0] !=
                                    sink.rows[k + 1].sample.values<std::int64_t>(Fields::status)[0];
    EXPECT_TRUE(both_in_one_step);
    EXPECT_EQ(static_cast<std::int64_t>(sink.rows.size()), run.metrics.sample_steps.load());
}

TEST(ElementHooks, TheirStateIsBesideThatOfTheStagesHooks) {
    LennardJones model = test::reference_argon();
    std::vector<std::string> element_told, stage_told;
    auto const monitor = [](double threshold, std::vector<std::string>& told) {
        return std::make_shared<EnergyDriftMonitor>(
            EnergyDriftMonitorOptions{.threshold = threshold},
            [&told](std::string const& line) { told.push_back(line); });
    };
    SubStage first = sub_stage(0, NveOptions{2.0}, 4), second = sub_stage(1, NveOptions{2.0}, 4);
    second.hooks = {monitor(1e-15, stage_told)};
    StageRunner run(with(FusedOrder::standard, {1, 32, 0}, {monitor(1e-15, element_told)}), model,
                    sub_stages(std::move(first), std::move(second)));
    run.add(test::mixed_samples()[0]);

    run.run();

    EXPECT_EQ(stage_told.size(), 1u);
    EXPECT_GE(element_told.size(), 1u);
}

TEST(ElementHooks, OneThatWorksAroundTheUpdatesOfAStageIsRefused) {
    test::HarmonicModel model;
    EXPECT_THROW(
        StageRunner(with(FusedOrder::standard, {1, 1, 0},
                         {std::make_shared<FreezeAtoms>(FreezeAtomsOptions{.indices = {0}})}),
                    model, sub_stages(sub_stage(0, NveOptions{1.0}, 3))),
        ConfigError);
}

}  // namespace
}  // namespace athanor
