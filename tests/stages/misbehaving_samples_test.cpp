// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Samples that explode, turn into NaN or never converge, among others.
#include <limits>
#include <map>

#include <gtest/gtest.h>

#include "tests/support/all_dynamics.hpp"
#include "tests/support/lj.hpp"

namespace athanor {
namespace {

using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

constexpr std::int64_t exploding = 200, not_a_number = 201, restless = 202;
constexpr int md_steps = 10, relax_steps = 150;

std::vector<SubStage> stages() {
    SubStage relax =
        sub_stage(1, FireOptions{.timestep_fs = 4.0}, relax_steps, {fmax_criterion(0.02)});
    relax.predicates = {[](Batch const& batch, SystemIndex system) {
        return batch.sample_id(system) != SampleId{restless};
    }};
    return sub_stages(sub_stage(0, NveOptions{2.0}, md_steps), std::move(relax));
}

std::vector<Sample> misbehaving() {
    auto const schema = test::plain_schema();
    Sample close = test::argon_crystal(schema, exploding, 2, 0.0, 1);
    auto const positions = close.values<double>(Fields::positions);
    for (std::size_t c = 0; c < 3; ++c) positions[3 + c] = positions[c] + 0.01;
    Sample moving = test::argon_crystal(schema, not_a_number, 2, 0.1, 2);
    moving.values<double>(Fields::velocities)[7] = std::numeric_limits<double>::quiet_NaN();
    return {close, moving, test::argon_crystal(schema, restless, 2, 0.05, 3)};
}

TEST(MisbehavingSamples, ChangeNoBitOfTheOthersAndLeaveWithTheirOutcome) {
    LennardJones model = test::reference_argon();
    BatchCapacity const room{8, 300, 0};
    StageRunner clean(model, stages(), room), mixed(model, stages(), room);
    auto const bad = misbehaving();
    auto const good = test::mixed_samples();
    for (std::size_t k = 0; k < good.size(); ++k) {
        if (k < bad.size()) mixed.add(bad[k]);
        mixed.add(good[k]);
        clean.add(good[k]);
    }

    clean.run();
    mixed.run();

    auto const ends = mixed.samples();
    for (auto const& [id, sample] : clean.samples())
        EXPECT_TRUE(test::same_bits(sample, ends.at(id))) << "sample " << id;
    std::map<std::int64_t, OutcomeRecord> last;
    for (OutcomeRecord const& record : mixed.outcomes)
        last.insert_or_assign(record.sample.value(), record);
    EXPECT_EQ(mixed.stage.failed().size(), 2u);
    for (auto const& [id, why] : {std::pair(exploding, "the energy is nan"),
                                  std::pair(not_a_number, "a position is not finite")}) {
        EXPECT_EQ(last.at(id).outcome, Outcome::failed) << "sample " << id;
        EXPECT_EQ(last.at(id).stage, StageId{0});
        EXPECT_EQ(last.at(id).reason, why);
    }
    EXPECT_EQ(last.at(restless).outcome, Outcome::budget_spent);
    EXPECT_EQ(last.at(restless).stage_steps, relax_steps);
    for (Sample const& sample : good)
        EXPECT_EQ(last.at(sample.id().value()).outcome, Outcome::converged);
}

TEST(MisbehavingSamples, ADynamicsWithoutCriteriaIsNotLeftEarlyBecauseForcesAreSmall) {
    LennardJones model = test::reference_argon();
    StageRunner run(model, stages(), {1, 1, 0});
    run.add(test::cluster(test::plain_schema(), 0, {0, 0, 0}));  // feels nothing

    run.run();

    ASSERT_EQ(run.outcomes.size(), 2u);
    EXPECT_EQ(run.outcomes[0].outcome, Outcome::budget_spent);
    EXPECT_EQ(run.outcomes[0].stage_steps, md_steps);
    EXPECT_EQ(run.outcomes[1].outcome, Outcome::converged);
    EXPECT_EQ(run.outcomes[1].stage_steps, 1);
}

}  // namespace
}  // namespace athanor
