// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/npt.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/sample_reduce.hpp"
#include "runtime/error.hpp"
#include "tests/stages/constant_pressure_fixture.hpp"
#include "tests/support/golden_json.hpp"

namespace athanor {
namespace {

using enum PressureCoupling;
using test::AskedRunner;

class NptCoupling : public ::testing::TestWithParam<PressureCoupling> {
protected:
    NptOptions options{.timestep_fs = 5.0,
                       .temperature_kelvin = 40.0,
                       .pressure_ev_per_a3 = 0.0003,
                       .barostat_time_fs = 300.0,
                       .thermostat_time_fs = 100.0,
                       .pressure_coupling = GetParam()};
};

TEST_P(NptCoupling, TheErrorOfTheConservedEnergyFallsWithTheSquareOfTheTimestep) {
    double const coarse = test::conserved_error<Npt>(options, 5.0);
    double const fine = test::conserved_error<Npt>(options, 2.5);

    EXPECT_NEAR(std::log2(coarse / fine), 2.0, 0.35) << coarse << " and " << fine;
}

TEST_P(NptCoupling, ReversedVelocitiesLeadBackToTheStart) {
    LennardJones model = test::reference_argon();
    AskedRunner<Npt> runner(model, options, {1, 32, 0}, 40.0);
    runner.run.add(test::sheared_crystal(0.1));
    runner.run.step();
    Sample const start = runner.run.samples().at(0);

    runner.run.step(100);
    for (int k = 0; k < 96; ++k) runner.view().velocities[k] *= -1.0;
    for (int k = 0; k < 6; ++k) runner.column("strain_rate")[k] *= -1.0;
    for (char const* chain : {"nose_hoover_velocity", "barostat_chain_velocity"})
        for (int k = 0; k < nose_hoover_links; ++k) runner.column(chain)[k] *= -1.0;
    runner.run.step(100);

    for (int k = 0; k < 9; ++k)
        EXPECT_NEAR(runner.view().cell[k], start.values<double>(Fields::cell)[k], 1e-8);
    for (int k = 0; k < 96; ++k)
        EXPECT_NEAR(runner.view().positions[k], start.values<double>(Fields::positions)[k], 1e-8);
}

INSTANTIATE_TEST_SUITE_P(Couplings, NptCoupling,
                         ::testing::Values(isotropic, anisotropic, triclinic));

TEST(Npt, LiquidArgonHasTheReferenceVolumeAndEnergy) {
    auto const state = test::golden_json("truth/statistics.json")["states"][1];
    ASSERT_EQ(state["ensemble"], "NPT (isotropic, MTK)");
    double const kelvin = state["temperature"];
    double const volume_per_atom = state["volume_per_atom"]["mean"];
    int const replicas = 4, equilibration = 1000, production = 2000;
    LennardJones model = test::reference_argon();
    AskedRunner<Npt> runner(model,
                            NptOptions{.timestep_fs = 4.0,
                                       .temperature_kelvin = kelvin,
                                       .pressure_ev_per_a3 = state["pressure_eV_A3"],
                                       .barostat_time_fs = 500.0,
                                       .thermostat_time_fs = 200.0},
                            {replicas, replicas * 256, 0}, kelvin);
    for (int k = 0; k < replicas; ++k)
        runner.run.add(test::argon_crystal(test::plain_schema(), k, 4, 0.3, 100 + k,
                                           std::cbrt(4.0 * volume_per_atom)));
    std::vector<double> volume(replicas, 0.0), energy(replicas, 0.0);

    runner.run.step(equilibration);
    int const turns = production / 10;
    for (int turn = 0; turn < turns; ++turn) {
        runner.run.step(10);
        BatchView const view = runner.view();
        for (int k = 0; k < replicas; ++k) {
            volume[k] += cell_volume(view.cell + 9 * k) / 256.0 / turns;
            energy[k] += view.energy[k] / 256.0 / turns;
        }
    }

    auto const check = [&](std::vector<double> const& ours, nlohmann::json const& theirs,
                           double resolution) {
        double mean = 0.0, square = 0.0;
        for (double x : ours) mean += x / replicas;
        for (double x : ours) square += (x - mean) * (x - mean);
        double const error = std::hypot(std::sqrt(square / (replicas - 1.0) / replicas),
                                        theirs["standard_error"].get<double>());
        EXPECT_LT(std::fabs(mean - theirs["mean"].get<double>()) / error, 4.0)
            << mean << " +- " << error << ", reference " << theirs["mean"];
        EXPECT_LT(error, resolution * std::fabs(mean)) << "the test must be able to see an error";
    };
    check(volume, state["volume_per_atom"], 0.005);
    check(energy, state["potential_energy_per_atom"], 0.005);
}

TEST(Npt, OptionsOutOfRangeAreRefused) {
    EXPECT_THROW(Npt({.timestep_fs = 0.0}), ConfigError);
    EXPECT_THROW(Npt({.temperature_kelvin = 0.0}), ConfigError);
    EXPECT_THROW(Npt({.pressure_ev_per_a3 = std::nan("")}), ConfigError);
    EXPECT_THROW(Npt({.barostat_time_fs = -1.0}), ConfigError);
    EXPECT_THROW(Npt({.thermostat_time_fs = 0.0}), ConfigError);
    EXPECT_THROW(Npt({.chain_length = 9}), ConfigError);
    EXPECT_THROW(Npt({.yoshida_order = 4}), ConfigError);
}

}  // namespace
}  // namespace athanor
