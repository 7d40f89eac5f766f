// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What must not change while a sample moves: momentum, angular momentum, the centre, and over long
/// runs the conserved energy.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/sample_reduce.hpp"
#include "stages/nph.hpp"
#include "stages/npt.hpp"
#include "stages/nve.hpp"
#include "stages/nvt_nose_hoover.hpp"
#include "tests/physics/every_dynamics.hpp"
#include "tests/physics/statistics.hpp"
#include "tests/stages/constant_pressure_fixture.hpp"

namespace athanor {
namespace {

using test::DynamicsKind;
using Vector = std::array<double, 3>;

double length(Vector const& v) { return std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]); }
Vector difference(Vector const& a, Vector const& b) {
    return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}

/// Sums over atoms, with a scale that says what round-off is.
struct Sums {
    Vector momentum{}, angular_momentum{}, center{};
    double momentum_scale = 0.0, angular_scale = 0.0;
};

Sums sums_of(Sample const& sample) {
    auto const r = sample.values<double>(Fields::positions);
    auto const v = sample.values<double>(Fields::velocities);
    auto const m = sample.values<double>(Fields::atomic_masses);
    Sums sums;
    for (std::size_t a = 0; a < m.size(); ++a) {
        Vector const x{r[3 * a], r[3 * a + 1], r[3 * a + 2]};
        Vector const p{m[a] * v[3 * a], m[a] * v[3 * a + 1], m[a] * v[3 * a + 2]};
        for (std::size_t c = 0; c < 3; ++c) {
            sums.momentum[c] += p[c];
            sums.center[c] += x[c] / static_cast<double>(m.size());
            sums.angular_momentum[c] +=
                x[(c + 1) % 3] * p[(c + 2) % 3] - x[(c + 2) % 3] * p[(c + 1) % 3];
        }
        sums.momentum_scale += length(p);
        sums.angular_scale += length(x) * length(p);
    }
    return sums;
}

std::string name_of_kind(::testing::TestParamInfo<DynamicsKind> const& kind) {
    return kind.param.name;
}

std::vector<DynamicsKind> kinds_where(bool (*holds)(DynamicsSpec const&)) {
    std::vector<DynamicsKind> kinds;
    for (DynamicsKind const& kind : test::every_dynamics())
        if (holds(kind.spec)) kinds.push_back(kind);
    return kinds;
}

bool is_constant_energy(DynamicsSpec const& spec) {
    return std::holds_alternative<NveOptions>(spec) || std::holds_alternative<DemoOptions>(spec);
}

bool has_no_outer_force(DynamicsSpec const& spec) {
    return is_constant_energy(spec) || std::holds_alternative<NvtNoseHooverOptions>(spec) ||
           std::holds_alternative<NptOptions>(spec) || std::holds_alternative<NphOptions>(spec);
}

class DynamicsWithoutOuterForce : public ::testing::TestWithParam<DynamicsKind> {};

TEST_P(DynamicsWithoutOuterForce, KeepsAMomentumOfZero) {
    Sample const start = test::with_velocities(test::sheared_crystal(0.1), 40.0, 3);

    Sums const end = sums_of(test::after(GetParam().spec, start, 1000));

    EXPECT_LT(length(end.momentum), 1e-13 * end.momentum_scale);
}

INSTANTIATE_TEST_SUITE_P(Dynamics, DynamicsWithoutOuterForce,
                         ::testing::ValuesIn(kinds_where(has_no_outer_force)), name_of_kind);

class ConstantEnergy : public ::testing::TestWithParam<DynamicsKind> {};

