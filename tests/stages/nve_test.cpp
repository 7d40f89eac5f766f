// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/nve.hpp"

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

Sample start_a() {
    Sample sample = test::cluster(test::plain_schema(), 0, {.5, -.2, .3, -.4, .6, -.1}, 18, 39.95);
    double const v[6] = {.01, .02, -.03, -.02, .01, .015};
    std::copy(v, v + 6, sample.values<double>(Fields::velocities).begin());
    return sample;
}

TEST(Nve, ThreeStepsOfTheHarmonicModelGiveTheReferenceNumbers) {
    test::HarmonicModel model;
    StageRunner run(model, sub_stages(sub_stage(0, NveOptions{2.0}, 3)), {1, 2, 0});
    run.add(start_a());

    run.run();

    // semantics of the reference, model X, start A, dt 2 fs, three steps.
    double const r[6] = {.503713789892,  -.18650644698, .278482432289,
                         -.410034264585, .600668429829, -.0898920479397};
    double const v[6] = {.00259159197249, .0257092884501,   -.0428258832688,
                         -.014021139882,  -.00773570001837, .0192102112434};
    Sample const end = run.samples().at(0);
    for (int k = 0; k < 6; ++k) {
        EXPECT_NEAR(end.values<double>(Fields::positions)[k], r[k], 1e-12);
        EXPECT_NEAR(end.values<double>(Fields::velocities)[k], v[k], 1e-12);
    }
}

class NveGolden : public ::testing::TestWithParam<std::string> {};

TEST_P(NveGolden, FollowsTheReferenceTrajectory) {
    auto const golden = test::golden_json("traj/" + GetParam() + ".json");
    Sample const start = test::read_golden_sample(golden["system"]);
    LennardJones model = test::reference_argon();
    int const steps = golden["steps"];
    StageRunner run(model, sub_stages(sub_stage(0, NveOptions{golden["dt"]}, steps)),
                    {1, start.atom_count(), 0});
    run.add(start);
    std::size_t next_frame = 1;  // frame 0 is the start
    auto const& frames = golden["frames"];

    for (int step = 1; step <= steps; ++step) {
        run.step();
        Sample const now = run.samples().at(start.id().value());
        double const energy = golden["series"]["energy"][step];
        ASSERT_NEAR(now.values<double>(Fields::energy)[0], energy, 1e-11 * std::fabs(energy))
            << "step " << step;
        if (next_frame < frames.size() && frames[next_frame]["step"] == step) {
            auto const& frame = frames[next_frame++];
            for (int a = 0; a < start.atom_count(); ++a)
                for (int c = 0; c < 3; ++c) {
                    ASSERT_NEAR(now.values<double>(Fields::positions)[3 * a + c],
                                frame["positions"][a][c].get<double>(), 1e-10);
                    ASSERT_NEAR(
                        now.values<double>(Fields::velocities)[3 * a + c],
                        units::velocity_from_per_fs(frame["velocities"][a][c].get<double>()),
                        units::velocity_from_per_fs(1e-12));
                }
        }
    }
    EXPECT_EQ(next_frame, frames.size());
}

INSTANTIATE_TEST_SUITE_P(Argon, NveGolden, ::testing::Values("nve_ar32", "nve_ico13", "nve_ar108"),
                         [](auto const& golden) { return golden.param; });

/// Largest deviation of the total energy over half a picosecond of a warm crystal.
double energy_error(double dt_fs) {
    LennardJones model = test::reference_argon();
    SubStage sub = sub_stage(0, NveOptions{dt_fs}, std::llround(500.0 / dt_fs));
    sub.initial_temperature_kelvin = 60.0;
    StageRunner run(model, sub_stages(std::move(sub)), {1, 32, 0});
    run.add(test::argon_crystal(test::plain_schema(), 0, 2, 0.0, 1));
    double first = 0.0, worst = 0.0;
    bool have_first = false;
    while (run.outcomes.empty()) {
        run.step();
        Sample const now = run.samples().at(0);
        double total = now.values<double>(Fields::energy)[0];
        for (int k = 0; k < 96; ++k) {
            double const v = now.values<double>(Fields::velocities)[k];
            total += 0.5 * 39.948 * v * v;
        }
        if (!have_first) first = total;
        have_first = true;
        worst = std::fmax(worst, std::fabs(total - first));
    }
    return worst;
}

TEST(Nve, EnergyErrorFallsWithTheSquareOfTheTimestep) {
    double const coarse = energy_error(10.0);
    double const fine = energy_error(5.0);

    EXPECT_NEAR(std::log2(coarse / fine), 2.0, 0.35) << coarse << " and " << fine;
}

TEST(Nve, ATimestepThatIsNoneIsRefused) {
    EXPECT_THROW(Nve({0.0}), ConfigError);
    EXPECT_THROW(Nve({-1.0}), ConfigError);
    EXPECT_THROW(Nve({std::nan("")}), ConfigError);
}

}  // namespace
}  // namespace athanor
