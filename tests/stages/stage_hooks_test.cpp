// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/stage_hooks.hpp"

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "stages/hooks/converged_snapshot.hpp"
#include "stages/hooks/snapshot.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/hooked_stages.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/memory_sink.hpp"
#include "tests/support/recording_hook.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor {
namespace {

using test::Firing;
using test::MemorySink;
using test::RecordingHook;
using test::same_bits;
using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

TEST(StageHooks, HooksFireInTheOrderOfTheStepAndOfTheirRegistration) {
    test::HarmonicModel model;
    std::vector<Firing> log;
    SubStage sub = sub_stage(3, NveOptions{1.0}, 1);
    sub.hooks = {std::make_shared<RecordingHook>("a", log),
                 std::make_shared<RecordingHook>("b", log)};
    StageRunner run(model, sub_stages(std::move(sub)), {1, 1, 0});
    run.add(test::lone_atom(5, 0.3));

    run.step();

    std::vector<Firing> expected;
    for (int point : {9, 0, 1, 2, 3, 4, 5, 6, 7})
        for (char const* hook : {"a", "b"})
            expected.push_back(
                {hook, static_cast<HookPoint>(point), StageId{3}, 5, point == 7 ? 1 : 0});
    EXPECT_EQ(log, expected);
}

TEST(StageHooks, FrequencyCountsEachSamplesOwnSteps) {
    test::HarmonicModel model;
    std::vector<Firing> log;
    SubStage sub = sub_stage(0, NveOptions{1.0});
    sub.hooks = {std::make_shared<RecordingHook>("f", log, 4, std::vector{HookPoint::after_step})};
    StageRunner run(model, sub_stages(std::move(sub)), {2, 2, 0});
    run.add(test::lone_atom(0, 0.3));
    run.step(3);
    run.add(test::lone_atom(1, 0.4));

    run.step(7);

    std::vector<std::pair<std::int64_t, std::int64_t>> rows;
    for (Firing const& firing : log) rows.emplace_back(firing.sample, firing.completed_steps);
    std::sort(rows.begin(), rows.end());
    EXPECT_EQ(rows, (std::vector<std::pair<std::int64_t, std::int64_t>>{
                        {0, 1}, {0, 5}, {0, 9}, {1, 1}, {1, 5}}));
}

TEST(StageHooks, AThousandStepsWithFrequencyTenGiveAHundredSnapshotsAndFrameZeroOnDemand) {
    for (bool const initial : {false, true}) {
        test::HarmonicModel model;
        MemorySink sink;
        SubStage sub = sub_stage(0, NveOptions{1.0}, 1000);
        sub.hooks = {std::make_shared<Snapshot>(sink, SnapshotOptions{10, initial})};
        StageRunner run(model, sub_stages(std::move(sub)), {1, 1, 0});
        run.add(test::lone_atom(0, 0.3));

        run.run();

        ASSERT_EQ(sink.rows.size(), initial ? 101U : 100U);
        auto const step = [&](std::size_t row) {
            return sink.rows[row].sample.values<std::int64_t>(Fields::stage_step)[0];
        };
        std::size_t const first = initial ? 1 : 0;
        if (initial) {
            EXPECT_EQ(step(0), 0);
        }
        for (std::size_t row = first; row < sink.rows.size(); ++row)
            EXPECT_EQ(step(row), 1 + 10 * static_cast<int>(row - first));
    }
}

TEST(StageHooks, OnConvergeFiresOnceForExactlyTheSamplesThatConverged) {
    LennardJones model = test::reference_argon();
    std::vector<Firing> log;
    MemorySink sink;
    SubStage sub = sub_stage(0, FireOptions{.timestep_fs = 5.0}, 400, {fmax_criterion(1e-3)});
    sub.hooks = {std::make_shared<RecordingHook>("c", log, 7, std::vector{HookPoint::on_converge}),
                 std::make_shared<ConvergedSnapshot>(sink)};
    StageRunner run(model, sub_stages(std::move(sub)), {3, 40, 0});
    run.add(test::cluster(test::plain_schema(), 0, {0, 0, 0, 3.6, 0, 0}));
    run.add(test::argon_crystal(test::plain_schema(), 1, 2, 0.15, 4));
    run.add(test::cluster(test::plain_schema(), 2, {0, 0, 0, 1.2, 0, 0}));  // flies apart, slowly

    run.run(400);

    std::vector<std::int64_t> converged, recorded, stored;
    for (OutcomeRecord const& record : run.outcomes)
        if (record.outcome == Outcome::converged) converged.push_back(record.sample.value());
    for (Firing const& firing : log) recorded.push_back(firing.sample);
    for (auto const& row : sink.rows) {
        stored.push_back(row.sample.id().value());
        EXPECT_EQ(row.kind, RowKind::converged);
    }
    ASSERT_FALSE(converged.empty());
    EXPECT_EQ(recorded, converged);
    EXPECT_EQ(stored, converged);
}

/// Fails sample `bad` at one point, once it has done so many steps.
class FailingHook final : public Hook {
public:
    FailingHook(HookPoint point, std::int64_t bad, std::int64_t step)
        : point_(point), bad_(bad), step_(step) {}
    [[nodiscard]] std::string name() const override { return "failing"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override { return point == point_; }
    void fire(HookContext& context) override {
        BatchView const view = context.batch.view();
        for (SystemIndex s : context.systems)
            if (view.system_id[s.value()] == bad_ && view.stage_step[s.value()] >= step_) {
                context.fail(s, "no good");
                context.fail(s, "no good twice");
            }
    }

private:
    HookPoint point_;
    std::int64_t bad_, step_;
};

TEST(StageHooks, ASampleThatAHookFailsIsGoneForLaterHooksAndForNoneBefore) {
    for (int p = 0; p <= static_cast<int>(HookPoint::on_admission); ++p) {
        SCOPED_TRACE(p);
        auto const point = static_cast<HookPoint>(p);
        test::HarmonicModel model;
        std::vector<Firing> before, after;
        // Everything converges in its first step.
        SubStage sub = sub_stage(0, NveOptions{1.0}, 2, {fmax_criterion(1e3)});
        sub.hooks = {std::make_shared<RecordingHook>("b", before, 1, std::vector{point}),
                     std::make_shared<FailingHook>(point, 1, 0),
                     std::make_shared<RecordingHook>("a", after)};
        StageRunner run(model, sub_stages(std::move(sub)), {3, 3, 0});
        for (int id : {0, 1, 2}) run.add(test::lone_atom(id, 0.3));

        run.run();

        EXPECT_EQ(before.size(), 3U);
        // Of the bad one the last hook saw the points before alone; admission is the first of all.
        int seen = 0;
        for (Firing const& firing : after) seen += static_cast<int>(firing.sample == 1);
        EXPECT_EQ(seen, point == HookPoint::on_admission ? 0 : 1 + p);
        ASSERT_EQ(run.stage.failed().size(), 1U);
        EXPECT_EQ(run.stage.failure_reason(run.stage.failed()[0]), "failing: no good");
        EXPECT_EQ(run.stage.departing().size(), 2U);
        EXPECT_EQ(run.outcomes.size(), 3U);
        EXPECT_EQ(run.metrics.failed.load(), 1);
    }
}

TEST(StageHooks, AHookThatFailsASampleChangesNoBitOfTheOthers) {
    auto const hooks = [](int code) {
        test::Hooks list;
        if (code == 0)
            list.push_back(std::make_shared<FailingHook>(HookPoint::after_compute, 2, 7));
        return list;
    };
    LennardJones model = test::reference_argon();
    auto const run_with = [&](test::HookFactory const& factory) {
        StageRunner run(model,
                        sub_stages(test::hooked_part(0, factory), test::hooked_part(1, factory)),
                        {5, 160, 0});
        for (Sample const& sample : test::argon_samples()) run.add(sample);
        run.run();
        return run.samples();
    };

    auto const ends = run_with(hooks);
    auto const free = run_with([](int) { return test::Hooks{}; });

    for (auto const& [id, sample] : ends) EXPECT_EQ(same_bits(sample, free.at(id)), id != 2) << id;
    EXPECT_EQ(ends.at(2).values<std::int64_t>(Fields::stage_step)[0], 7);
}

/// Counts the firings for each sample in a state field, from 100.
class CountingHook final : public Hook {
public:
    explicit CountingHook(int frequency) : frequency_(frequency) {}
    [[nodiscard]] std::string name() const override { return "counting"; }
    [[nodiscard]] int frequency() const override { return frequency_; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::on_admission || point == HookPoint::after_step;
    }
    [[nodiscard]] std::vector<FieldSpec> state_fields() const override {
        return {{"count", Level::system, Dtype::int64, {1}, "", FieldRole::state}};
    }
    void fire(HookContext& context) override {
        auto* const count = context.batch.column<std::int64_t>(context.state[0]);
        for (SystemIndex s : context.systems)
            count[s.value()] =
                context.point == HookPoint::on_admission ? 100 : count[s.value()] + 1;
    }

private:
    int frequency_;
};

TEST(StageHooks, StateOfAHookFollowsItsSampleAndIsNotSharedByTwoOfAKind) {
    auto const hooks = [](int) {
        return test::Hooks{std::make_shared<CountingHook>(1), std::make_shared<CountingHook>(4)};
    };

    auto const ends = test::expect_bits_depend_on_the_sample_alone(hooks);

    for (auto const& [id, sample] : ends) {
        auto const steps = sample.values<std::int64_t>(Fields::stage_step)[0];
        auto const count = [&end = sample](char const* name) {
            return end.values<std::int64_t>(*end.schema().find(name))[0];
        };
        EXPECT_EQ(count("hook0_count"), 100 + steps);
        EXPECT_EQ(count("hook1_count"), 100 + (steps + 3) / 4);
    }
}

TEST(StageHooks, AHookThatWouldNeverFireIsRefused) {
    test::HarmonicModel model;
    std::vector<Firing> log;
    auto const build = [&](std::optional<std::int64_t> budget, std::vector<Criterion> criteria,
                           std::vector<HookPoint> points) {
        SubStage sub = sub_stage(0, NveOptions{1.0}, budget, std::move(criteria));
        sub.hooks = {std::make_shared<RecordingHook>("r", log, 1, std::move(points))};
        StageRunner run(model, sub_stages(std::move(sub)), {1, 1, 0});
    };

    EXPECT_THROW(build(0, {}, {HookPoint::after_step}), ConfigError);
    EXPECT_THROW(build(5, {}, {HookPoint::on_converge}), ConfigError);
    EXPECT_NO_THROW(build(0, {}, {HookPoint::on_admission}));
    EXPECT_NO_THROW(build(5, {fmax_criterion(1)}, {HookPoint::on_converge}));
    EXPECT_NO_THROW(build(std::nullopt, {}, {HookPoint::before_step}));
}

}  // namespace
}  // namespace athanor