TEST_P(ConstantEnergy, KeepsMomentumAndAngularMomentumOfAnOpenCluster) {
    Sample start = test::with_velocities(test::read_golden_sample("ico13"), 20.0, 4);
    auto const v = start.values<double>(Fields::velocities);
    for (std::size_t k = 0; k < v.size(); ++k) v[k] += 0.01 * static_cast<double>(k % 3 + 1);
    Sums const before = sums_of(start);

    Sums const after = sums_of(test::after(GetParam().spec, start, 1000));

    EXPECT_GT(length(before.momentum), 0.1 * before.momentum_scale);
    EXPECT_GT(length(before.angular_momentum), 0.01 * before.angular_scale);
    EXPECT_LT(length(difference(after.momentum, before.momentum)), 1e-13 * after.momentum_scale);
    EXPECT_LT(length(difference(after.angular_momentum, before.angular_momentum)),
              1e-13 * after.angular_scale);
}

INSTANTIATE_TEST_SUITE_P(Dynamics, ConstantEnergy,
                         ::testing::ValuesIn(kinds_where(is_constant_energy)), name_of_kind);

bool is_optimizer_of_positions(DynamicsSpec const& spec) {
    return std::holds_alternative<FireOptions>(spec) ||
           std::holds_alternative<Fire2Options>(spec) || std::holds_alternative<LbfgsOptions>(spec);
}

class OptimizerOfPositions : public ::testing::TestWithParam<DynamicsKind> {};

TEST_P(OptimizerOfPositions, LeavesTheCentreWhereItIs) {
    // Forces add up to zero, and all atoms have one mass.
    Sample const start = test::read_golden_sample("ico13");

    Sample const end = test::after(GetParam().spec, start, 200);

    EXPECT_LT(length(difference(sums_of(end).center, sums_of(start).center)), 1e-13);
    EXPECT_LT(end.values<double>(Fields::energy)[0], -0.4);  // it did move to the icosahedron
}

INSTANTIATE_TEST_SUITE_P(Dynamics, OptimizerOfPositions,
                         ::testing::ValuesIn(kinds_where(is_optimizer_of_positions)), name_of_kind);

/// Conserved energies of independent replicas of a warm, sheared crystal over 10 ps [eV].
constexpr int replicas = 8, samples = 500;
using Courses = std::vector<std::vector<double>>;

/// `energy_of` is asked between steps for the energy of one system.
template <class EnergyOf>
Courses courses_of(test::StageRunner& run, double dt_fs, EnergyOf energy_of) {
    for (int k = 0; k < replicas; ++k) run.add(test::sheared_crystal(0.0, k));
    Courses courses(replicas);
    run.step(static_cast<int>(std::lround(4000.0 / dt_fs)));
    for (int turn = 0; turn < samples; ++turn) {
        run.step(static_cast<int>(std::lround(20.0 / dt_fs)));
        for (int k = 0; k < replicas; ++k)
            courses[static_cast<std::size_t>(k)].push_back(energy_of(SystemIndex{k}));
    }
    return courses;
}

/// Of a dynamics that knows its conserved energy.
template <class Kind, class Options>
Courses conserved_energies(Options options, double dt_fs) {
    LennardJones model = test::reference_argon();
    options.timestep_fs = dt_fs;
    test::AskedRunner<Kind> runner(model, options, {replicas, 32 * replicas, 0}, 40.0);
    return courses_of(runner.run, dt_fs, [&](SystemIndex system) {
        return runner.dynamics->conserved_energy(runner.view(), system);
    });
}

/// Kinetic and potential energy, for what has no energy but these.
Courses total_energies(DynamicsSpec const& spec, double dt_fs,
                       Precision precision = Precision::float64) {
    LennardJones model = test::reference_argon(precision);
    SubStage sub = test::sub_stage(0, spec);
    sub.initial_temperature_kelvin = 40.0;
    sub.momentum_is_zero = true;
    test::StageRunner run(model, test::sub_stages(std::move(sub)), {replicas, 32 * replicas, 0});
    return courses_of(run, dt_fs, [&](SystemIndex system) {
        BatchView const view = run.stage.batch().view();
        int const first = view.atom_begin[system.value()];
        return view.energy[system.value()] +
               kinetic_energy(view.velocities + 3 * first, view.atomic_masses + first, 32);
    });
}

/// How far the energies stray.
struct Straying {
    double spread;         ///< root of the mean variance in time [eV]
    test::Estimate drift;  ///< what the best straight line gains in the whole time [eV]
};

