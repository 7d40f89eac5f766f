// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/nvt_langevin.hpp"

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

/// Mean and its standard error from independent values.
struct Estimate {
    double mean;
    double error;
};
Estimate estimate(std::vector<double> const& values) {
    double sum = 0.0, square = 0.0;
    for (double v : values) sum += v;
    double const mean = sum / static_cast<double>(values.size());
    for (double v : values) square += (v - mean) * (v - mean);
    auto const n = static_cast<double>(values.size());
    return {mean, std::sqrt(square / (n - 1) / n)};
}

TEST(NvtLangevin, WithoutFrictionItIsNveBitForBit) {
    LennardJones model = test::reference_argon();
    Sample const start = test::read_golden_sample("ar32");
    StageRunner nve(model, sub_stages(sub_stage(0, NveOptions{2.0}, 100)), {1, 32, 0});
    StageRunner langevin(model, sub_stages(sub_stage(0, NvtLangevinOptions{2.0, 300.0, 0.0}, 100)),
                         {1, 32, 0});
    nve.add(start);
    langevin.add(start);

    nve.run();
    langevin.run();

    EXPECT_TRUE(test::same_bits(nve.samples().at(0), langevin.samples().at(0)));
}

TEST(NvtLangevin, TheHarmonicOscillatorHasTheCanonicalVariances) {
    // BAOAB samples the position variance of a harmonic well exactly, kT/k, at any stable step; its
    // velocity variance at the end of a step is kT/m (1 - (dt w)^2/4).
    // Source: Leimkuhler, Matthews, J. Chem. Phys. 138, 174102 (2013).
    double const kelvin = 300.0, dt_fs = 20.0, mass = 39.95;
    int const replicas = 64;
    test::HarmonicModel model(1.0, 1.0, 1.0);
    StageRunner run(model, sub_stages(sub_stage(0, NvtLangevinOptions{dt_fs, kelvin, 0.01}, 4200)),
                    {replicas, replicas * 8, 0});
    for (int k = 0; k < replicas; ++k)
        run.add(test::line_of_atoms(test::plain_schema(), k, 8, 0.01, mass));
    std::vector<double> r2(replicas, 0.0), v2(replicas, 0.0);

    run.step(200);
    int samples = 0;
    for (int turn = 0; turn < 400; ++turn, ++samples) {
        run.step(10);
        BatchView const view = run.stage.batch().view();
        for (int k = 0; k < replicas; ++k) {
            double const* const r = view.positions + 3 * view.atom_begin[k];
            double const* const v = view.velocities + 3 * view.atom_begin[k];
            r2[k] += sum_products(r, r, 8) / 24.0;
            v2[k] += sum_products(v, v, 8) / 24.0;
        }
    }

    double const thermal = units::thermal_energy(kelvin);
    double const omega_dt = units::time_from_fs(dt_fs) * std::sqrt(1.0 / mass);
    for (double& x : r2) x /= samples;
    for (double& x : v2) x /= samples;
    Estimate const position = estimate(r2);
    Estimate const velocity = estimate(v2);
    EXPECT_LT(std::fabs(position.mean - thermal) / position.error, 4.0)
        << position.mean << " +- " << position.error << ", theory " << thermal;
    double const v_theory = thermal / mass * (1.0 - 0.25 * omega_dt * omega_dt);
    EXPECT_LT(std::fabs(velocity.mean - v_theory) / velocity.error, 4.0)
        << velocity.mean << " +- " << velocity.error << ", theory " << v_theory;
    EXPECT_LT(position.error / thermal, 0.01) << "the test must be able to see a one-percent error";
}

TEST(NvtLangevin, LiquidArgonHasTheReferenceAverages) {
    auto const state = test::golden_json("truth/statistics.json")["states"][0];
    ASSERT_EQ(state["ensemble"], "NVT (Langevin, friction 1/0.5 ps)");
    double const kelvin = state["temperature"], volume = state["volume"];
    int const replicas = 6, equilibration = 2500, production = 2500;
    LennardJones model = test::reference_argon();
    SubStage sub = sub_stage(0, NvtLangevinOptions{4.0, kelvin, 0.002}, equilibration + production);
    sub.initial_temperature_kelvin = kelvin;
    StageRunner run(model, sub_stages(std::move(sub)), {replicas, replicas * 256, 0});
    for (int k = 0; k < replicas; ++k)
        run.add(
            test::argon_crystal(test::plain_schema(), k, 4, 0.3, 100 + k, std::cbrt(volume) / 4.0));
    std::vector<double> energy(replicas, 0.0), kinetic(replicas, 0.0);

    run.step(equilibration);
    int samples = 0;
    for (int turn = 0; turn < production / 10; ++turn, ++samples) {
        run.step(10);
        BatchView const view = run.stage.batch().view();
        for (int k = 0; k < replicas; ++k) {
            energy[k] += view.energy[k] / 256.0;
            kinetic[k] += 2.0 *
                          kinetic_energy(view.velocities + 3 * view.atom_begin[k],
                                         view.atomic_masses + view.atom_begin[k], 256) /
                          (3.0 * 256.0 * constants::boltzmann);
        }
    }
    for (double& x : energy) x /= samples;
    for (double& x : kinetic) x /= samples;

    auto const check = [](Estimate const& ours, nlohmann::json const& theirs) {
        double const error = std::hypot(ours.error, theirs["standard_error"].get<double>());
        EXPECT_LT(std::fabs(ours.mean - theirs["mean"].get<double>()) / error, 4.0)
            << ours.mean << " +- " << ours.error << ", reference " << theirs["mean"];
    };
    check(estimate(energy), state["potential_energy_per_atom"]);
    check(estimate(kinetic), state["kinetic_temperature_3N"]);
}

TEST(InitialVelocities, HaveNoMomentumAndTheTemperatureOfTheirDegreesOfFreedom) {
    test::HarmonicModel model(0.0, 0.0, 0.0);
    int const replicas = 400, atoms = 10;
    SubStage sub = sub_stage(0, SinglePointOptions{}, 0);
    sub.initial_temperature_kelvin = 100.0;
    StageRunner run(model, sub_stages(std::move(sub)), {replicas, replicas * atoms, 0});
    for (int k = 0; k < replicas; ++k)
        run.add(test::line_of_atoms(test::plain_schema(), k, atoms, 5.0));

    run.run();

    std::vector<double> kelvin;
    for (auto const& [id, sample] : run.samples()) {
        auto const v = sample.values<double>(Fields::velocities);
        auto const m = sample.values<double>(Fields::atomic_masses);
        for (double p : center_of_mass_velocity(v.data(), m.data(), atoms))
            EXPECT_NEAR(p, 0.0, 1e-17);
        kelvin.push_back(2.0 * kinetic_energy(v.data(), m.data(), atoms) /
                         ((3.0 * atoms - 3.0) * constants::boltzmann));
    }
    Estimate const temperature = estimate(kelvin);
    EXPECT_LT(std::fabs(temperature.mean - 100.0) / temperature.error, 4.0);
    EXPECT_NE(kelvin[0], kelvin[1]);
}

TEST(NvtLangevin, OptionsOutOfRangeAreRefused) {
    EXPECT_THROW(NvtLangevin({0.0, 300.0, 0.01}), ConfigError);
    EXPECT_THROW(NvtLangevin({1.0, -1.0, 0.01}), ConfigError);
    EXPECT_THROW(NvtLangevin({1.0, 300.0, -0.01}), ConfigError);
}

}  // namespace
}  // namespace athanor
