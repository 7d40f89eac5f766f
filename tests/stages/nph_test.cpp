// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/nph.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "kernels/sample_reduce.hpp"
#include "runtime/error.hpp"
#include "tests/stages/constant_pressure_fixture.hpp"
#include "tests/support/golden_json.hpp"

namespace athanor {
namespace {

using enum PressureCoupling;
using test::AskedRunner;

class NphCoupling : public ::testing::TestWithParam<PressureCoupling> {
protected:
    NphOptions options{.timestep_fs = 5.0,
                       .pressure_ev_per_a3 = 0.0003,
                       .barostat_time_fs = 300.0,
                       .pressure_coupling = GetParam()};
};

TEST_P(NphCoupling, TheErrorOfTheConservedEnergyFallsWithTheSquareOfTheTimestep) {
    double const coarse = test::conserved_error<Nph>(options, 10.0);
    double const fine = test::conserved_error<Nph>(options, 5.0);

    EXPECT_NEAR(std::log2(coarse / fine), 2.0, 0.35) << coarse << " and " << fine;
}

TEST_P(NphCoupling, ACrystalAtRestKeepsItsFractionalCoordinatesAsTheCellMoves) {
    // Every atom of the strained lattice is a centre of inversion: no forces, whatever the cell.
    LennardJones model = test::reference_argon();
    AskedRunner<Nph> runner(model, options, {1, 32, 0});
    Sample const start = test::sheared_crystal(0.0);
    runner.run.add(start);

    runner.run.step(100);

    BatchView const view = runner.view();
    auto const before = CellFrame::of(start.values<double>(Fields::cell).data(), view.pbc);
    auto const after = CellFrame::of(view.cell, view.pbc);
    EXPECT_GT(std::fabs(view.cell[0] - start.values<double>(Fields::cell)[0]), 1e-3);
    for (int atom = 0; atom < 32; ++atom) {
        auto const s = after.fractional(view.positions + 3 * atom);
        auto const s0 =
            before.fractional(start.values<double>(Fields::positions).data() + 3 * atom);
        for (int k = 0; k < 3; ++k) EXPECT_NEAR(s[k], s0[k], 1e-9);
    }
}

TEST_P(NphCoupling, ReversedVelocitiesLeadBackToTheStart) {
    LennardJones model = test::reference_argon();
    AskedRunner<Nph> runner(model, options, {1, 32, 0}, 40.0);
    runner.run.add(test::sheared_crystal(0.1));
    runner.run.step();
    Sample const start = runner.run.samples().at(0);
    double* const rate = runner.column("strain_rate");
    double const rate_start = rate[0];

    runner.run.step(100);
    for (int k = 0; k < 96; ++k) runner.view().velocities[k] *= -1.0;
    for (int k = 0; k < 6; ++k) rate[k] *= -1.0;
    runner.run.step(100);

    EXPECT_NEAR(rate[0], -rate_start, 1e-12);
    for (int k = 0; k < 9; ++k)
        EXPECT_NEAR(runner.view().cell[k], start.values<double>(Fields::cell)[k], 1e-9);
    for (int k = 0; k < 96; ++k)
        EXPECT_NEAR(runner.view().positions[k], start.values<double>(Fields::positions)[k], 1e-9);
}

TEST_P(NphCoupling, TheMeanPressureIsTheOneGiven) {
    // All of the diagonal of V(P - p) + kT has mean 0: the cell does not drift away.
    LennardJones model = test::reference_argon();
    AskedRunner<Nph> runner(model, options, {1, 32, 0}, 40.0);
    runner.run.add(test::sheared_crystal(0.0));
    runner.run.step(400);
    double pressure = 0.0;
    int const steps = 4000;

    for (int step = 0; step < steps; ++step) {
        runner.run.step();
        BatchView const view = runner.view();
        auto const momenta = momentum_tensor(view.velocities, view.atomic_masses, 32);
        double const volume = cell_volume(view.cell);
        for (int k = 0; k < 3; ++k)
            pressure += (momenta[k] / volume - view.stress[4 * k]) / (3.0 * steps);
    }

    EXPECT_NEAR(pressure, 0.0003, 0.00006);
}

INSTANTIATE_TEST_SUITE_P(Couplings, NphCoupling,
                         ::testing::Values(isotropic, anisotropic, triclinic));

TEST(Nph, FollowsTheReferenceAsFarAsItsFirstOrderStepGoes) {
    // The same equations; the reference moves positions and cell by an explicit step of first
    // order, so its volume is off by a share of dt over the time of the change.
    auto const golden = test::golden_json("traj/nph_iso_ar32.json");
    LennardJones model = test::reference_argon();
    AskedRunner<Nph> runner(model,
                            NphOptions{.timestep_fs = golden["dt"],
                                       .pressure_ev_per_a3 = golden["pressure"],
                                       .barostat_time_fs = golden["barostat_time"]},
                            {1, 32, 0});
    runner.run.add(test::read_golden_sample(golden["system"]));
    auto const& volumes = golden["series"]["volume"];
    double const start = volumes[0];

    double worst = 0.0, change = 0.0;
    for (int step = 1; step <= golden["steps"].get<int>(); ++step) {
        runner.run.step();
        double const theirs = volumes[step];
        worst = std::fmax(worst, std::fabs(cell_volume(runner.view().cell) - theirs));
        change = std::fmax(change, std::fabs(theirs - start));
    }

    EXPECT_GT(change, 5.0);
    EXPECT_LT(worst, 0.03 * change) << worst << " of " << change;
}

TEST(Nph, IsotropicKeepsTheShapeAndAnisotropicTheRightAngles) {
    LennardJones model = test::reference_argon();
    for (PressureCoupling const coupling : {isotropic, anisotropic}) {
        AskedRunner<Nph> runner(
            model, NphOptions{.timestep_fs = 5.0, .pressure_coupling = coupling}, {1, 32, 0}, 40.0);
        runner.run.add(test::argon_crystal(test::plain_schema(), 0, 2, 0.1, 1));
        runner.run.step(200);
        double const* const h = runner.view().cell;
        for (int k : {1, 2, 3, 5, 6, 7}) EXPECT_EQ(h[k], 0.0);
        EXPECT_EQ(h[0] == h[4] && h[4] == h[8], coupling == isotropic);
    }
}

TEST(Nph, AnOpenSampleFailsWithTheReason) {
    LennardJones model = test::reference_argon();
    AskedRunner<Nph> runner(model, NphOptions{}, {2, 40, 0});
    runner.run.add(test::cluster(test::plain_schema(), 0, {0, 0, 0, 4, 0, 0}));
    runner.run.add(test::argon_crystal(test::plain_schema(), 1, 2, 0.1, 1));

    runner.run.step(2);

    ASSERT_EQ(runner.run.outcomes.size(), 1U);
    EXPECT_EQ(runner.run.outcomes[0].sample, SampleId{0});
    EXPECT_NE(runner.run.outcomes[0].reason.find("periodic in all three"), std::string::npos);
    EXPECT_EQ(runner.run.stage.active_count(), 1);
}

TEST(Nph, OptionsOutOfRangeAreRefused) {
    EXPECT_THROW(Nph({.timestep_fs = 0.0}), ConfigError);
    EXPECT_THROW(Nph({.pressure_ev_per_a3 = std::nan("")}), ConfigError);
    EXPECT_THROW(Nph({.barostat_time_fs = 0.0}), ConfigError);
}

}  // namespace
}  // namespace athanor