Straying straying(Courses const& courses) {
    double variance = 0.0;
    std::vector<double> gains;
    for (auto const& energy : courses) {
        auto const n = static_cast<double>(energy.size());
        double mean = 0.0, along = 0.0;
        for (double e : energy) mean += e / n;
        for (std::size_t k = 0; k < energy.size(); ++k) {
            double const time = (static_cast<double>(k) + 0.5) / n - 0.5, off = energy[k] - mean;
            variance += off * off / n / replicas;
            along += time * off / n;
        }
        gains.push_back(12.0 * along);
    }
    return {std::sqrt(variance), test::estimate(gains)};
}

struct LongRun {
    char const* name;
    Courses (*courses)(double dt_fs);
};

template <PressureCoupling coupling>
Courses npt_energies(double dt_fs) {
    return conserved_energies<Npt>(NptOptions{.temperature_kelvin = 40.0,
                                              .pressure_ev_per_a3 = 0.0003,
                                              .barostat_time_fs = 1000.0,
                                              .thermostat_time_fs = 100.0,
                                              .pressure_coupling = coupling},
                                   dt_fs);
}

template <PressureCoupling coupling>
Courses nph_energies(double dt_fs) {
    return conserved_energies<Nph>(NphOptions{.pressure_ev_per_a3 = 0.0003,
                                              .barostat_time_fs = 1000.0,
                                              .pressure_coupling = coupling},
                                   dt_fs);
}

Courses nose_hoover_energies(double dt_fs) {
    return conserved_energies<NvtNoseHoover>(
        NvtNoseHooverOptions{.temperature_kelvin = 40.0, .thermostat_time_fs = 100.0}, dt_fs);
}

class ConservedEnergy : public ::testing::TestWithParam<LongRun> {};

TEST_P(ConservedEnergy, StraysByTheSquareOfTheTimestepAndDoesNotDrift) {
    // Where a chain takes part the energy walks at random, by steps of dt²: hence the replicas.
    Straying const coarse = straying(GetParam().courses(5.0));
    Straying const fine = straying(GetParam().courses(2.5));
    std::printf("[   conserved  ] spread %.2e and %.2e eV, drift %+.1f and %+.1f sigma\n",
                coarse.spread, fine.spread, coarse.drift.deviation_from(0.0),
                fine.drift.deviation_from(0.0));

    EXPECT_NEAR(std::log2(coarse.spread / fine.spread), 2.0, 0.5);
    for (Straying const& one : {coarse, fine}) {
        EXPECT_LT(std::fabs(one.drift.deviation_from(0.0)), 5.0);
        EXPECT_LT(one.drift.error, 2.0 * one.spread) << "the test must be able to see a drift";
    }
}

INSTANTIATE_TEST_SUITE_P(
    Dynamics, ConservedEnergy,
    ::testing::Values(
        LongRun{"nve", [](double dt_fs) { return total_energies(NveOptions{dt_fs}, dt_fs); }},
        LongRun{"nve_mixed",
                [](double dt_fs) {
                    return total_energies(NveOptions{dt_fs}, dt_fs, Precision::mixed);
                }},
        LongRun{"demo", [](double dt_fs) { return total_energies(DemoOptions{dt_fs}, dt_fs); }},
        LongRun{"nvt_nose_hoover", nose_hoover_energies},
        LongRun{"npt_isotropic", npt_energies<PressureCoupling::isotropic>},
        LongRun{"npt_anisotropic", npt_energies<PressureCoupling::anisotropic>},
        LongRun{"npt_triclinic", npt_energies<PressureCoupling::triclinic>},
        LongRun{"nph_isotropic", nph_energies<PressureCoupling::isotropic>},
        LongRun{"nph_anisotropic", nph_energies<PressureCoupling::anisotropic>},
        LongRun{"nph_triclinic", nph_energies<PressureCoupling::triclinic>}),
    [](auto const& run) { return std::string(run.param.name); });

}  // namespace
}  // namespace athanor
