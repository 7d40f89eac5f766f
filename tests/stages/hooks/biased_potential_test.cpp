// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/biased_potential.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "runtime/constants.hpp"
#include "runtime/units.hpp"
#include "stages/hooks/center_of_mass_bias.hpp"
#include "stages/hooks/distance_bias.hpp"
#include "stages/hooks/max_force_clamp.hpp"
#include "stages/hooks/wall_bias.hpp"
#include "tests/support/allocation_count.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/hooked_stages.hpp"

namespace athanor {
namespace {

using test::hooked;
using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

std::shared_ptr<Hook> with_function(BiasedPotential::Function function) {
    return std::make_shared<BiasedPotential>(std::move(function));
}
std::shared_ptr<Hook> with_bias(std::unique_ptr<Bias> bias) {
    return std::make_shared<BiasedPotential>(std::move(bias));
}
std::shared_ptr<Hook> distance(DistanceBiasOptions const& options) {
    return with_bias(std::make_unique<DistanceBias>(options));
}
std::shared_ptr<Hook> center_of_mass(CenterOfMassBiasOptions options) {
    return with_bias(std::make_unique<CenterOfMassBias>(std::move(options)));
}

/// E = -f x of the first atom.
BiasedPotential::Function constant_force(double f) {
    return [f](BatchView const& batch, SystemIndex system, std::span<double> forces) {
        forces[0] += f;
        return -f * batch.positions[3 * batch.atom_begin[system.value()]];
    };
}

TEST(BiasedPotential, EveryEvaluationHasItOnceAlsoTheFirst) {
    // By hand: nothing but the force 0.3 on one atom of mass m, from rest: v = 0.3 n dt/m after n
    // steps, of which the first half kick is due to the forces at admission.
    test::HarmonicModel model(0, 0, 0);
    StageRunner run(
        model,
        sub_stages(hooked(sub_stage(0, NveOptions{2.0}, 5), {with_function(constant_force(0.3))})),
        {1, 1, 0});
    run.add(test::cluster(test::plain_schema(), 0, {4, 0, 0}));

    run.run();

    BatchView const view = run.stage.batch().view();
    double const t = units::time_from_fs(10.0), m = 39.948;
    EXPECT_NEAR(view.velocities[0], 0.3 * t / m, 1e-16);
    EXPECT_NEAR(view.positions[0], 4.0 + 0.5 * 0.3 / m * t * t, 1e-14);
    EXPECT_EQ(view.forces[0], 0.3);
    EXPECT_EQ(view.energy[0], -0.3 * view.positions[0]);
}

TEST(BiasedPotential, TheEnergyAndTheForcesOfTheModelStayInTheSum) {
    // By hand: 1/2 k x² = 0.5 and -k x = -1 of the model; -0.3 and 0.3 of the bias.
    test::HarmonicModel model(1, 1, 1);
    StageRunner run(model,
                    sub_stages(hooked(sub_stage(0, SinglePointOptions{}, 0),
                                      {with_function(constant_force(0.3))})),
                    {1, 1, 0});
    run.add(test::cluster(test::plain_schema(), 0, {1, 0, 0}));

    run.run();

    ASSERT_EQ(run.outcomes.size(), 1U);
    EXPECT_DOUBLE_EQ(run.outcomes[0].energy, 0.2);
    EXPECT_DOUBLE_EQ(run.outcomes[0].fmax, 0.7);
}

TEST(BiasedPotential, AClampAfterItSeesItAndOneBeforeDoesNot) {
    test::HarmonicModel model(0, 0, 0);
    auto const force_with = [&](test::Hooks hooks) {
        StageRunner run(model,
                        sub_stages(hooked(sub_stage(0, SinglePointOptions{}, 0), std::move(hooks))),
                        {1, 1, 0});
        run.add(test::cluster(test::plain_schema(), 0, {1, 0, 0}));
        run.run();
        return run.stage.batch().view().forces[0];
    };
    auto const clamp = std::make_shared<MaxForceClamp>(MaxForceClampOptions{0.1});
    auto const bias = with_function(constant_force(0.3));

    EXPECT_EQ(force_with({bias, clamp}), 0.1);
    EXPECT_EQ(force_with({clamp, bias}), 0.3);
}

/// Runs three samples under a bias that is `wrong` for sample 1 from its second step on; expects
/// that it alone fails, is left as it was after its first step, and gives the reason.
std::string reason_for(std::function<double(std::span<double>)> const& wrong) {
    test::HarmonicModel model(1, 1, 1);
    auto const bias = [&](BatchView const& batch, SystemIndex system, std::span<double> forces) {
        forces[0] += 0.5;
        bool const bad =
            batch.system_id[system.value()] == 1 && batch.stage_step[system.value()] == 1;
        return bad ? wrong(forces) : 0.0;
    };
    StageRunner run(model,
                    sub_stages(hooked(sub_stage(0, NveOptions{0.1}, 3), {with_function(bias)})),
                    {3, 6, 0});
    for (int id : {0, 1, 2})
        run.add(test::line_of_atoms(test::plain_schema(), id, 2, 1.0 + 0.1 * id));
    run.run();
    EXPECT_EQ(run.stage.failed().size(), 1U);
    EXPECT_EQ(run.stage.departing().size(), 2U);
    for (SystemIndex failed : run.stage.failed()) {
        BatchView const view = run.stage.batch().view();
        EXPECT_EQ(view.system_id[failed.value()], 1);
        EXPECT_EQ(view.stage_step[failed.value()], 1);
        int const k = 3 * view.atom_begin[failed.value()];
        EXPECT_EQ(view.forces[k], -view.positions[k] + 0.5);
        return run.stage.failure_reason(failed);
    }
    return "";
}

TEST(BiasedPotential, WhatGoesWrongInTheBiasTakesThatSampleOutAlone) {
    double const nan = std::numeric_limits<double>::quiet_NaN();
    double const infinity = std::numeric_limits<double>::infinity();

    EXPECT_EQ(reason_for([](auto) -> double { throw std::runtime_error("no such angle"); }),
              "biased_potential: no such angle");
    EXPECT_EQ(reason_for([](auto) -> double { throw 5; }),
              "biased_potential: the bias threw something that is no std::exception");
    EXPECT_EQ(reason_for([&](auto) { return infinity; }),
              "biased_potential: the energy of the bias is inf");
    EXPECT_EQ(reason_for([&](std::span<double> forces) {
                  forces[4] = nan;
                  return 0.0;
              }),
              "biased_potential: the force of the bias on atom 1 is not finite");
}

TEST(BiasedPotential, ASampleWithoutTheAtomFailsAtAdmissionAndTheOthersGoOn) {
    test::HarmonicModel model;
    StageRunner run(model,
                    sub_stages(hooked(sub_stage(0, NveOptions{1.0}, 3),
                                      {distance({.spring_constant = 1.0, .atoms = {0, 2}})})),
                    {2, 5, 0});
    run.add(test::line_of_atoms(test::plain_schema(), 0, 2, 0.3));
    run.add(test::line_of_atoms(test::plain_schema(), 1, 3, 0.3));

    run.run();

    ASSERT_EQ(run.stage.failed().size(), 1U);
    SystemIndex const failed = run.stage.failed()[0];
    EXPECT_EQ(run.stage.failure_reason(failed),
              "biased_potential: index 2, but the sample has 2 atoms, from 0");
    EXPECT_EQ(run.stage.batch().view().stage_step[failed.value()], 0);
    EXPECT_EQ(run.stage.departing().size(), 1U);
}

TEST(BiasedPotential, BitsDependOnTheSampleAlone) {
    // The two stages keep memories of different size at the same place.
    auto const hooks = [](int part) {
        test::Hooks list{center_of_mass({.spring_constant = 0.5, .indices = {0, 1}}),
                         distance({.spring_constant = 0.05, .atoms = {1, 0}}),
                         with_bias(std::make_unique<WallBias>(WallBiasOptions{
                             0.1, WallBiasOptions::Axis::x, 3.5, WallBiasOptions::Side::below}))};
        if (part == 1) std::swap(list[0], list[1]);
        return list;
    };

    auto const ends = test::expect_bits_depend_on_the_sample_alone(hooks);

    auto const free =
        test::expect_bits_depend_on_the_sample_alone([](int) { return test::Hooks{}; });
    for (auto const& [id, sample] : ends)
        EXPECT_FALSE(test::same_travelling_bits(sample, free.at(id))) << id;
}

TEST(BiasedPotential, ADistanceBiasLeavesTheMomentumAlone) {
    LennardJones model = test::reference_argon();
    SubStage sub = hooked(sub_stage(0, NveOptions{4.0}, 500),
                          {distance({.spring_constant = 0.5, .atoms = {0, 2}, .distance = 5.0})});
    sub.initial_temperature_kelvin = 20.0;
    StageRunner run(model, sub_stages(std::move(sub)), {1, 3, 0});
    run.add(test::cluster(test::plain_schema(), 0, {0, 0, 0, 3.8, 0, 0, 0, 3.9, 0.2}));

    run.run();

    double const* const v = run.stage.batch().view().velocities;
    for (int x = 0; x < 3; ++x) EXPECT_NEAR(v[x] + v[3 + x] + v[6 + x], 0.0, 1e-14);
}

/// Largest deviation of the total energy of a warm cluster on two springs, over one picosecond.
double energy_error(double dt_fs) {
    LennardJones model = test::reference_argon();
    StageRunner run(
        model,
        sub_stages(hooked(sub_stage(0, NveOptions{dt_fs}, std::llround(1000.0 / dt_fs)),
                          {distance({.spring_constant = 0.4, .atoms = {0, 2}, .distance = 4.4}),
                           center_of_mass({.spring_constant = 2.0, .center = {{1.0, 1.5, 0}}})})),
        {1, 3, 0});
    run.add(test::cluster(test::plain_schema(), 0, {0, 0, 0, 3.8, 0, 0, 0, 3.9, 0.2}));
    double first = 0.0, worst = 0.0;
    for (bool begun = false; run.outcomes.empty(); begun = true) {
        run.step();
        BatchView const view = run.stage.batch().view();
        double total = view.energy[0];
        for (int k = 0; k < 9; ++k) total += 0.5 * 39.948 * view.velocities[k] * view.velocities[k];
        if (!begun) first = total;
        worst = std::fmax(worst, std::fabs(total - first));
    }
    return worst;
}

TEST(BiasedPotential, TheErrorOfTheBiasedEnergyFallsWithTheSquareOfTheTimestep) {
    double const coarse = energy_error(8.0);
    double const fine = energy_error(4.0);

    EXPECT_NEAR(std::log2(coarse / fine), 2.0, 0.2) << coarse << " and " << fine;
}

TEST(BiasedPotential, ARelaxedDimerStandsWhereTheSpringHoldsTheModel) {
    // U'(d) + k (d - d0) = 0 with U = 4ε (s¹² - s⁶), s = σ/d: by bisection, for windows on both
    // sides of the minimum at 3.816 Å; k is larger than -U'' anywhere, so that there is one root.
    double const epsilon = 0.0104, sigma = 3.40, k = 0.1;
    LennardJones model = test::reference_argon();
    for (double const d0 : {3.4, 3.7, 4.5, 5.5}) {
        auto const balance = [&](double d) {
            double const s6 = std::pow(sigma / d, 6.0);
            return 4.0 * epsilon * (-12.0 * s6 * s6 + 6.0 * s6) / d + k * (d - d0);
        };
        double low = 3.0, high = 7.0;
        for (int round = 0; round < 60; ++round)
            (balance(0.5 * (low + high)) < 0.0 ? low : high) = 0.5 * (low + high);
        StageRunner run(
            model,
            sub_stages(
                hooked(sub_stage(0, FireOptions{.timestep_fs = 5.0}, 5000, {fmax_criterion(1e-9)}),
                       {distance({.spring_constant = k, .atoms = {0, 1}, .distance = d0})})),
            {1, 2, 0});
        run.add(test::cluster(test::plain_schema(), 0, {0, 0, 0, 3.8, 0, 0}));

        run.run();

        ASSERT_EQ(run.outcomes.at(0).outcome, Outcome::converged);
        double const* const r = run.stage.batch().view().positions;
        EXPECT_NEAR(r[3] - r[0], low, 1e-7) << "window " << d0;
    }
}

TEST(BiasedPotential, TheCenterOfMassFluctuatesAsTheTwoSpringsAllow) {
    // Two atoms, each bound by 0.02 eV/Å² to the origin, their centre by k to X0: the centre moves
    // in K = 2·0.02 + k, so that <X> = k X0/K and var X = kT/K.
    double const k = 0.06, target = 2.0, temperature = 100.0, stiffness = 0.04 + k;
    test::HarmonicModel model(0.02, 0.02, 0.02);
    int const samples = 100, steps = 4000, equilibration = 1000;
    SubStage sub =
        hooked(sub_stage(0, NvtLangevinOptions{10.0, temperature, 0.003}, steps),
               {center_of_mass({.spring_constant = k, .center = {{target, target, target}}})});
    sub.initial_temperature_kelvin = temperature;
    StageRunner run(model, sub_stages(std::move(sub)), {samples, 2 * samples, 0});
    for (int id = 0; id < samples; ++id)
        run.add(test::cluster(test::plain_schema(), id, {1, 1, 1, 1.5, 1, 1}));
    double sum = 0.0, squares = 0.0, count = 0.0;

    for (int step = 1; step <= steps; ++step) {
        run.step();
        if (step < equilibration || step % 10 != 0) continue;
        double const* const r = run.stage.batch().view().positions;
        for (int s = 0; s < samples; ++s)
            for (int x = 0; x < 3; ++x) {
                double const center = 0.5 * (r[6 * s + x] + r[6 * s + 3 + x]);
                sum += center;
                squares += center * center;
                ++count;
            }
    }

    double const mean = sum / count, variance = squares / count - mean * mean;
    double const expected = constants::boltzmann * temperature / stiffness;
    // The place is correlated over γM/K = 250 fs, so that 30 ps of 300 coordinates hold 18,000
    // independent ones: errors of 0.8 % of the width and 1.1 % of the variance; four of each.
    EXPECT_NEAR(mean, k * target / stiffness, 0.03 * std::sqrt(expected));
    EXPECT_NEAR(variance, expected, 0.045 * expected);
}

TEST(BiasedPotential, StepsDoNotAllocate) {
    test::HarmonicModel model;
    StageRunner run(model,
                    sub_stages(hooked(sub_stage(0, NveOptions{1.0}),
                                      {distance({.spring_constant = 1.0, .atoms = {0, 1}}),
                                       center_of_mass({.spring_constant = 1.0}),
                                       with_function(constant_force(0.1))})),
                    {2, 5, 0});
    run.add(test::line_of_atoms(test::plain_schema(), 0, 2, 0.3));
    run.add(test::line_of_atoms(test::plain_schema(), 1, 3, 0.3));
    run.step(3);
    long const before = test::allocation_count();

    run.step(50);

    EXPECT_EQ(test::allocation_count(), before);
}

}  // namespace
}  // namespace athanor
