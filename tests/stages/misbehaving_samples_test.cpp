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

TEST(MisbehavingSamples, LeaveWithTheirReasonWhereTheyCannotBegin) {
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
    Sample much_too_small = test::argon_crystal(schema, 105, 1, 0.0, 1);
    for (double& value : much_too_small.values<double>(Fields::cell)) value *= 0.01;
    bad.emplace_back(much_too_small, "the cell is so small");
    Sample colliding = test::argon_crystal(schema, 106, 1, 0.0, 1);
    colliding.values<double>(Fields::positions)[3] = 1e-4;
    colliding.values<double>(Fields::positions)[4] = 0.0;
    colliding.values<double>(Fields::positions)[5] = 0.0;
    bad.emplace_back(colliding, "is");
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
    for (std::size_t k = good.size(); k < bad.size(); ++k) mixed.add(bad[k].first);
    clean.run();
    mixed.run();

    auto const expected = clean.samples();
    auto const got = mixed.samples();
    for (auto const& [id, sample] : expected)
        EXPECT_TRUE(test::same_bits(sample, got.at(id))) << id;
    std::map<std::int64_t, std::string> reasons;
    for (OutcomeRecord const& record : mixed.outcomes)
        if (record.outcome == Outcome::failed) reasons[record.sample.value()] = record.reason;
    for (auto const& [sample, words] : bad) {
        auto const id = sample.id().value();
        ASSERT_TRUE(reasons.count(id)) << id;
        EXPECT_NE(reasons[id].find(words), std::string::npos) << id << ": " << reasons[id];
    }
    EXPECT_EQ(mixed.metrics.failed.load(), 7);
}

TEST(MisbehavingSamples, ACellThatCollapsesFailsWithThatSaid) {
    LennardJonesOptions weightless = test::reference_argon().options();
    weightless.species[18] = {1e-9, 0.01};
    LennardJones model(weightless);  // nothing withstands the pressure
    NphOptions const squeezing{.timestep_fs = 2.0, .pressure_ev_per_a3 = 2.0};
    StageRunner run(model, sub_stages(sub_stage(0, squeezing, 5000)), {2, 300, 0});
    run.add(test::argon_crystal(test::plain_schema(), 0, 2, 0.05, 3));

    run.run();

    ASSERT_EQ(run.outcomes.size(), 1u);
    EXPECT_EQ(run.outcomes[0].outcome, Outcome::failed);
    EXPECT_NE(run.outcomes[0].reason.find("the cell has become so small"), std::string::npos)
        << run.outcomes[0].reason;
}

/// Makes the energy of sample `bad` no number when it is admitted.
class SpoilingHook final : public Hook {
public:
    explicit SpoilingHook(std::int64_t bad) : bad_(bad) {}
    [[nodiscard]] std::string name() const override { return "spoiling"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::on_admission;
    }
    void fire(HookContext& context) override {
        BatchView const view = context.batch.view();
        for (SystemIndex s : context.systems)
            if (view.system_id[s.value()] == bad_)
                view.energy[s.value()] = std::numeric_limits<double>::quiet_NaN();
    }

private:
    std::int64_t bad_;
};

TEST(MisbehavingSamples, AnEnergyThatAHookSpoilsAtAdmissionIsSeenWhereNoStepFollows) {
    LennardJones model = test::reference_argon();
    SubStage sub = sub_stage(0, SinglePointOptions{}, 0);
    sub.hooks = {std::make_shared<SpoilingHook>(1)};
    StageRunner run(model, sub_stages(std::move(sub)), {2, 64, 0});
    for (int id : {0, 1}) run.add(test::argon_crystal(test::plain_schema(), id, 2, 0.1, 1));

    run.run();

    ASSERT_EQ(run.stage.failed().size(), 1U);
    EXPECT_EQ(run.stage.batch().sample_id(run.stage.failed()[0]), SampleId{1});
    EXPECT_EQ(run.stage.failure_reason(run.stage.failed()[0]), "the energy is nan");
    ASSERT_EQ(run.stage.departing().size(), 1U);
    EXPECT_EQ(run.stage.batch().sample_id(run.stage.departing()[0]), SampleId{0});
}

}  // namespace
}  // namespace athanor
