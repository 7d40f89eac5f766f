// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Whole distributions against statistical mechanics, without an equation of state. Two runs that
/// differ in pressure or temperature alone must obey, whatever the substance,
///   ln[P1(V)/P2(V)] = const - (p1 - p2) V/kT,
///   ln[P1(H)/P2(H)] = const - (1/kT1 - 1/kT2) H,  H = U + p V (constant pressure) or U.
/// Source: Shirts, J. Chem. Theory Comput. 9, 909 (2013), eqs. 5, 9 and 12.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/barostat_functor.hpp"
#include "kernels/sample_reduce.hpp"
#include "runtime/model.hpp"
#include "runtime/units.hpp"
#include "stages/pipeline_spec.hpp"
#include "tests/physics/statistics.hpp"
#include "tests/support/lj.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor {
namespace {

using test::Estimate;
using test::estimate;
using test::Replicas;

/// What was recorded of the replicas of one state.
struct Record {
    Replicas volume, potential, kinetic;
};

struct State {
    DynamicsSpec spec;
    double kelvin;
    double start_kelvin;  ///< of the velocities at the start; hot ones melt the crystal
    double lattice_constant;
    int first_id;  ///< velocities and noise are drawn by the id: independent for every state
};

constexpr int atoms = 32, interval = 10;

Record sampled(State const& state, int replicas, int equilibration, int production) {
    // A short, smooth cutoff: the theorems ask for no substance, and time is short.
    LennardJones model = test::switched_argon(6.0);
    SubStage sub = test::sub_stage(0, state.spec);
    sub.initial_temperature_kelvin = state.start_kelvin;
    sub.momentum_is_zero = true;
    test::StageRunner run(model, test::sub_stages(std::move(sub)), {replicas, replicas * atoms, 0});
    for (int k = 0; k < replicas; ++k)
        run.add(test::argon_crystal(test::plain_schema(), state.first_id + k, 2, 0.1, 40 + k,
                                    state.lattice_constant));
    auto const count = static_cast<std::size_t>(replicas);
    Record record{Replicas(count), Replicas(count), Replicas(count)};

    run.step(equilibration);
    for (int turn = 0; turn < production / interval; ++turn) {
        run.step(interval);
        BatchView const view = run.stage.batch().view();
        for (int k = 0; k < replicas; ++k) {
            int const first = view.atom_begin[k];
            auto const row = static_cast<std::size_t>(view.system_id[k] - state.first_id);
            record.volume[row].push_back(cell_volume(view.cell + 9 * k));
            record.potential[row].push_back(view.energy[k]);
            record.kinetic[row].push_back(
                kinetic_energy(view.velocities + 3 * first, view.atomic_masses + first, atoms));
        }
    }
    EXPECT_EQ(run.stage.active_count(), replicas);
    return record;
}

/// Chi-square: n degrees of freedom at kT have <K> = n kT/2 and <(K - <K>)²> = n (kT)²/2.
void expect_canonical(char const* state, Replicas const& kinetic, int freedom, double kelvin) {
    double const thermal = units::thermal_energy(kelvin), theory = 0.5 * freedom * thermal;
    std::vector<double> means, variances;
    for (auto const& series : kinetic) {
        double sum = 0.0, square = 0.0;
        for (double k : series) {
            sum += (k - theory) / thermal;
            square += (k - theory) * (k - theory) / (thermal * thermal);
        }
        means.push_back(theory / thermal + sum / static_cast<double>(series.size()));
        variances.push_back(square / static_cast<double>(series.size()));
    }
    std::string const text = state;
    test::expect_theory((text + " <K>/kT").c_str(), estimate(means), 0.5 * freedom, 0.01 * freedom);
    test::expect_theory((text + " var(K)/(kT)^2").c_str(), estimate(variances), 0.5 * freedom,
                        0.05 * freedom);
}

constexpr double low_pressure = 0.0001, high_pressure = 0.0005;  // eV/Å³: 16 and 80 MPa
constexpr double low_kelvin = 40.0, high_kelvin = 48.0;
constexpr int momentum_free = 3 * atoms - 3;

/// τ_p is long enough here that the cell's own oscillation, at some 270 fs in the crystal, is no
/// faster than the atoms': a faster one hardly exchanges energy with them, and its amplitude at the
/// start stays for longer than any run.
NptOptions npt(double kelvin, double pressure, PressureCoupling coupling) {
    return {.timestep_fs = 4.0,
            .temperature_kelvin = kelvin,
            .pressure_ev_per_a3 = pressure,
            .barostat_time_fs = 1000.0,
            .thermostat_time_fs = 100.0,
            .pressure_coupling = coupling};
}

State crystal(int number, DynamicsSpec const& spec, double kelvin) {
    return {spec, kelvin, kelvin, 5.35, 1000000 * number};
}

void expect_slope(char const* what, Replicas const& first, Replicas const& second, double theory) {
    test::expect_theory(what, test::LogRatioSlope(first, second).estimate(), theory,
                        0.05 * std::fabs(theory));
}

int replica_count() { return 24 * test::statistics_factor(); }

class PressureEnsemble : public ::testing::TestWithParam<PressureCoupling> {};

TEST_P(PressureEnsemble, ACrystalsVolumeAnswersThePressure) {
    double const pressures[2] = {low_pressure, high_pressure};
    Record record[2];
    for (int k = 0; k < 2; ++k)
        record[k] = sampled(crystal(k, npt(low_kelvin, pressures[k], GetParam()), low_kelvin),
                            replica_count(), 750, 8000);

    expect_slope("d ln(P1/P2)/dV [1/A^3]", record[0].volume, record[1].volume,
                 (high_pressure - low_pressure) / units::thermal_energy(low_kelvin));
    expect_canonical("low p", record[0].kinetic, momentum_free, low_kelvin);
    expect_canonical("high p", record[1].kinetic, momentum_free, low_kelvin);
}

std::string name_of_coupling(::testing::TestParamInfo<PressureCoupling> const& coupling) {
    char const* const names[] = {"isotropic", "anisotropic", "triclinic"};
    return names[static_cast<int>(coupling.param)];
}

INSTANTIATE_TEST_SUITE_P(Couplings, PressureEnsemble,
                         ::testing::Values(PressureCoupling::isotropic,
                                           PressureCoupling::anisotropic,
                                           PressureCoupling::triclinic),
                         name_of_coupling);

TEST(LiquidEnsemble, ADenseLiquidsVolumeAnswersThePressure) {
    double const kelvin = 130.0, pressures[2] = {0.0005, 0.0008};
    Record record[2];
    for (int k = 0; k < 2; ++k)
        record[k] = sampled({npt(kelvin, pressures[k], PressureCoupling::isotropic), kelvin,
                             /*start_kelvin=*/500.0, 5.7, 1000000 * k},
                            replica_count(), 1500, 16000);

    expect_slope("d ln(P1/P2)/dV [1/A^3]", record[0].volume, record[1].volume,
                 (pressures[1] - pressures[0]) / units::thermal_energy(kelvin));
    expect_canonical("low p", record[0].kinetic, momentum_free, kelvin);
    expect_canonical("high p", record[1].kinetic, momentum_free, kelvin);
}

struct Thermostat {
    char const* name;
    DynamicsSpec (*at)(double kelvin);
    double pressure;  ///< 0: the volume is constant
    int freedom;
};

class TemperatureEnsemble : public ::testing::TestWithParam<Thermostat> {};

TEST_P(TemperatureEnsemble, ACrystalsEnergyAnswersTheTemperature) {
    auto const& [name, dynamics_at, pressure, freedom] = GetParam();
    Record record[2];
    Replicas enthalpy[2];
    double const kelvin[2] = {low_kelvin, high_kelvin};
    for (int k = 0; k < 2; ++k) {
        record[k] =
            sampled(crystal(k, dynamics_at(kelvin[k]), kelvin[k]), replica_count(), 750, 8000);
        enthalpy[k] = record[k].potential;
        for (std::size_t i = 0; i < enthalpy[k].size(); ++i)
            for (std::size_t j = 0; j < enthalpy[k][i].size(); ++j)
                enthalpy[k][i][j] += pressure * record[k].volume[i][j];
    }

    expect_slope(
        "d ln(P1/P2)/dH [1/eV]", enthalpy[0], enthalpy[1],
        1.0 / units::thermal_energy(high_kelvin) - 1.0 / units::thermal_energy(low_kelvin));
    expect_canonical("low T", record[0].kinetic, freedom, low_kelvin);
    expect_canonical("high T", record[1].kinetic, freedom, high_kelvin);
}

INSTANTIATE_TEST_SUITE_P(
    Thermostats, TemperatureEnsemble,
    ::testing::Values(Thermostat{"nvt_nose_hoover",
                                 [](double kelvin) -> DynamicsSpec {
                                     return NvtNoseHooverOptions{.timestep_fs = 4.0,
                                                                 .temperature_kelvin = kelvin,
                                                                 .thermostat_time_fs = 100.0};
                                 },
                                 0.0, momentum_free},
                      Thermostat{"nvt_langevin",
                                 [](double kelvin) -> DynamicsSpec {
                                     return NvtLangevinOptions{4.0, kelvin, 0.005};
                                 },
                                 0.0, 3 * atoms},
                      Thermostat{"npt",
                                 [](double kelvin) -> DynamicsSpec {
                                     return npt(kelvin, high_pressure, PressureCoupling::isotropic);
                                 },
                                 high_pressure, momentum_free}),
    [](auto const& thermostat) { return std::string(thermostat.param.name); });

/// Atoms that do not see each other.
class IdealGas final : public Model {
public:
    [[nodiscard]] ModelNeeds needs() const override { return {0.1}; }
    [[nodiscard]] int species_index(std::int64_t) const override { return 0; }
    [[nodiscard]] std::size_t memory_bound(int, int) const override { return 0; }
    [[nodiscard]] std::string describe() const override { return "ideal gas"; }
    void compute(ModelInput const& input, ModelOutputs outputs) override {
        for (SystemIndex system : input.systems) {
            int const s = system.value();
            if (outputs.stress) std::fill_n(input.batch.stress + 9 * s, 9, 0.0);
            if (!outputs.energy_and_forces) continue;
            std::fill_n(input.batch.forces + 3 * input.batch.atom_begin[s],
                        3 * input.batch.atom_count[s], 0.0);
            input.batch.energy[s] = 0.0;
        }
    }
};

TEST(IdealGasEnsemble, TheVolumeHasTheMeanAndTheVarianceOfAnIdealGas) {
    // P(V) ~ V^(N-1) exp(-p V/kT) without total momentum, so <V> = N kT/p, var(V) = N (kT/p)². The
    // kinetic term that the equations add to the pressure is one of the N.
    int const gas_atoms = 4, replicas = 96 * test::statistics_factor();
    double const kelvin = 100.0, unit = 300.0;
    double const pressure = units::thermal_energy(kelvin) / unit;
    IdealGas model;
    SubStage sub = test::sub_stage(0, NptOptions{.timestep_fs = 4.0,
                                                 .temperature_kelvin = kelvin,
                                                 .pressure_ev_per_a3 = pressure,
                                                 .barostat_time_fs = 400.0,
                                                 .thermostat_time_fs = 200.0});
    sub.initial_temperature_kelvin = kelvin;
    sub.momentum_is_zero = true;
    test::StageRunner run(model, test::sub_stages(std::move(sub)),
                          {replicas, replicas * gas_atoms, 0});
    for (int k = 0; k < replicas; ++k)
        run.add(test::argon_crystal(test::plain_schema(), k, 1, 0.1, 40 + k,
                                    std::cbrt(gas_atoms * unit)));
    std::vector<double> mean(static_cast<std::size_t>(replicas), 0.0), square = mean;

    run.step(2000);
    int const turns = 800;
    for (int turn = 0; turn < turns; ++turn) {
        run.step(20);
        for (int k = 0; k < replicas; ++k) {
            double const v = cell_volume(run.stage.batch().view().cell + 9 * k) / unit;
            auto const row = static_cast<std::size_t>(k);
            mean[row] += v / turns;
            square[row] += (v - gas_atoms) * (v - gas_atoms) / turns;
        }
    }

    test::expect_theory("<V> p/kT", estimate(mean), gas_atoms, 0.02 * gas_atoms);
    test::expect_theory("var(V) (p/kT)^2", estimate(square), gas_atoms, 0.07 * gas_atoms);
}

}  // namespace
}  // namespace athanor
