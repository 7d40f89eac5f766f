// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/lbfgs.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "kernels/parallel_for.hpp"
#include "runtime/error.hpp"
#include "stages/fire2.hpp"
#include "tests/support/allocation_count.hpp"
#include "tests/support/golden_json.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor {
namespace {

using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

OutcomeRecord relax(DynamicsSpec const& dynamics, Sample const& start, double fmax) {
    LennardJones model = test::reference_argon();
    StageRunner run(model, sub_stages(sub_stage(0, dynamics, 20000, {fmax_criterion(fmax)})),
                    {1, start.atom_count(), 0});
    run.add(start);
    run.run();
    return run.outcomes.at(0);
}

class LbfgsAgainstFire2 : public ::testing::TestWithParam<char const*> {};

TEST_P(LbfgsAgainstFire2, ConvergesWithAThirdOfTheEvaluations) {
    Sample const start = test::read_golden_sample(GetParam());
    // FIRE2 as it comes, and with the largest time step that suits argon.
    Fire2Options const long_steps{
        .timestep_fs = 4.0, .timestep_max_fs = 6.4, .timestep_min_fs = 0.4};
    for (double fmax : {1e-3, 1e-6}) {
        SCOPED_TRACE(fmax);
        OutcomeRecord const lbfgs = relax(LbfgsOptions{}, start, fmax);
        OutcomeRecord const fire2 = relax(Fire2Options{}, start, fmax);
        OutcomeRecord const tuned = relax(long_steps, start, fmax);

        for (auto const* record : {&lbfgs, &fire2, &tuned}) {
            EXPECT_EQ(record->outcome, Outcome::converged);
            EXPECT_LE(record->fmax, fmax);
        }
        // Every step of either is one evaluation; both start from the one of admission.
        EXPECT_LE(3 * lbfgs.stage_steps, fire2.stage_steps);
        EXPECT_LE(2 * lbfgs.stage_steps, tuned.stage_steps);
    }
}

INSTANTIATE_TEST_SUITE_P(Argon, LbfgsAgainstFire2,
                         ::testing::Values("ar32", "lj13", "lj38", "lj55"),
                         [](auto const& start) { return std::string(start.param); });

TEST(Lbfgs, FindsTheMinimumThatTheGoldenMinimisersFind) {
    auto const golden = test::golden_json("traj/min_ar32.json");

    OutcomeRecord const end =
        relax(LbfgsOptions{}, test::read_golden_sample(golden["system"]), 1e-7);

    EXPECT_EQ(end.outcome, Outcome::converged);
    EXPECT_NEAR(end.energy, golden["runs"]["ase_fire"]["final_energy"].get<double>(), 1e-11);
}

/// The full interaction, as published minima have it.
LennardJonesOptions full_argon() {
    LennardJonesOptions options;
    options.cutoff = 200.0;
    options.species[18] = {0.0104, 3.40};
    return options;
}

TEST(Lbfgs, RelaxesAThirteenAtomClusterToItsIcosahedron) {
    LennardJones model(full_argon());
    StageRunner run(model, sub_stages(sub_stage(0, LbfgsOptions{}, 200, {fmax_criterion(1e-8)})),
                    {1, 13, 0});
    run.add(test::read_golden_sample("ico13"));

    run.run();

    EXPECT_EQ(run.outcomes.at(0).outcome, Outcome::converged);
    EXPECT_NEAR(run.outcomes[0].energy / 0.0104, -44.326801, 1e-6);  // published
    Sample const end = run.samples().at(0);
    for (double v : end.values<double>(Fields::velocities)) EXPECT_EQ(v, 0.0);
}

double first_position(StageRunner const& run) {
    return run.samples().at(0).values<double>(Fields::positions)[0];
}

TEST(Lbfgs, TheSecondStepInAParabolaIsNewtons) {
    test::HarmonicModel model(2.0, 2.0, 2.0);
    StageRunner run(model, sub_stages(sub_stage(0, LbfgsOptions{}, 10)), {1, 1, 0});
    run.add(test::cluster(test::plain_schema(), 0, {0.1, 0, 0}));

    run.step();
    EXPECT_NEAR(first_position(run), 0.1 - 0.2 / 70.0, 1e-16);
    run.step();
    EXPECT_NEAR(first_position(run), 0.0, 1e-15);
    EXPECT_EQ(model.computes, 3);  // the one of admission, and one for each step
}

TEST(Lbfgs, MovesAreDoubledWhereTheEnergyCurvesDown) {
    test::HarmonicModel model(-1.0, 1.0, 1.0);
    StageRunner run(model, sub_stages(sub_stage(0, LbfgsOptions{}, 20)), {1, 1, 0});
    run.add(test::cluster(test::plain_schema(), 0, {0.07, 0, 0}));
    double place = 0.07, move = 0.001;

    for (int step = 0; step < 12; ++step, move = std::fmin(2.0 * move, 0.2)) {
        run.step();
        place += move;
        EXPECT_NEAR(first_position(run), place, 1e-13) << step;
    }
}

TEST(Lbfgs, LeavesTheTailOfThePotentialInFewSteps) {
    // Three atoms beyond the inflection of the pair energy: no move is ever worth a pair at first.
    LennardJones model(full_argon());
    StageRunner run(model, sub_stages(sub_stage(0, LbfgsOptions{}, 100, {fmax_criterion(1e-8)})),
                    {1, 3, 0});
    run.add(test::read_golden_sample("lj3"));

    run.run();

    EXPECT_EQ(run.outcomes.at(0).outcome, Outcome::converged);
    EXPECT_NEAR(run.outcomes[0].energy / 0.0104, -3.0, 1e-9);
}

TEST(Lbfgs, NoAtomMovesFurtherThanTheLimit) {
    test::HarmonicModel model;
    StageRunner run(model, sub_stages(sub_stage(0, LbfgsOptions{.max_step = 0.03}, 100)),
                    {1, 2, 0});
    run.add(test::cluster(test::plain_schema(), 0, {8, 0, 0, 0, 2, 0}));

    run.step();

    auto const r = run.samples().at(0);
    EXPECT_NEAR(r.values<double>(Fields::positions)[0], 8 - 0.03, 1e-15);
    EXPECT_NEAR(r.values<double>(Fields::positions)[4], 2 - 0.015, 1e-15);  // the same share
}

TEST(Lbfgs, AMoveThatWentTooFarIsShortened) {
    test::HarmonicModel model(1000.0, 1.0, 1.0);
    StageRunner run(model, sub_stages(sub_stage(0, LbfgsOptions{}, 10)), {1, 1, 0});
    run.add(test::cluster(test::plain_schema(), 0, {0.01, 0, 0}));

    run.step();
    EXPECT_NEAR(first_position(run), 0.01 - 10.0 / 70.0, 1e-15);
    run.step();  // the parabola says 0.07 of the way, the limit 0.1
    EXPECT_NEAR(first_position(run), 0.01 - 1.0 / 70.0, 1e-15);
    run.step();  // downhill by now: the pair gives Newton's step
    EXPECT_NEAR(first_position(run), 0.0, 1e-15);
}

/// A model whose energy says nothing about its forces: higher at every evaluation.
class RisingEnergy final : public Model {
public:
    [[nodiscard]] ModelNeeds needs() const override { return forces_.needs(); }
    [[nodiscard]] int species_index(std::int64_t z) const override {
        return forces_.species_index(z);
    }
    [[nodiscard]] std::size_t memory_bound(int, int) const override { return 0; }
    [[nodiscard]] std::string describe() const override { return "rising"; }
    void compute(ModelInput const& input, ModelOutputs outputs) override {
        forces_.compute(input, outputs);
        for (SystemIndex s : input.systems) input.batch.energy[s.value()] = forces_.computes;
    }

private:
    test::HarmonicModel forces_;
};

TEST(Lbfgs, AnEnergyThatNeverFallsSlowsItDownAndDoesNotStopIt) {
    RisingEnergy model;
    StageRunner run(model, sub_stages(sub_stage(0, LbfgsOptions{}, 400)), {1, 1, 0});
    run.add(test::cluster(test::plain_schema(), 0, {0.1, 0, 0}));

    run.run();

    EXPECT_EQ(run.outcomes.at(0).outcome, Outcome::budget_spent);
    double const end = first_position(run);
    EXPECT_LT(end, 0.1);
    EXPECT_GT(end, 0.0);
}

TEST(Lbfgs, AllocatesNothingWhileItSteps) {
    set_thread_count(1);  // a thread that comes late to its first sample makes its scratch then
    test::HarmonicModel model;
    StageRunner run(model, sub_stages(sub_stage(0, LbfgsOptions{.history = 3})), {2, 2, 0});
    // Lone atoms: lists of neighbours that grow may allocate.
    run.add(test::cluster(test::plain_schema(), 0, {2, 3, 4}));
    run.add(test::cluster(test::plain_schema(), 1, {-1, 2, 5}));
    run.step(2);
    long const before = test::allocation_count();

    run.step(30);

    EXPECT_EQ(test::allocation_count() - before, 0);
}

TEST(Lbfgs, OptionsOutOfRangeAreRefused) {
    EXPECT_THROW(Lbfgs({.max_step = 0.0}), ConfigError);
    EXPECT_THROW(Lbfgs({.history = 0}), ConfigError);
    EXPECT_THROW(Lbfgs({.history = most_lbfgs_pairs + 1}), ConfigError);
    EXPECT_NO_THROW(Lbfgs({.history = most_lbfgs_pairs}));
}

}  // namespace
}  // namespace athanor
