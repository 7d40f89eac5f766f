// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What is left of a sample that fails: the state that it had when all was well.
#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/support/all_dynamics.hpp"
#include "tests/support/hooked_stages.hpp"
#include "tests/support/lj.hpp"

namespace athanor {
namespace {

using test::hooked;
using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

constexpr std::int64_t good_steps = 4;  // that the bad sample completes
constexpr BatchCapacity room{3, 300, 0};
enum class Deed { position, velocity, force, energy, cell, word };

/// Spoils sample 1 at one point of the step after its good ones, or fails it.
class Spoiler final : public Hook {
public:
    Spoiler(HookPoint point, Deed deed) : point_(point), deed_(deed) {}
    [[nodiscard]] std::string name() const override { return "spoiler"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override { return point == point_; }
    void fire(HookContext& context) override {
        BatchView const view = context.batch.view();
        bool const counted = point_ == HookPoint::after_step;
        std::int64_t const when =
            point_ == HookPoint::on_admission ? 0 : good_steps + (counted ? 1 : 0);
        for (SystemIndex system : context.systems)
            if (int const s = system.value();
                view.system_id[s] == 1 && view.stage_step[s] == when) {
                spoil(view, s);
                if (deed_ == Deed::word || (counted && deed_ == Deed::force))
                    context.fail(system, "said so");
            }
    }

private:
    void spoil(BatchView const& view, int s) const {
        constexpr double bad = std::numeric_limits<double>::quiet_NaN();
        std::ptrdiff_t const atom = 3 * view.atom_begin[s];
        if (deed_ == Deed::position) view.positions[atom + 1] = bad;
        if (deed_ == Deed::velocity) view.velocities[atom + 1] = bad;
        if (deed_ == Deed::force) view.forces[atom + 1] = bad;
        if (deed_ == Deed::energy) view.energy[s] = bad;
        if (deed_ == Deed::cell) view.cell[9 * s] = bad;
    }
    HookPoint point_;
    Deed deed_;
};

std::vector<Sample> crystals() {
    std::vector<Sample> samples;
    for (int id = 0; id < 3; ++id)
        samples.push_back(test::argon_crystal(test::plain_schema(), id, 2, 0.05, 40 + id));
    return samples;
}

/// Sample 1 after some steps in which nothing goes wrong.
Sample undisturbed(DynamicsSpec const& dynamics, std::int64_t steps) {
    LennardJones model = test::reference_argon();
    StageRunner run(model, sub_stages(sub_stage(0, dynamics, 1000)), room);
    for (Sample const& sample : crystals()) run.add(sample);
    run.step(static_cast<int>(steps));
    return run.samples().at(1);
}

struct Failed {
    Sample sample;
    std::string reason;
};
Failed spoiled(DynamicsSpec const& dynamics, HookPoint point, Deed deed) {
    LennardJones model = test::reference_argon();
    auto const hook = std::make_shared<Spoiler>(point, deed);
    StageRunner run(model, sub_stages(hooked(sub_stage(0, dynamics, 1000), {hook})), room);
    for (Sample const& sample : crystals()) run.add(sample);
    run.step(static_cast<int>(good_steps) + 2);
    EXPECT_EQ(run.stage.failed().size(), 1U);
    return {run.samples().at(1), run.stage.failure_reason(run.stage.failed()[0])};
}

/// The numbers of a sample that are stored of a failed one, and its steps.
void expect_state(Sample const& expected, Sample const& found) {
    for (FieldIndex const field :
         {Fields::positions, Fields::velocities, Fields::forces, Fields::cell, Fields::energy})
        EXPECT_TRUE(std::ranges::equal(expected.values<double>(field), found.values<double>(field)))
            << expected.schema().field(field).name;
    EXPECT_EQ(found.values<std::uint8_t>(Fields::outcome)[0],
              static_cast<std::uint8_t>(Outcome::failed));
}

std::int64_t steps_of(Sample const& sample) {
    return sample.values<std::int64_t>(Fields::stage_step)[0];
}

class AFailedSample : public ::testing::TestWithParam<DynamicsSpec> {};

TEST_P(AFailedSample, IsLeftAsItWasBeforeTheStepInWhichItFailed) {
    Sample const good = undisturbed(GetParam(), good_steps);
    for (auto const& [point, deed] : {std::pair(HookPoint::before_step, Deed::word),
                                      {HookPoint::before_compute, Deed::position},
                                      {HookPoint::before_compute, Deed::word},
                                      {HookPoint::after_compute, Deed::force},
                                      {HookPoint::after_compute, Deed::energy},
                                      {HookPoint::after_post_update, Deed::word}}) {
        SCOPED_TRACE(static_cast<int>(point));
        Failed const failed = spoiled(GetParam(), point, deed);

        expect_state(good, failed.sample);
        EXPECT_EQ(steps_of(failed.sample), good_steps);
        EXPECT_EQ(failed.reason.find("state"), std::string::npos) << failed.reason;
    }
}

TEST_P(AFailedSample, WhoseStepWasDoneKeepsItsStateOrSaysWhichItGoesBackTo) {
    Sample const before = undisturbed(GetParam(), good_steps);
    Sample const after = undisturbed(GetParam(), good_steps + 1);

    Failed const sound = spoiled(GetParam(), HookPoint::after_step, Deed::word);
    expect_state(after, sound.sample);
    EXPECT_EQ(sound.reason, "spoiler: said so");
    for (auto const& [deed, why] : {std::pair(Deed::velocity, "a velocity is not finite"),
                                    {Deed::cell, "the cell is not finite"},
                                    {Deed::position, "a position is not finite"},
                                    {Deed::force, "spoiler: said so"}}) {
        Failed const unsound = spoiled(GetParam(), HookPoint::after_step, deed);
        expect_state(before, unsound.sample);
        EXPECT_EQ(steps_of(unsound.sample), good_steps + 1);
        EXPECT_EQ(unsound.reason,
                  std::string(why) + "; what is stored of it is its state after step 4");
    }
}

TEST_P(AFailedSample, IsLeftAsItCameWhereItFailsAtAdmissionAndItsEnergyIsNotKnown) {
    Sample const came = crystals()[1];
    for (Deed const deed : {Deed::force, Deed::energy, Deed::word}) {
        Failed const failed = spoiled(GetParam(), HookPoint::on_admission, deed);

        for (FieldIndex const field : {Fields::positions, Fields::velocities, Fields::cell})
            EXPECT_TRUE(
                std::ranges::equal(came.values<double>(field), failed.sample.values<double>(field)))
                << came.schema().field(field).name;
        for (FieldIndex const field : {Fields::energy, Fields::forces, Fields::stress})
            for (double const value : failed.sample.values<double>(field))
                ASSERT_TRUE(std::isnan(value));
        EXPECT_EQ(steps_of(failed.sample), 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Dynamics, AFailedSample,
                         ::testing::Values(NveOptions{2.0}, NvtLangevinOptions{2.0, 30.0, 0.02},
                                           FireOptions{.timestep_fs = 4.0}, LbfgsOptions{},
                                           NptOptions{}));

}  // namespace
}  // namespace athanor
