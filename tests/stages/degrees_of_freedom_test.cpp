// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/degrees_of_freedom.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/sample_reduce.hpp"
#include "runtime/units.hpp"
#include "stages/hooks/freeze_atoms.hpp"
#include "stages/pipeline_spec.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/hooked_stages.hpp"

namespace athanor {
namespace {

using enum DegreesOfFreedom;
using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

TEST(DegreesOfFreedom, LeaveOutTheMomentumWhatIsHeldAndWhatHasNoMass) {
    Sample three = test::cluster(test::plain_schema(), 0, {0, 0, 0, 4, 0, 0, 8, 0, 0});
    three.values<double>(Fields::atomic_masses)[1] = 0.0;
    Sample const lone = test::cluster(test::plain_schema(), 1, {0, 0, 0});
    Batch batch = test::make_batch({three, lone});
    auto const count = [&](int system, DegreesOfFreedom way, MotionLimits limits) {
        return count_degrees_of_freedom(batch.view(), SystemIndex{system}, way, limits);
    };

    EXPECT_EQ(count(0, automatic, {0, false}), 6);
    EXPECT_EQ(count(0, automatic, {0, true}), 3);
    EXPECT_EQ(count(0, automatic, {3, true}), 3) << "held atoms take the momentum up";
    EXPECT_EQ(count(0, automatic, {9, true}), 0);
    EXPECT_EQ(count(0, three_n, {3, true}), 6);
    EXPECT_EQ(count(1, automatic, {0, true}), 3) << "a lone atom keeps its momentum in a draw";
}

StageSpec stage_of(DynamicsSpec dynamics, bool draws = false, std::vector<HookSpec> hooks = {}) {
    StageSpec stage;
    stage.dynamics = std::move(dynamics);
    if (draws) stage.initial_temperature_kelvin = 50.0;
    stage.hooks = std::move(hooks);
    return stage;
}

TEST(DegreesOfFreedom, AMomentumOfZeroLastsUntilADynamicsOrAHookGivesSome) {
    StageSpec const drawn = stage_of(NveOptions{}, true), md = stage_of(NptOptions{});
    StageSpec const noise = stage_of(NvtLangevinOptions{}, true), relax = stage_of(FireOptions{});
    StageSpec const held = stage_of(NveOptions{}, true, {FreezeAtomsOptions{.indices = {0}}});
    StageSpec const clamped = stage_of(NveOptions{}, false, {MaxForceClampOptions{1.0}});
    using Zero = std::vector<bool>;

    EXPECT_EQ(momentum_stays_zero({{ElementSpec{{md}}}}), Zero{false});
    EXPECT_EQ(momentum_stays_zero(drawn | md), (Zero{true, true}));
    EXPECT_EQ(momentum_stays_zero((drawn + md) | md), (Zero{true, true, true}));
    EXPECT_EQ(momentum_stays_zero(drawn | noise | md), (Zero{true, false, false}));
    EXPECT_EQ(momentum_stays_zero(drawn | clamped | md), (Zero{true, false, false}));
    StageSpec const walled =
        stage_of(NveOptions{}, false, {BiasedPotentialSpec{WallBiasOptions{}}});
    StageSpec const pulled =
        stage_of(NveOptions{}, false, {BiasedPotentialSpec{DistanceBiasOptions{}}});
    EXPECT_EQ(momentum_stays_zero(drawn | walled | md), (Zero{true, false, false}));
    EXPECT_EQ(momentum_stays_zero(drawn | pulled | md), (Zero{true, true, true}));
    EXPECT_EQ(momentum_stays_zero(noise | relax | md), (Zero{false, false, true}));
    EXPECT_EQ(momentum_stays_zero(held | md), (Zero{true, false})) << "held atoms took it up";
}

TEST(DegreesOfFreedom, AreThoseOfEachSampleWhenItEnters) {
    LennardJones model = test::reference_argon();
    SubStage first = sub_stage(0, NveOptions{2.0}, 3), second = sub_stage(1, NveOptions{2.0}, 3);
    first.hooks = {std::make_shared<FreezeAtoms>(FreezeAtomsOptions{.indices = {0, 1}})};
    second.momentum_is_zero = true;
    StageRunner run(model, sub_stages(std::move(first), std::move(second)), {2, 64, 0});
    run.add(test::argon_crystal(test::plain_schema(), 0, 2, 0.1, 1));
    run.add(test::cluster(test::plain_schema(), 1, {0, 0, 0, 4, 0, 0, 0, 4, 0}));
    auto const freedom = [&](int system) {
        return run.stage.batch().view().degrees_of_freedom[system];
    };

    run.step();
    EXPECT_EQ(freedom(0), 3 * 30);
    EXPECT_EQ(freedom(1), 3 * 1);
    run.step(3);
    EXPECT_EQ(freedom(0), 3 * 31);
    EXPECT_EQ(freedom(1), 3 * 2);
}

TEST(DegreesOfFreedom, AtomsThatTwoHooksHoldAreCountedOnce) {
    LennardJones model = test::reference_argon();
    SubStage sub = sub_stage(0, NveOptions{2.0}, 3);
    for (std::vector<int> const& held : {std::vector<int>{0, 1, 2}, {2, 1, 5}})
        sub.hooks.push_back(std::make_shared<FreezeAtoms>(FreezeAtomsOptions{.indices = held}));
    StageRunner run(model, sub_stages(std::move(sub)), {1, 32, 0});
    run.add(test::argon_crystal(test::plain_schema(), 0, 2, 0.1, 1));

    run.step();

    EXPECT_EQ(run.stage.batch().view().degrees_of_freedom[0], 3 * (32 - 4)) << "0, 1, 2 and 5";
}

/// Samples of five atoms, far apart, the first two held.
TEST(DegreesOfFreedom, VelocitiesAreDrawnForTheAtomsThatMove) {
    double const kelvin = 80.0;
    int const samples = 400;
    LennardJones model = test::reference_argon();
    SubStage sub = sub_stage(0, NveOptions{1.0}, 5);
    sub.hooks = {std::make_shared<FreezeAtoms>(FreezeAtomsOptions{.indices = {0, 1}})};
    sub.initial_temperature_kelvin = kelvin;
    sub.momentum_is_zero = true;
    StageRunner run(model, sub_stages(std::move(sub)), {samples, 5 * samples, 0});
    for (int k = 0; k < samples; ++k)
        run.add(test::line_of_atoms(test::plain_schema(), k, 5, 20.0));

    run.step();

    // E_kin / kT is half a chi-squared number of n: mean n/2, variance n/2.
    BatchView const view = run.stage.batch().view();
    double mean = 0.0;
    for (int k = 0; k < samples; ++k) {
        int const first = view.atom_begin[k];
        mean += kinetic_energy(view.velocities + 3 * first, view.atomic_masses + first, 5) /
                units::thermal_energy(kelvin) / samples;
    }
    double const freedom = 9.0;
    EXPECT_EQ(view.degrees_of_freedom[0], 9);
    EXPECT_LT(std::fabs(mean - 0.5 * freedom) / std::sqrt(0.5 * freedom / samples), 4.0) << mean;
}

TEST(DegreesOfFreedom, AThermostatWarmsTheAtomsOfACrystalThatMove) {
    double const kelvin = 60.0, thermal = units::thermal_energy(kelvin);
    int const replicas = 12, atoms = 32, turns = 200;
    LennardJones model = test::reference_argon();
    SubStage sub = sub_stage(
        0, NvtNoseHooverOptions{
               .timestep_fs = 5.0, .temperature_kelvin = kelvin, .thermostat_time_fs = 200.0});
    FreezeAtomsOptions half;
    for (int a = 0; a < atoms; a += 2) half.indices.push_back(a);
    sub.hooks = {std::make_shared<FreezeAtoms>(half)};
    sub.initial_temperature_kelvin = kelvin;
    sub.momentum_is_zero = true;
    StageRunner run(model, sub_stages(std::move(sub)), {replicas, replicas * atoms, 0});
    for (int k = 0; k < replicas; ++k)
        run.add(test::argon_crystal(test::plain_schema(), k, 2, 0.05, 40 + k, 5.4));
    std::vector<double> mean(replicas, 0.0);

    run.step(400);
    for (int turn = 0; turn < turns; ++turn) {
        run.step(10);
        BatchView const view = run.stage.batch().view();
        for (int k = 0; k < replicas; ++k) {
            int const first = view.atom_begin[k];
            mean[k] +=
                kinetic_energy(view.velocities + 3 * first, view.atomic_masses + first, atoms) /
                turns;
        }
    }

    double average = 0.0, square = 0.0;
    for (double x : mean) average += x / replicas;
    for (double x : mean) square += (x - average) * (x - average);
    double const error = std::sqrt(square / (replicas - 1.0) / replicas);
    double const theory = 0.5 * 48 * thermal;
    EXPECT_LT(std::fabs(average - theory) / error, 4.0) << average << " +- " << error;
    EXPECT_LT(error, 0.02 * theory) << "the test must be able to see an error";
}

}  // namespace
}  // namespace athanor
