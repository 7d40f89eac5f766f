// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The reference's step at constant pressure is of first order, npt's and nph's of second. So the
/// golden trajectories test a step of the tests' own, and that step tests ours as dt goes to 0.
#include "tests/physics/first_order_barostat.hpp"

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/barostat_functor.hpp"
#include "tests/support/golden_json.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor {
namespace {

using test::FirstOrderBarostat;
using test::FirstOrderOptions;

FirstOrderOptions golden_options(nlohmann::json const& golden) {
    FirstOrderOptions options{
        .timestep_fs = golden["dt"], .pressure = {}, .barostat_time_fs = golden["barostat_time"]};
    auto const& pressure = golden["pressure"];
    for (std::size_t k = 0; k < 3; ++k)
        options.pressure[k] = (pressure.is_array() ? pressure[k] : pressure).get<double>();
    if (golden["kind"] == "npt") {
        options.kelvin = golden["temperature"].get<double>();
        options.thermostat_time_fs = golden["thermostat_time"];
    }
    options.isotropic = golden["coupling"] == "isotropic";
    return options;
}

class GoldenBarostat : public ::testing::TestWithParam<char const*> {};

TEST_P(GoldenBarostat, IsTheExplicitStepOfTheseTests) {
    auto const golden = test::golden_json(std::string("traj/") + GetParam() + ".json");
    FirstOrderBarostat run(test::read_golden_sample(golden["system"]),
                           test::reference_argon().options(), golden_options(golden));
    auto const& series = golden["series"];
    auto const& frames = golden["frames"];
    std::size_t next_frame = 1;  // frame 0 is the start

    for (int step = 1; step <= golden["steps"].get<int>(); ++step) {
        run.step();
        SCOPED_TRACE(step);
        double const energy = series["energy"][step];
        ASSERT_NEAR(run.view().energy[0], energy, 1e-11 * std::fabs(energy));
        ASSERT_NEAR(run.kinetic(), series["kinetic"][step].get<double>(), 1e-11);
        ASSERT_NEAR(run.volume(), series["volume"][step].get<double>(), 1e-8);
        if (next_frame == frames.size() || frames[next_frame]["step"] != step) continue;
        auto const& frame = frames[next_frame++];
        for (int k = 0; k < 96; ++k) {
            double const v = frame["velocities"][k / 3][k % 3];
            ASSERT_NEAR(run.view().positions[k], frame["positions"][k / 3][k % 3].get<double>(),
                        1e-10);
            ASSERT_NEAR(run.view().velocities[k], units::velocity_from_per_fs(v),
                        units::velocity_from_per_fs(1e-12));
        }
        for (int k = 0; k < 9; ++k)
            ASSERT_NEAR(run.view().cell[k], frame["cell"][k / 3][k % 3].get<double>(), 1e-10);
    }
    EXPECT_EQ(next_frame, frames.size());
}

INSTANTIATE_TEST_SUITE_P(Argon, GoldenBarostat,
                         ::testing::Values("npt_iso_ar32", "npt_aniso_ar32", "nph_iso_ar32"),
                         [](auto const& golden) { return std::string(golden.param); });

/// Positions [Å] and edges [Å] at the end of a run.
using State = std::vector<double>;

State state_of(BatchView const& view) {
    State state(view.positions, view.positions + 96);
    for (int k = 0; k < 3; ++k) state.push_back(view.cell[4 * k]);
    return state;
}

/// sqrt of the mean square of the differences.
double distance(State const& a, State const& b) {
    double sum = 0.0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
    return std::sqrt(sum / static_cast<double>(a.size()));
}

constexpr double pressure = 0.0003, barostat_time_fs = 200.0, thermostat_time_fs = 100.0,
                 kelvin = 80.0, end_fs = 160.0;

struct Case {
    char const* name;
    bool constant_temperature;
    PressureCoupling coupling;
    double cell_freedom;  ///< of the equations that both steps solve
};

DynamicsSpec ours(Case const& of, double dt_fs) {
    if (of.constant_temperature)
        return NptOptions{dt_fs,       kelvin, pressure, barostat_time_fs, thermostat_time_fs,
                          of.coupling, 3,      1};
    return NphOptions{dt_fs, pressure, barostat_time_fs, of.coupling};
}

State our_end(Case const& of, double dt_fs) {
    LennardJones model = test::reference_argon();
    test::StageRunner run(model, test::sub_stages(test::sub_stage(0, ours(of, dt_fs))), {1, 32, 0});
    run.add(test::read_golden_sample("ar32_ortho"));
    run.step(static_cast<int>(std::lround(end_fs / dt_fs)));
    return state_of(run.stage.batch().view());
}

State their_end(Case const& of, double dt_fs) {
    FirstOrderOptions options{.timestep_fs = dt_fs,
                              .pressure = {pressure, pressure, pressure},
                              .barostat_time_fs = barostat_time_fs,
                              .thermostat_time_fs = thermostat_time_fs,
                              .isotropic = of.coupling == PressureCoupling::isotropic,
                              .cell_freedom = of.cell_freedom};
    if (of.constant_temperature) options.kelvin = kelvin;
    FirstOrderBarostat run(test::read_golden_sample("ar32_ortho"),
                           test::reference_argon().options(), options);
    for (long step = 0; step < std::lround(end_fs / dt_fs); ++step) run.step();
    return state_of(run.view());
}

class SameEquations : public ::testing::TestWithParam<Case> {};

TEST_P(SameEquations, TheFirstOrderStepNearsOursLinearlyInTheTimestep) {
    // The equations are the same: W, chains, 3N degrees of freedom and 2K/(3N) on the diagonal.
    // Ours has an error of dt², so the difference is the error of the first-order step.
    std::vector<double> difference, our_change;
    for (double const dt : {2.0, 1.0, 0.5, 0.25}) {
        difference.push_back(distance(their_end(GetParam(), dt), our_end(GetParam(), dt)));
        our_change.push_back(distance(our_end(GetParam(), dt), our_end(GetParam(), 0.5 * dt)));
    }

    for (std::size_t k = 0; k + 1 < difference.size(); ++k) {
        EXPECT_NEAR(std::log2(difference[k] / difference[k + 1]), 1.0, 0.1)
            << difference[k] << " and " << difference[k + 1];
        EXPECT_NEAR(std::log2(our_change[k] / our_change[k + 1]), 2.0, 0.1)
            << our_change[k] << " and " << our_change[k + 1];
    }
    std::printf("[   difference ] %.2e %.2e %.2e %.2e A at 2, 1, 0.5, 0.25 fs\n", difference[0],
                difference[1], difference[2], difference[3]);
}

INSTANTIATE_TEST_SUITE_P(
    Argon, SameEquations,
    ::testing::Values(Case{"npt_isotropic", true, PressureCoupling::isotropic, 1.0},
                      Case{"npt_anisotropic", true, PressureCoupling::anisotropic, 3.0},
                      Case{"nph_isotropic", false, PressureCoupling::isotropic, 1.0},
                      Case{"nph_anisotropic", false, PressureCoupling::anisotropic, 3.0}),
    [](auto const& of) { return std::string(of.param.name); });

TEST(OtherEquations, TheReferencesIsotropicCellIsKeptAtThreeTimesTheTemperature) {
    // An isotropic cell has one degree of freedom, and its energy 3 W e²/2 a mean of kT/2. The
    // reference's chain asks for 3 kT/2, so its npt does not near ours however small the time step.
    Case const theirs{"", true, PressureCoupling::isotropic, 3.0};
    double const coarse = distance(their_end(theirs, 0.5), our_end(theirs, 0.5));
    double const fine = distance(their_end(theirs, 0.25), our_end(theirs, 0.25));

    EXPECT_NEAR(coarse / fine, 1.0, 0.05) << coarse << " and " << fine;
    EXPECT_GT(fine, 1e-3);
}

}  // namespace
}  // namespace athanor
