// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fire_variable_cell.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "runtime/units.hpp"
#include "tests/support/argon_lattice.hpp"
#include "tests/support/golden_json.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor {
namespace {

using test::StageRunner;
using test::sub_stage;
using test::sub_stages;

/// The end of a relaxation to the minimum, positions and cell.
Sample relaxed(Model& model, Sample const& start, double pressure_gpa) {
    FireVariableCellOptions const options{{.timestep_fs = 5.0}, pressure_gpa};
    StageRunner run(model,
                    sub_stages(sub_stage(
                        0, options, 20000,
                        {fmax_criterion(1e-8), {"residual_stress", RowReduction::max_abs, 1e-9}})),
                    {1, start.atom_count(), 0});
    run.add(start);
    run.run();
    EXPECT_EQ(run.outcomes.at(0).outcome, Outcome::converged);
    return run.samples().at(start.id().value());
}

double volume(Sample const& sample) {
    auto const h = sample.values<double>(Fields::cell);
    return std::fabs(h[0] * (h[4] * h[8] - h[5] * h[7]) - h[1] * (h[3] * h[8] - h[5] * h[6]) +
                     h[2] * (h[3] * h[7] - h[4] * h[6]));
}

TEST(FireVariableCell, FindsTheLatticeConstantOfTruncatedAndShiftedArgon) {
    LennardJones model = test::shifted_argon();

    Sample const end =
        relaxed(model, test::argon_crystal(test::plain_schema(), 0, 2, 0.05, 1, 5.1), 0.0);

    auto const cell = end.values<double>(Fields::cell);
    for (int k = 0; k < 9; ++k)
        EXPECT_NEAR(cell[k], k % 4 == 0 ? 2 * test::lattice_constant() : 0.0, 1e-5) << k;
}

TEST(FireVariableCell, TheStressBecomesThePressureWithItsSignTurned) {
    LennardJones model = test::shifted_argon();
    for (double const gpa : {-0.05, 0.3}) {
        Sample const end =
            relaxed(model, test::argon_crystal(test::plain_schema(), 0, 2, 0.05, 2, 5.25), gpa);

        double const pressure = units::pressure_from_gpa(gpa);
        EXPECT_NEAR(test::lattice_pressure(std::cbrt(volume(end) / 8.0)), pressure, 1e-8);
        for (int k = 0; k < 9; ++k)
            EXPECT_NEAR(end.values<double>(Fields::stress)[k], k % 4 == 0 ? -pressure : 0.0, 1e-9);
    }
}

TEST(FireVariableCell, RelaxesShearedAndLeftHandedAndTurnedCells) {
    LennardJones model = test::reference_argon();
    for (char const* name : {"ar_triclinic", "ar_triclinic_rotated", "ar_lefthanded"}) {
        SCOPED_TRACE(name);
        Sample const start = test::read_golden_sample(name);

        Sample const end = relaxed(model, start, 0.0);

        EXPECT_LT(end.values<double>(Fields::energy)[0], 0.0);
        EXPECT_NE(volume(end), volume(start));
    }
}

TEST(FireVariableCell, FindsTheTrueMinimumOfAStretchedAndRattledCrystal) {
    auto const golden = test::golden_json("traj/min_cell_ar32.json");
    LennardJones model = test::reference_argon();

    Sample const end = relaxed(model, test::read_golden_sample(golden["system"]), 0.0);

    EXPECT_NEAR(end.values<double>(Fields::energy)[0],
                golden["true_minimum"]["energy"].get<double>(), 1e-10);
    double const a = golden["true_minimum"]["lattice_constant"];
    EXPECT_NEAR(std::cbrt(volume(end) / 8.0), a, 1e-6);
}

TEST(FireVariableCell, OptionsOutOfRangeAreRefused) {
    EXPECT_THROW(FireVariableCell({.relaxation = {.max_step = 0.0}}), ConfigError);
    EXPECT_THROW(FireVariableCell({.pressure_gpa = std::numeric_limits<double>::quiet_NaN()}),
                 ConfigError);
}

}  // namespace
}  // namespace athanor
