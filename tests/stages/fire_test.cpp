// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fire.hpp"

#include <cmath>

#include <gtest/gtest.h>

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

FireOptions internal_timestep(double dt) {
    return {.timestep_fs = units::time_to_fs(dt), .keep_velocities = true};
}

TEST(Fire, OneAtomInTheHarmonicModelGivesTheReferenceNumbers) {
    test::HarmonicModel model;
    StageRunner run(model, sub_stages(sub_stage(0, internal_timestep(1.0), 20)), {1, 1, 0});
    run.add(test::cluster(test::plain_schema(), 0, {.5, -.2, .3}, 18, 39.95));

    run.step(10);
    Sample const ten = run.samples().at(0);
    run.step(10);
    Sample const twenty = run.samples().at(0);

    double const r10[3] = {.252287119513, -.0279065290033, -.0350625116502};
    double const v10[3] = {-.0736321003004, .0440384543185, -.0707825129155};
    double const r20[3] = {.0799397875582, .018830473675, -.0291261487512};
    for (int c = 0; c < 3; ++c) {
        EXPECT_NEAR(ten.values<double>(Fields::positions)[c], r10[c], 1e-11);
        EXPECT_NEAR(ten.values<double>(Fields::velocities)[c], v10[c], 1e-11);
        EXPECT_NEAR(twenty.values<double>(Fields::positions)[c], r20[c], 1e-11);
    }
    EXPECT_NEAR(column(ten, "fire_timestep"), .805255, 1e-11);
    EXPECT_NEAR(column(ten, "fire_mixing"), .09509900499, 1e-11);
    EXPECT_EQ(ten.values<std::int64_t>(*ten.schema().find("fire_downhill_steps"))[0], 9);
    EXPECT_NEAR(column(twenty, "fire_timestep"), .648435615025, 1e-11);
    EXPECT_NEAR(column(twenty, "fire_mixing"), .0970299, 1e-11);
}

class FireGolden : public ::testing::TestWithParam<std::string> {};

TEST_P(FireGolden, FollowsTheIntendedSequenceForAHundredSteps) {
    auto const golden = test::golden_json("traj/" + GetParam() + ".json");
    auto const& series = golden["runs"]["nvalchemi_toolkit_fire_as_meant"];
    Sample const start = test::read_golden_sample(golden["system"]);
    LennardJones model = test::reference_argon();
    StageRunner run(model, sub_stages(sub_stage(0, internal_timestep(0.1), 100)),
                    {1, start.atom_count(), 0});
    run.add(start);

    for (int step = 1; step <= 100; ++step) {
        run.step();
        Sample const now = run.samples().at(start.id().value());
        auto const forces = now.values<double>(Fields::forces);
        double fmax = 0.0;
        for (int a = 0; a < now.atom_count(); ++a)
            fmax = std::fmax(fmax, std::sqrt(forces[3 * a] * forces[3 * a] +
                                             forces[3 * a + 1] * forces[3 * a + 1] +
                                             forces[3 * a + 2] * forces[3 * a + 2]));
        ASSERT_NEAR(now.values<double>(Fields::energy)[0], series["energy"][step].get<double>(),
                    1e-9)
            << "step " << step;
        ASSERT_NEAR(fmax, series["fmax"][step].get<double>(), 1e-9) << "step " << step;
        ASSERT_NEAR(column(now, "fire_timestep"), series["dt"][step].get<double>(), 1e-12);
    }
}

INSTANTIATE_TEST_SUITE_P(Argon, FireGolden, ::testing::Values("min_lj7", "min_lj13", "min_ar32"),
                         [](auto const& golden) { return golden.param; });

TEST(Fire, RelaxesAThirteenAtomClusterToItsIcosahedron) {
    LennardJonesOptions options;  // full interaction: the published minimum is -44.326801 epsilon
    options.cutoff = 200.0;
    options.species[18] = {0.0104, 3.40};
    LennardJones model(options);
    StageRunner run(
        model,
        sub_stages(sub_stage(0, FireOptions{.timestep_fs = 5.0}, 5000, {fmax_criterion(1e-8)})),
        {1, 13, 0});
    Sample start = test::read_golden_sample("ico13");
    run.add(start);

    run.run();

    ASSERT_EQ(run.outcomes.size(), 1U);
    EXPECT_EQ(run.outcomes[0].outcome, Outcome::converged);
    EXPECT_LE(run.outcomes[0].fmax, 1e-8);
    EXPECT_NEAR(run.outcomes[0].energy / 0.0104, -44.326801, 1e-6);
    Sample const end = run.samples().at(0);
    for (double v : end.values<double>(Fields::velocities)) EXPECT_EQ(v, 0.0);
}

TEST(Fire, OptionsOutOfRangeAreRefused) {
    EXPECT_THROW(Fire({.timestep_fs = 0.0}), ConfigError);
    EXPECT_THROW(Fire({.timestep_fs = 1.0, .timestep_max_fs = 0.5}), ConfigError);
    EXPECT_THROW(Fire({.timestep_increase = 1.0}), ConfigError);
    EXPECT_THROW(Fire({.timestep_decrease = 1.0}), ConfigError);
    EXPECT_THROW(Fire({.mixing_start = 0.0}), ConfigError);
    EXPECT_THROW(Fire({.max_step = -0.2}), ConfigError);
}

}  // namespace
}  // namespace athanor
