// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/nvt_nose_hoover.hpp"

#include <cmath>
#include <vector>

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

/// One stage of Nosé-Hoover dynamics whose object the test can ask.
struct Runner {
    Runner(Model& model, NvtNoseHooverOptions const& options, BatchCapacity capacity,
           std::optional<double> kelvin = std::nullopt)
        : run(model, sub_stages(make(options, kelvin)), capacity) {}

    SubStage make(NvtNoseHooverOptions const& options, std::optional<double> kelvin) {
        SubStage sub = sub_stage(0, options);
        sub.initial_temperature_kelvin = kelvin;
        sub.momentum_is_zero = kelvin.has_value();
        dynamics = dynamic_cast<NvtNoseHoover*>(sub.dynamics.get());
        return sub;
    }
    [[nodiscard]] double conserved(int system = 0) {
        return dynamics->conserved_energy(run.stage.batch().view(), SystemIndex{system});
    }

    NvtNoseHoover* dynamics = nullptr;
    StageRunner run;
};

Sample start_a() {
    Sample sample = test::cluster(test::plain_schema(), 0, {.5, -.2, .3, -.4, .6, -.1}, 18, 39.95);
    double const v[6] = {.01, .02, -.03, -.02, .01, .015};
    std::copy(v, v + 6, sample.values<double>(Fields::velocities).begin());
    return sample;
}

TEST(NvtNoseHoover, ThreeStepsOfTheHarmonicModelGiveTheReferenceNumbers) {
    test::HarmonicModel model;
    Runner runner(model,
                  {.timestep_fs = 2.0,
                   .temperature_kelvin = 300.0,
                   .thermostat_time_fs = 50.0,
                   .yoshida_order = 1},
                  {1, 2, 0});
    runner.run.add(start_a());

    runner.run.step(3);

    double const r[6] = {.503717590313,  -.18649363198, .278462116119,
                         -.410044107412, .600669609822, -.0898824495384};
    double const v[6] = {.00260603682265, .0257762430495,   -.0429342092513,
                         -.0140664227853, -.00774041753515, .0192602879271};
    double const chain[3] = {-.00844618496343, -.0244455018671, -.0243142859958};
    Batch& batch = runner.run.stage.batch();
    auto const* const chain_velocity =
        batch.column<double>(*batch.schema().find("nose_hoover_velocity"));
    for (int k = 0; k < 6; ++k) {
        EXPECT_NEAR(batch.view().positions[k], r[k], 1e-12);
        EXPECT_NEAR(batch.view().velocities[k], v[k], 1e-12);
    }
    for (int k = 0; k < 3; ++k) EXPECT_NEAR(chain_velocity[k], chain[k], 1e-12);
}

TEST(NvtNoseHoover, FollowsTheReferenceTrajectory) {
    auto const golden = test::golden_json("traj/nvt_nhc_ar32.json");
    Sample const start = test::read_golden_sample(golden["system"]);
    LennardJones model = test::reference_argon();
    Runner runner(model,
                  {.timestep_fs = golden["dt"],
                   .temperature_kelvin = golden["temperature"],
                   .thermostat_time_fs = golden["thermostat_time"],
                   .yoshida_order = 1},
                  {1, 32, 0});
    runner.run.add(start);
    std::size_t next_frame = 1;  // frame 0 is the start
    auto const& frames = golden["frames"];

    for (int step = 1; step <= golden["steps"].get<int>(); ++step) {
        runner.run.step();
        BatchView const view = runner.run.stage.batch().view();
        double const energy = golden["series"]["energy"][step];
        double const kinetic = golden["series"]["kinetic"][step];
        ASSERT_NEAR(view.energy[0], energy, 1e-11 * std::fabs(energy)) << "step " << step;
        ASSERT_NEAR(kinetic_energy(view.velocities, view.atomic_masses, 32), kinetic, 1e-11);
        if (next_frame == frames.size() || frames[next_frame]["step"] != step) continue;
        auto const& frame = frames[next_frame++];
        for (int k = 0; k < 96; ++k) {
            double const v = frame["velocities"][k / 3][k % 3];
            ASSERT_NEAR(view.positions[k], frame["positions"][k / 3][k % 3].get<double>(), 1e-10);
            ASSERT_NEAR(view.velocities[k], units::velocity_from_per_fs(v),
                        units::velocity_from_per_fs(1e-12));
        }
    }
    EXPECT_EQ(next_frame, frames.size());
}

/// Largest deviation of the conserved energy over half a picosecond of a warm crystal.
double conserved_error(double dt_fs, int chain_length, int order) {
    LennardJones model = test::reference_argon();
    Runner runner(model,
                  {.timestep_fs = dt_fs,
                   .temperature_kelvin = 60.0,
                   .thermostat_time_fs = 100.0,
                   .chain_length = chain_length,
                   .yoshida_order = order},
                  {1, 32, 0}, 60.0);
    runner.run.add(test::argon_crystal(test::plain_schema(), 0, 2, 0.0, 1));
    double first = 0.0, worst = 0.0;
    for (int step = 0; step < std::lround(500.0 / dt_fs); ++step) {
        runner.run.step();
        double const now = runner.conserved();
        if (step == 0) first = now;
        worst = std::fmax(worst, std::fabs(now - first));
    }
    return worst;
}

TEST(NvtNoseHoover, TheErrorOfTheConservedEnergyFallsWithTheSquareOfTheTimestep) {
    for (int const order : {1, 3, 5})
        for (int const length : {1, 3, 5}) {
            double const coarse = conserved_error(10.0, length, order);
            double const fine = conserved_error(5.0, length, order);

            EXPECT_NEAR(std::log2(coarse / fine), 2.0, 0.35)
                << coarse << " and " << fine << ", order " << order << ", length " << length;
        }
}

