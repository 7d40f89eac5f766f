// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fire2.hpp"

#include <gtest/gtest.h>

#include "kernels/sample_reduce.hpp"
#include "runtime/error.hpp"
#include "runtime/units.hpp"
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

double column(Sample const& sample, char const* name) {
    return sample.values<double>(*sample.schema().find(name))[0];
}

std::int64_t downhill_steps(Sample const& sample) {
    return sample.values<std::int64_t>(*sample.schema().find("fire2_downhill_steps"))[0];
}

/// The reference's defaults, which are times of its internal unit.
Fire2Options reference_options() {
    return {.timestep_fs = units::time_to_fs(0.05),
            .timestep_max_fs = units::time_to_fs(0.08),
            .timestep_min_fs = units::time_to_fs(0.005)};
}

TEST(Fire2, OneAtomInTheHarmonicModelGivesTheReferenceNumbers) {
    test::HarmonicModel model;
    StageRunner run(model, sub_stages(sub_stage(0, reference_options(), 100)), {1, 1, 0});
    run.add(test::cluster(test::plain_schema(), 0, {.5, -.2, .3}, 18, 39.95));

    run.step(10);
    Sample const ten = run.samples().at(0);
    run.step(90);
    Sample const hundred = run.samples().at(0);

    double const r10[3] = {.431950517088, -.14724259586, .184984942224};
    double const r100[3] = {.00188133288128, -.00320246772665, -5.73606080011e-6};
    for (int c = 0; c < 3; ++c) {
        EXPECT_NEAR(ten.values<double>(Fields::positions)[c], r10[c], 1e-11);
        EXPECT_NEAR(hundred.values<double>(Fields::positions)[c], r100[c], 1e-11);
    }
    EXPECT_NEAR(column(ten, "fire2_timestep"), .05, 1e-14);
    EXPECT_NEAR(column(ten, "fire2_mixing"), .09, 1e-14);
    EXPECT_EQ(downhill_steps(ten), 10);
    EXPECT_NEAR(column(hundred, "fire2_timestep"), .028125, 1e-14);
    EXPECT_EQ(downhill_steps(hundred), 25);
}

TEST(Fire2, ASampleIsSlowedDownAsAWholeWhenOneAtomMovesTooFar) {
    test::HarmonicModel model(1.0, 1.0, 1.0);
    Fire2Options options = reference_options();
    options.max_step = 1e-3;
    StageRunner run(model, sub_stages(sub_stage(0, options, 100)), {1, 2, 0});
    run.add(test::cluster(test::plain_schema(), 0, {2, 0, 0, 0, .5, 0}));

    run.step();

    Sample const one = run.samples().at(0);
    auto const r = one.values<double>(Fields::positions);
    // By hand: v = dt F, so that mixing keeps it; the far atom would move dt² · 2 = 0.005.
    EXPECT_NEAR(r[0], 2 - 1e-3, 1e-15);
    EXPECT_NEAR(r[4], .5 - .25e-3, 1e-15);
    EXPECT_NEAR(column(one, "fire2_timestep"), .05 * .2, 1e-15);
}

TEST(Fire2, AStepUphillGoesHalfAStepBackAndStops) {
    test::HarmonicModel model(1.0, 1.0, 1.0);
    Fire2Options options = reference_options();
    options.keep_velocities = true;
    StageRunner run(model, sub_stages(sub_stage(0, options, 100)), {1, 1, 0});
    Sample start = test::cluster(test::plain_schema(), 0, {1, 0, 0});
    start.values<double>(Fields::velocities)[0] = 0.5;
    run.add(start);

    run.step();

    Sample const one = run.samples().at(0);
    // By hand: u = 0.5 - 0.05, F = -1, uphill; v = 0.91 u - 0.09 u; back by half of dt' = 0.0375.
    EXPECT_NEAR(one.values<double>(Fields::positions)[0], 1 - .5 * .0375 * (.82 * .45), 1e-15);
    EXPECT_EQ(one.values<double>(Fields::velocities)[0], 0.0);
    EXPECT_NEAR(column(one, "fire2_timestep"), .0375, 1e-15);
    EXPECT_EQ(downhill_steps(one), 0);
}

class Fire2Golden : public ::testing::TestWithParam<std::string> {};

TEST_P(Fire2Golden, FollowsTheIntendedSequenceForAHundredSteps) {
    auto const golden = test::golden_json("traj/" + GetParam() + ".json");
    auto const& series = golden["runs"]["fire2"];
    Sample const start = test::read_golden_sample(golden["system"]);
    LennardJones model = test::reference_argon();
    StageRunner run(model, sub_stages(sub_stage(0, reference_options(), 100)),
                    {1, start.atom_count(), 0});
    run.add(start);

    for (int step = 1; step <= 100; ++step) {
        run.step();
        Sample const now = run.samples().at(start.id().value());
        double const fmax = max_norm(now.values<double>(Fields::forces).data(), now.atom_count());
        ASSERT_NEAR(now.values<double>(Fields::energy)[0], series["energy"][step].get<double>(),
                    1e-9)
            << "step " << step;
        ASSERT_NEAR(fmax, series["fmax"][step].get<double>(), 1e-9) << "step " << step;
        ASSERT_NEAR(column(now, "fire2_timestep"), series["dt"][step].get<double>(), 1e-12);
    }
}

INSTANTIATE_TEST_SUITE_P(Argon, Fire2Golden, ::testing::Values("min_lj7", "min_lj13", "min_ar32"),
                         [](auto const& golden) { return golden.param; });

TEST(Fire2, RelaxesAThirteenAtomClusterToItsIcosahedron) {
    LennardJonesOptions options;  // full interaction: the published minimum is -44.326801 epsilon
    options.cutoff = 200.0;
    options.species[18] = {0.0104, 3.40};
    LennardJones model(options);
    StageRunner run(model, sub_stages(sub_stage(0, Fire2Options{}, 20000, {fmax_criterion(1e-8)})),
                    {1, 13, 0});
    run.add(test::read_golden_sample("ico13"));

    run.run();

    ASSERT_EQ(run.outcomes.size(), 1U);
    EXPECT_EQ(run.outcomes[0].outcome, Outcome::converged);
    EXPECT_NEAR(run.outcomes[0].energy / 0.0104, -44.326801, 1e-6);
    Sample const end = run.samples().at(0);
    for (double v : end.values<double>(Fields::velocities)) EXPECT_EQ(v, 0.0);
}

TEST(Fire2, OptionsOutOfRangeAreRefused) {
    EXPECT_THROW(Fire2({.timestep_fs = 0.0}), ConfigError);
    EXPECT_THROW(Fire2({.timestep_fs = 1.0}), ConfigError);  // above timestep_max_fs
    EXPECT_THROW(Fire2({.timestep_min_fs = 0.6}), ConfigError);
    EXPECT_THROW(Fire2({.max_step = -0.2}), ConfigError);
    EXPECT_THROW(Fire2({.delay_steps = -1}), ConfigError);
    EXPECT_THROW(Fire2({.timestep_increase = 1.0}), ConfigError);
    EXPECT_THROW(Fire2({.timestep_decrease = 1.0}), ConfigError);
    EXPECT_THROW(Fire2({.mixing_start = 0.0}), ConfigError);
    EXPECT_THROW(Fire2({.mixing_decrease = 1.5}), ConfigError);
}

}  // namespace
}  // namespace athanor
