// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fused_stage.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "kernels/parallel_for.hpp"
#include "runtime/error.hpp"
#include "stages/hooks/converged_snapshot.hpp"
#include "stages/hooks/snapshot.hpp"
#include "tests/support/all_dynamics.hpp"
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

Sample atom(std::int64_t id, double x) {
    return test::cluster(test::plain_schema(), id, {x, 0.1, -0.1});
}

TEST(FusedStage, HooksFireInTheOrderOfTheStepAndOfTheirRegistration) {
    test::HarmonicModel model;
    std::vector<Firing> log;
    SubStage sub = sub_stage(3, NveOptions{1.0}, 1);
    sub.hooks = {std::make_shared<RecordingHook>("a", log),
                 std::make_shared<RecordingHook>("b", log)};
    StageRunner run(model, sub_stages(std::move(sub)), {1, 1, 0});
    run.add(atom(5, 0.3));

    run.step();

    std::vector<Firing> expected;
    for (int point : {9, 0, 1, 2, 3, 4, 5, 6, 7})
        for (char const* hook : {"a", "b"})
            expected.push_back(
                {hook, static_cast<HookPoint>(point), StageId{3}, 5, point == 7 ? 1 : 0});
    EXPECT_EQ(log, expected);
}

TEST(FusedStage, FrequencyCountsEachSamplesOwnSteps) {
    test::HarmonicModel model;
    std::vector<Firing> log;
    SubStage sub = sub_stage(0, NveOptions{1.0});
    sub.hooks = {std::make_shared<RecordingHook>("f", log, 4, std::vector{HookPoint::after_step})};
    StageRunner run(model, sub_stages(std::move(sub)), {2, 2, 0});
    run.add(atom(0, 0.3));
    run.step(3);
    run.add(atom(1, 0.4));

    run.step(7);

    std::vector<std::pair<std::int64_t, std::int64_t>> rows;
    for (Firing const& firing : log) rows.emplace_back(firing.sample, firing.completed_steps);
    std::sort(rows.begin(), rows.end());
    EXPECT_EQ(rows, (std::vector<std::pair<std::int64_t, std::int64_t>>{
                        {0, 1}, {0, 5}, {0, 9}, {1, 1}, {1, 5}}));
}

