// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fire2_variable_cell.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "kernels/sample_reduce.hpp"
#include "runtime/error.hpp"
#include "runtime/units.hpp"
#include "tests/support/argon_lattice.hpp"
#include "tests/support/constant_stress_model.hpp"
#include "tests/support/golden_json.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor {
namespace {

using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

double column(Sample const& sample, char const* name, int k = 0) {
    return sample.values<double>(*sample.schema().find(name))[k];
}

Fire2VariableCellOptions reference_options() {
    return {.relaxation = {.timestep_fs = units::time_to_fs(0.05),
                           .timestep_max_fs = units::time_to_fs(0.08),
                           .timestep_min_fs = units::time_to_fs(0.005)}};
}

TEST(Fire2VariableCell, OneAtomUnderConstantStressGivesTheReferenceNumbers) {
    test::ConstantStressModel model;
    StageRunner run(model, sub_stages(sub_stage(0, reference_options(), 100)), {1, 1, 0});
    Sample start = test::cluster(test::plain_schema(), 0, {.5, -.2, .3}, 18, 39.95);
    double const cell[9] = {5, 0, 0, .5, 6, 0, .3, .2, 7};
    std::copy_n(cell, 9, start.values<double>(Fields::cell).begin());
    std::fill_n(start.values<std::uint8_t>(Fields::pbc).begin(), 3, std::uint8_t{1});
    run.add(start);

    run.step(5);

    double const r[3] = {.479904402948, -.186198431398, .266216236849};
    double const h[9] = {4.98448091081, 0, 0, .497373378107, 6.02637848621, 0, .3, .19661865055,
                         6.98309325275};
    double const v[9] = {-.103649555935, 0, 0, -.0175241470349,
                         .175988976578,  0, 0, -.0225808268867,
                         -.112904134434};
    Sample const end = run.samples().at(0);
    for (int k = 0; k < 3; ++k) EXPECT_NEAR(end.values<double>(Fields::positions)[k], r[k], 1e-11);
    for (int k = 0; k < 9; ++k) {
        EXPECT_NEAR(end.values<double>(Fields::cell)[k], h[k], 1e-10) << k;
        EXPECT_NEAR(column(end, "cell_velocity", k), v[k], 1e-11) << k;
    }
    EXPECT_NEAR(column(end, "fire2_timestep"), .05, 1e-14);
}

TEST(Fire2VariableCell, FollowsTheIntendedSequenceForAHundredSteps) {
    auto const golden = test::golden_json("traj/min_cell_ar32.json");
    auto const& series = golden["runs"]["fire2_variable_cell"];
    Sample const start = test::read_golden_sample(golden["system"]);
    LennardJones model = test::reference_argon();
    StageRunner run(model, sub_stages(sub_stage(0, reference_options(), 100)),
                    {1, start.atom_count(), 0});
    run.add(start);
    int const lower[6] = {0, 3, 4, 6, 7, 8};

    for (int step = 1; step <= 100; ++step) {
        run.step();
        Sample const now = run.samples().at(start.id().value());
        ASSERT_NEAR(now.values<double>(Fields::energy)[0], series["energy"][step].get<double>(),
                    1e-9)
            << "step " << step;
        ASSERT_NEAR(max_norm(now.values<double>(Fields::forces).data(), now.atom_count()),
                    series["fmax"][step].get<double>(), 1e-9);
        ASSERT_NEAR(column(now, "fire2_timestep"), series["dt"][step].get<double>(), 1e-12);
        for (int k = 0; k < 6; ++k)
            ASSERT_NEAR(now.values<double>(Fields::cell)[lower[k]],
                        series["cell_lower_triangle"][step][k].get<double>(), 1e-9)
                << "step " << step;
        double largest = 0.0;
        for (double s : now.values<double>(Fields::stress))
            largest = std::fmax(largest, std::fabs(s));
        ASSERT_NEAR(largest, series["max_abs_stress"][step].get<double>(), 1e-10);
    }
}

std::vector<Criterion> to_the_minimum() {
    return {fmax_criterion(1e-8), {"residual_stress", RowReduction::max_abs, 1e-9}};
}

Fire2Options long_steps() {
    return {.timestep_fs = 4.0, .timestep_max_fs = 6.4, .timestep_min_fs = 0.4};
}

TEST(Fire2VariableCell, FindsTheTrueMinimumOfAStretchedAndRattledCrystal) {
    auto const golden = test::golden_json("traj/min_cell_ar32.json");
    LennardJones model = test::reference_argon();
    StageRunner run(
        model,
        sub_stages(sub_stage(0, Fire2VariableCellOptions{long_steps()}, 20000, to_the_minimum())),
        {1, 32, 0});
    run.add(test::read_golden_sample(golden["system"]));

    run.run();

    ASSERT_EQ(run.outcomes.at(0).outcome, Outcome::converged);
    EXPECT_NEAR(run.outcomes[0].energy, golden["true_minimum"]["energy"].get<double>(), 1e-10);
    Sample const end = run.samples().at(0);
    double const a = golden["true_minimum"]["lattice_constant"];
    for (int k : {0, 4, 8}) EXPECT_NEAR(end.values<double>(Fields::cell)[k], 2 * a, 1e-5);
}

TEST(Fire2VariableCell, ThePressureDecidesTheLatticeConstant) {
    LennardJones model = test::shifted_argon();
    double const pressure = 0.2;
    StageRunner run(model,
                    sub_stages(sub_stage(0, Fire2VariableCellOptions{long_steps(), pressure}, 20000,
                                         to_the_minimum())),
                    {1, 32, 0});
    run.add(test::argon_crystal(test::plain_schema(), 0, 2, 0.05, 3, 5.3));

    run.run();

    ASSERT_EQ(run.outcomes.at(0).outcome, Outcome::converged);
    Sample const end = run.samples().at(0);
    auto const cell = end.values<double>(Fields::cell);
    double const volume = cell[0] * cell[4] * cell[8];
    EXPECT_NEAR(test::lattice_pressure(std::cbrt(volume / 8.0)), units::pressure_from_gpa(pressure),
                1e-8);
    EXPECT_NEAR(end.values<double>(Fields::stress)[0], -units::pressure_from_gpa(pressure), 1e-9);
}

TEST(Fire2VariableCell, ASampleWithoutAFullCellRelaxesAsWithFire2) {
    LennardJones model = test::reference_argon();
    Sample const start = test::cluster(test::plain_schema(), 0, {0, 0, 0, 3.9, 0, 0, 0, 4.0, 0.2});
    std::vector<Sample> ends;
    for (DynamicsSpec const& spec : std::vector<DynamicsSpec>{
             Fire2Options{long_steps()}, Fire2VariableCellOptions{long_steps()}}) {
        StageRunner run(model, sub_stages(sub_stage(0, spec, 500, {fmax_criterion(1e-4)})),
                        {1, 3, 0});
        run.add(start);
        run.run();
        EXPECT_EQ(run.outcomes.at(0).outcome, Outcome::converged);
        ends.push_back(run.samples().at(0));
    }
    for (int k = 0; k < 9; ++k) {
        EXPECT_NEAR(ends[0].values<double>(Fields::positions)[k],
                    ends[1].values<double>(Fields::positions)[k], 1e-12);
        EXPECT_EQ(ends[1].values<double>(Fields::cell)[k], 0.0);
        EXPECT_EQ(column(ends[1], "residual_stress", k), 0.0);
    }
}

TEST(Fire2VariableCell, OptionsOutOfRangeAreRefused) {
    EXPECT_THROW(Fire2VariableCell({.relaxation = {.max_step = 0.0}}), ConfigError);
    EXPECT_THROW(Fire2VariableCell({.pressure_gpa = std::numeric_limits<double>::infinity()}),
                 ConfigError);
}

}  // namespace
}  // namespace athanor