/// Where free atoms stand after one period in steps of `dt_fs`: all error is the chain's own.
double free_chain_end(double dt_fs, int order) {
    test::HarmonicModel model(0.0, 0.0, 0.0);
    Runner runner(model,
                  {.timestep_fs = dt_fs,
                   .temperature_kelvin = 300.0,
                   .thermostat_time_fs = 40.0,
                   .yoshida_order = order},
                  {1, 2, 0});
    runner.run.add(start_a());
    runner.run.step(static_cast<int>(std::lround(160.0 / dt_fs)));
    BatchView const view = runner.run.stage.batch().view();
    return kinetic_energy(view.velocities, view.atomic_masses, 2);
}

TEST(NvtNoseHoover, HigherYoshidaOrdersSolveTheChainMoreExactly) {
    // Without forces a step is the chain alone: order 1 is a splitting of second order in dt,
    // orders 3 and 5 are of fourth, and 5 has the smaller error.
    double const exact = free_chain_end(0.25, 5);
    double error[3][2];
    for (int k = 0; k < 3; ++k)
        for (int half = 0; half < 2; ++half)
            error[k][half] = std::fabs(free_chain_end(half ? 4.0 : 8.0, 2 * k + 1) - exact);

    EXPECT_NEAR(std::log2(error[0][0] / error[0][1]), 2.0, 0.35);
    EXPECT_NEAR(std::log2(error[1][0] / error[1][1]), 4.0, 0.5);
    EXPECT_NEAR(std::log2(error[2][0] / error[2][1]), 4.0, 0.5);
    EXPECT_LT(error[1][1], 0.2 * error[0][1]);
    EXPECT_LT(error[2][1], 0.2 * error[1][1]);
}

TEST(NvtNoseHoover, ReversedVelocitiesLeadBackToTheStart) {
    LennardJones model = test::reference_argon();
    Runner runner(model, {.timestep_fs = 5.0, .temperature_kelvin = 60.0}, {1, 32, 0}, 60.0);
    runner.run.add(test::argon_crystal(test::plain_schema(), 0, 2, 0.0, 1));
    runner.run.step();
    Sample const start = runner.run.samples().at(0);
    Batch& batch = runner.run.stage.batch();
    auto* const chain = batch.column<double>(*batch.schema().find("nose_hoover_velocity"));

    runner.run.step(100);
    for (int k = 0; k < 96; ++k) batch.view().velocities[k] *= -1.0;
    for (int k = 0; k < nose_hoover_links; ++k) chain[k] *= -1.0;
    runner.run.step(100);

    for (int k = 0; k < 96; ++k) {
        EXPECT_NEAR(batch.view().positions[k], start.values<double>(Fields::positions)[k], 1e-9);
        EXPECT_NEAR(batch.view().velocities[k], -start.values<double>(Fields::velocities)[k], 1e-9);
    }
}

TEST(NvtNoseHoover, TheKineticEnergyOfACrystalIsCanonical) {
    // n degrees of freedom at kT: <K> = n kT/2, <(K - <K>)²> = n (kT)²/2.
    double const kelvin = 60.0, thermal = units::thermal_energy(kelvin);
    int const replicas = 24, atoms = 32, freedom = 3 * atoms - 3;
    LennardJones model = test::reference_argon();
    Runner runner(model,
                  {.timestep_fs = 5.0, .temperature_kelvin = kelvin, .thermostat_time_fs = 200.0},
                  {replicas, replicas * atoms, 0}, kelvin);
    for (int k = 0; k < replicas; ++k)
        runner.run.add(test::argon_crystal(test::plain_schema(), k, 2, 0.1, 40 + k, 5.4));
    std::vector<double> mean(replicas, 0.0), variance(replicas, 0.0);

    runner.run.step(600);
    int const turns = 300;
    for (int turn = 0; turn < turns; ++turn) {
        runner.run.step(10);
        BatchView const view = runner.run.stage.batch().view();
        for (int k = 0; k < replicas; ++k) {
            int const first = view.atom_begin[k];
            double const off =
                kinetic_energy(view.velocities + 3 * first, view.atomic_masses + first, atoms) -
                0.5 * freedom * thermal;
            mean[k] += off / turns;
            variance[k] += off * off / turns;
        }
    }

    auto const check = [&](std::vector<double> const& values, double theory, double resolution) {
        double average = 0.0, square = 0.0;
        for (double x : values) average += x / replicas;
        for (double x : values) square += (x - average) * (x - average);
        double const error = std::sqrt(square / (replicas - 1.0) / replicas);
        EXPECT_LT(std::fabs(average - theory) / error, 4.0)
            << average << " +- " << error << ", theory " << theory;
        EXPECT_LT(error, resolution) << "the test must be able to see an error";
    };
    check(mean, 0.0, 0.005 * freedom * thermal);
    check(variance, 0.5 * freedom * thermal * thermal, 0.05 * freedom * thermal * thermal);
}

TEST(NvtNoseHoover, OptionsOutOfRangeAreRefused) {
    EXPECT_THROW(NvtNoseHoover({.timestep_fs = 0.0}), ConfigError);
    EXPECT_THROW(NvtNoseHoover({.temperature_kelvin = 0.0}), ConfigError);
    EXPECT_THROW(NvtNoseHoover({.thermostat_time_fs = 0.0}), ConfigError);
    EXPECT_THROW(NvtNoseHoover({.chain_length = 0}), ConfigError);
    EXPECT_THROW(NvtNoseHoover({.chain_length = 9}), ConfigError);
    EXPECT_THROW(NvtNoseHoover({.yoshida_order = 2}), ConfigError);
}

}  // namespace
}  // namespace athanor
