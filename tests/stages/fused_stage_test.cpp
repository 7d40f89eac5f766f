// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fused_stage.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "stages/hooks/snapshot.hpp"
#include "tests/support/all_dynamics.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/memory_sink.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor {
namespace {

using test::MemorySink;
using test::same_bits;
using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

TEST(FusedStage, AStepBudgetIsExactForEverySubStage) {
    test::HarmonicModel model;
    StageRunner run(model,
                    sub_stages(sub_stage(0, NveOptions{1.0}, 3), sub_stage(1, NveOptions{1.0}, 1),
                               sub_stage(2, SinglePointOptions{}, 0),
                               sub_stage(3, NvtLangevinOptions{1.0, 10.0, 0.01}, 5)),
                    {2, 2, 0});
    run.add(test::lone_atom(0, 0.3));
    run.add(test::lone_atom(1, 0.5));

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

TEST(FusedStage, OneComputePerStepForAllSubStages) {
    test::HarmonicModel model;
    StageRunner run(model,
                    sub_stages(sub_stage(0, NveOptions{1.0}, 2),
                               sub_stage(1, NvtLangevinOptions{1.0, 10.0, 0.01}, 50)),
                    {2, 2, 0});
    run.add(test::lone_atom(0, 0.3));
    run.step(2);
    run.add(test::lone_atom(1, 0.4));
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