TEST(FusedStage, AThousandStepsWithFrequencyTenGiveAHundredSnapshotsAndFrameZeroOnDemand) {
    for (bool const initial : {false, true}) {
        test::HarmonicModel model;
        MemorySink sink;
        SubStage sub = sub_stage(0, NveOptions{1.0}, 1000);
        sub.hooks = {std::make_shared<Snapshot>(sink, SnapshotOptions{10, initial})};
        StageRunner run(model, sub_stages(std::move(sub)), {1, 1, 0});
        run.add(atom(0, 0.3));

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

TEST(FusedStage, AStepBudgetIsExactForEverySubStage) {
    test::HarmonicModel model;
    StageRunner run(model,
                    sub_stages(sub_stage(0, NveOptions{1.0}, 3), sub_stage(1, NveOptions{1.0}, 1),
                               sub_stage(2, SinglePointOptions{}, 0),
                               sub_stage(3, NvtLangevinOptions{1.0, 10.0, 0.01}, 5)),
                    {2, 2, 0});
    run.add(atom(0, 0.3));
    run.add(atom(1, 0.5));

    run.run();

    ASSERT_EQ(run.outcomes.size(), 8U);
    std::int64_t const budget[4] = {3, 1, 0, 5};
    for (OutcomeRecord const& record : run.outcomes) {
        EXPECT_EQ(record.outcome, Outcome::budget_spent);
        EXPECT_EQ(record.stage_steps, budget[record.stage.value()]);
    }
    EXPECT_EQ(run.outcomes.back().total_steps, 9);
    EXPECT_EQ(run.metrics.sample_steps.load(), 18);
}

TEST(FusedStage, OnConvergeFiresOnceForExactlyTheSamplesThatConverged) {
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

TEST(FusedStage, ASampleThatAHookFailsIsGoneForLaterHooksAndForNoneBefore) {
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
        for (int id : {0, 1, 2}) run.add(atom(id, 0.3));

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

TEST(FusedStage, AHookThatFailsASampleChangesNoBitOfTheOthers) {
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

TEST(FusedStage, StateOfAHookFollowsItsSampleAndIsNotSharedByTwoOfAKind) {
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

TEST(FusedStage, AHookThatWouldNeverFireIsRefused) {
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

TEST(FusedStage, OneComputePerStepForAllSubStages) {
    test::HarmonicModel model;
    StageRunner run(model,
                    sub_stages(sub_stage(0, NveOptions{1.0}, 2),
                               sub_stage(1, NvtLangevinOptions{1.0, 10.0, 0.01}, 50)),
                    {2, 2, 0});
    run.add(atom(0, 0.3));
    run.step(2);
    run.add(atom(1, 0.4));
    run.step();  // admits both: one to the second, one to the first sub-stage
    int const before = model.computes;

    run.step();

    EXPECT_EQ(model.computes, before + 1);
}

TEST(FusedStage, StressIsWorkedOutInEveryStepForThoseWhoseDynamicsNeedsItAlone) {
    LennardJones model = test::reference_argon();
    StageRunner run(model, sub_stages(sub_stage(0, NveOptions{1.0}, 2), sub_stage(1, NphOptions{})),
                    {2, 64, 0});
    run.add(test::argon_crystal(test::plain_schema(), 0, 2, 0.1, 1));
    run.step(3);
    run.add(test::argon_crystal(test::plain_schema(), 1, 2, 0.1, 2));
    auto const stress_of = [&](std::int64_t id) {
        return run.samples().at(id).values<double>(Fields::stress)[0];
    };
    double const before = stress_of(0);

    run.step();

    EXPECT_NE(before, 0.0);
    EXPECT_NE(stress_of(0), before);
    EXPECT_EQ(stress_of(1), 0.0);
}

/// A pair of dynamics, first | second.
using Pair = std::pair<DynamicsSpec, DynamicsSpec>;

/// What both dynamics can run: constant pressure needs periodic samples.
std::vector<Sample> samples_for(Pair const& pair) {
    std::vector<Sample> samples = test::mixed_samples();
    for (DynamicsSpec const& spec : {pair.first, pair.second})
        if (make_dynamics(spec)->needs_finite_stress())
            std::erase_if(samples, [](Sample const& sample) {
                return sample.values<std::uint8_t>(Fields::pbc)[0] == 0;
            });
    return samples;
}

class EveryPair : public ::testing::TestWithParam<Pair> {};

TEST_P(EveryPair, FusedEqualsPipelinedEqualsOneSampleAloneBitForBit) {
    auto const& [first, second] = GetParam();
    LennardJones model = test::reference_argon();
    BatchCapacity const room{5, 160, 0};
    auto const samples = samples_for(GetParam());

    StageRunner fused(
        model, sub_stages(test::stage_of_kind(0, first), test::stage_of_kind(1, second)), room);
    for (Sample const& sample : samples) fused.add(sample);
    fused.run();
    auto const fused_end = fused.samples();

    StageRunner one(model, sub_stages(test::stage_of_kind(0, first)), room);
    for (Sample const& sample : samples) one.add(sample);
    one.run();
    StageRunner two(model, sub_stages(test::stage_of_kind(1, second)), room);
    for (auto const& [id, sample] : one.samples()) two.add(sample);
    two.run();
    auto const pipelined_end = two.samples();

    ASSERT_EQ(fused_end.size(), samples.size());
    for (Sample const& sample : samples) {
        SCOPED_TRACE(sample.id().value());
        StageRunner alone(model,
                          sub_stages(test::stage_of_kind(0, first), test::stage_of_kind(1, second)),
                          {1, 108, 0});
        alone.add(sample);
        alone.run();
        Sample const expected = alone.samples().at(sample.id().value());
        Sample const in_fused = fused_end.at(sample.id().value());
        Sample const in_pipeline = pipelined_end.at(sample.id().value());
        EXPECT_TRUE(same_bits(in_fused, expected));
        for (FieldIndex field :
             {Fields::positions, Fields::velocities, Fields::forces, Fields::energy, Fields::stage,
              Fields::cell, Fields::stage_step, Fields::total_steps, Fields::outcome}) {
            auto const a = in_pipeline.bytes(field);
            auto const b = expected.bytes(field);
            EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end())) << field.value();
        }
    }
}

std::vector<Pair> all_pairs() {
    auto const kinds = test::all_dynamics();
    std::vector<Pair> pairs;
    for (auto const& first : kinds)
        for (auto const& second : kinds) pairs.emplace_back(first, second);
    return pairs;
}

INSTANTIATE_TEST_SUITE_P(Dynamics, EveryPair, ::testing::ValuesIn(all_pairs()));

std::map<std::int64_t, Sample> run_with_threads(DynamicsSpec const& spec, int threads) {
    LennardJones model = test::reference_argon();
    StageRunner run(model, sub_stages(test::stage_of_kind(0, spec)), {6, 700, 0});
    for (Sample const& sample : test::mixed_samples()) run.add(sample);
    run.add(test::argon_crystal(test::plain_schema(), 9, 5, 0.1, 9));
    set_thread_count(threads);
    run.run();
    set_thread_count(1);
    return run.samples();
}

TEST(FusedStage, TheNumberOfThreadsChangesNoBit) {
    for (DynamicsSpec const& spec : std::vector<DynamicsSpec>{
             NvtLangevinOptions{2.0, 30.0, 0.02}, Fire2Options{.delay_steps = 4},
             LbfgsOptions{.history = 3}, NvtNoseHooverOptions{2.0, 30.0, 50.0}, DemoOptions{2.0},
             NptOptions{2.0, 30.0, 0.0003, 300.0}, FireVariableCellOptions{{.timestep_fs = 4.0}},
             Fire2VariableCellOptions{{.delay_steps = 4}, 0.1}}) {
        SCOPED_TRACE(make_dynamics(spec)->name());
        auto const one = run_with_threads(spec, 1);
        auto const two = run_with_threads(spec, 2);
        auto const three = run_with_threads(spec, 3);

        for (auto const& [id, sample] : one) {
            EXPECT_TRUE(same_bits(sample, two.at(id)));
            EXPECT_TRUE(same_bits(sample, three.at(id)));
        }
    }
}

TEST(FusedStage, AFailingSampleLeavesWithItsReasonAndChangesNoBitOfTheOthers) {
    auto const schema = test::plain_schema();
    double const nan = std::numeric_limits<double>::quiet_NaN();
    std::vector<std::pair<Sample, std::string>> bad;
    bad.emplace_back(test::cluster(schema, 100, {0, 0, 0, nan, 0, 0}), "position is not finite");
    bad.emplace_back(test::cluster(schema, 101, {1, 1, 1, 5, 5, 5, 1, 1, 1}), "atoms 0 and 2");
    bad.emplace_back(test::cluster(schema, 102, {0, 0, 0}, 10), "no parameters for Ne");
    Sample flat = test::argon_crystal(schema, 103, 1, 0.0, 1);
    flat.values<double>(Fields::cell)[8] = 0.0;
    bad.emplace_back(flat, "no volume");
    Sample self = test::cluster(schema, 104, {0, 0, 0});
    self.values<double>(Fields::cell)[0] = 1e-6;
    self.values<std::uint8_t>(Fields::pbc)[0] = 1;
    bad.emplace_back(self, "the cell");
    Sample exploding = test::argon_crystal(schema, 105, 1, 0.0, 1);
    exploding.values<double>(Fields::positions)[3] = 1e-4;
    exploding.values<double>(Fields::positions)[4] = 0.0;
    exploding.values<double>(Fields::positions)[5] = 0.0;
    bad.emplace_back(exploding, "is");
    LennardJones model = test::reference_argon();
    StageRunner clean(model,
                      sub_stages(test::stage_of_kind(0, NvtLangevinOptions{2.0, 30.0, 0.02})),
                      {12, 300, 0});
    StageRunner mixed(model,
                      sub_stages(test::stage_of_kind(0, NvtLangevinOptions{2.0, 30.0, 0.02})),
                      {12, 300, 0});

    auto const good = test::mixed_samples();
    for (std::size_t k = 0; k < good.size(); ++k) {
        clean.add(good[k]);
        mixed.add(bad[k].first);
        mixed.add(good[k]);
    }
    mixed.add(bad.back().first);
    clean.run();
    mixed.run();

    auto const expected = clean.samples();
    auto const got = mixed.samples();
    for (auto const& [id, sample] : expected) EXPECT_TRUE(same_bits(sample, got.at(id))) << id;
    std::map<std::int64_t, std::string> reasons;
    for (OutcomeRecord const& record : mixed.outcomes)
        if (record.outcome == Outcome::failed) reasons[record.sample.value()] = record.reason;
    for (auto const& [sample, words] : bad) {
        auto const id = sample.id().value();
        ASSERT_TRUE(reasons.count(id)) << id;
        EXPECT_NE(reasons[id].find(words), std::string::npos) << id << ": " << reasons[id];
    }
    EXPECT_EQ(mixed.metrics.failed.load(), 6);
}

TEST(FusedStage, StressIsFilledForPeriodicSamplesAndNanForOpenOnes) {
    LennardJones model = test::reference_argon();
    MemorySink sink;
    SubStage sub = sub_stage(0, NveOptions{1.0}, 1);
    sub.hooks = {std::make_shared<Snapshot>(sink, SnapshotOptions{})};
    StageRunner run(model, sub_stages(std::move(sub)), {2, 40, 0});
    run.add(test::argon_crystal(test::plain_schema(), 0, 2, 0.1, 1));
    run.add(test::cluster(test::plain_schema(), 1, {0, 0, 0, 4, 0, 0}));

    run.run();

    ASSERT_EQ(sink.rows.size(), 2U);
    EXPECT_TRUE(std::isfinite(sink.rows[0].sample.values<double>(Fields::stress)[0]));
    EXPECT_NE(sink.rows[0].sample.values<double>(Fields::stress)[0], 0.0);
    EXPECT_TRUE(std::isnan(sink.rows[1].sample.values<double>(Fields::stress)[0]));
}

TEST(FusedStage, RemovingASampleInTheMiddleChangesNoBitOfTheOthers) {
    LennardJones model = test::reference_argon();
    auto const samples = test::mixed_samples();
    StageRunner run(model, sub_stages(sub_stage(0, NveOptions{2.0}, 40)), {5, 160, 0});
    run.add(samples[0]);
    run.step(20);
    for (std::size_t k = 1; k < samples.size(); ++k) run.add(samples[k]);
    run.step(20);
    ASSERT_EQ(run.stage.departing().size(), 1U);
    Sample const first = run.samples().at(0);
    run.stage.remove(run.stage.departing()[0]);

    run.run();

    auto const rest = run.samples();
    for (std::size_t k = 0; k < samples.size(); ++k) {
        StageRunner alone(model, sub_stages(sub_stage(0, NveOptions{2.0}, 40)), {1, 108, 0});
        alone.add(samples[k]);
        alone.run();
        auto const id = samples[k].id().value();
        EXPECT_TRUE(same_bits(alone.samples().at(id), id == 0 ? first : rest.at(id))) << id;
    }
}

}  // namespace
}  // namespace athanor
