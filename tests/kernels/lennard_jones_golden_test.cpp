// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
// Origin of all numbers: tests/data/golden/physics/README.md (80-bit image sums, LAMMPS beside).
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/kernels/golden_cases.hpp"
#include "tests/kernels/model_fixture.hpp"

namespace athanor::test {
namespace {

using nlohmann::json;

double largest_difference(std::span<double const> ours, json const& rows) {
    double largest = 0.0;
    for (std::size_t k = 0; k < ours.size(); ++k)
        largest = std::max(largest, std::abs(ours[k] - rows.at(k / 3).at(k % 3).get<double>()));
    return largest;
}

TEST(LennardJonesGolden, EveryCaseOfEverySystemHasItsEnergyForcesAndStress) {
    std::vector<std::string> const names = golden_systems();
    ASSERT_EQ(names.size(), 25U);
    int cases = 0;
    for (std::string const& name : names) {
        json const file = read_json("lj/" + name + ".json");
        Sample const sample = read_golden_sample(name);
        for (auto const& [key, of_case] : file.at("cases").items()) {
            SCOPED_TRACE(name + "/" + key);
            json const& force_case =
                of_case.contains("forces_same_as")
                    ? file.at("cases").at(of_case.at("forces_same_as").get<std::string>())
                    : of_case;
            Evaluation ours({sample}, options_of(file, of_case));

            ours.compute();

            double const energy = of_case.at("energy");
            EXPECT_NEAR(ours.energy(), energy, 1e-11 * std::max(1.0, std::abs(energy)));
            EXPECT_LE(largest_difference(ours.forces(), force_case.at("forces")), 1e-11);
            if (of_case.contains("stress") && !of_case.at("stress").is_null()) {
                double const volume = of_case.at("virial")[0][0].get<double>() == 0.0
                                          ? 1.0
                                          : std::abs(of_case.at("virial")[0][0].get<double>() /
                                                     of_case.at("stress")[0][0].get<double>());
                EXPECT_LE(largest_difference(ours.stress(), of_case.at("stress")) * volume, 1e-10);
            } else {
                EXPECT_TRUE(std::isnan(ours.stress()[0]));
            }
            ++cases;
        }
    }
    EXPECT_GE(cases, 100);
}

TEST(LennardJonesGolden, PairsWithinTheCutoffAreCountedAsInTheFiles) {
    for (std::string const& name : golden_systems()) {
        json const file = read_json("lj/" + name + ".json");
        json const& of_case = file.at("cases").at("truncated");
        Evaluation ours({read_golden_sample(name)}, options_of(file, of_case));
        double const cutoff = of_case.at("cutoff");

        SystemNeighbors const list = ours.list().update(ours.batch().view(), ours.systems())[0];

        std::int64_t directed = 0;
        for (int i = 0; i < list.atom_count; ++i)
            for (auto at = list.row_begin[i]; at < list.row_begin[i + 1]; ++at) {
                double const* a = list.positions + 4 * i;
                double const* b = list.positions + 4 * list.neighbors[at];
                directed += std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) < cutoff ? 1 : 0;
            }
        EXPECT_EQ(directed, 2 * of_case.at("pairs").get<std::int64_t>()) << name;
    }
}

TEST(LennardJonesGolden, NistConfigurationHasThePublishedEnergyAndVirial) {
    json const file = read_json("truth/nist_lj.json");
    for (json const& of_case : file.at("cases")) {
        LennardJonesOptions options;
        options.cutoff = of_case.at("cutoff");
        options.species[18] = {.epsilon = 1.0, .sigma = 1.0};
        Evaluation ours({read_golden_sample("nist_lj_config4")}, options, /*skin=*/0.5);

        ours.compute();

        // NIST's w is -Σ r du/dr = Σ r·F, the trace of our virial (the file's note has the other
        // sign).
        double const trace = -(ours.stress()[0] + ours.stress()[4] + ours.stress()[8]);
        EXPECT_NEAR(ours.energy(), of_case.at("u_published").get<double>(), 1e-3);
        EXPECT_NEAR(ours.energy(), of_case.at("u_oracle").get<double>(), 1e-11);
        EXPECT_NEAR(trace * 512.0, of_case.at("w_oracle").get<double>(), 1e-10);
    }
}

/// Reduced units: ε = σ = 1.
LennardJonesOptions reduced(double cutoff) {
    LennardJonesOptions options;
    options.cutoff = cutoff;
    options.species[18] = {.epsilon = 1.0, .sigma = 1.0};
    return options;
}

Sample fcc_primitive(double a) {
    double const h = 0.5 * a;
    return make_sample({.positions = {0, 0, 0},
                        .symbols = {"Ar"},
                        .cell = {0, h, h, h, 0, h, h, h, 0},
                        .pbc = {true, true, true}});
}

TEST(LennardJonesGolden, ThirteenAtomIcosahedronHasThePublishedEnergy) {
    json const truth = read_json("truth/physics.json").at("lj13_icosahedron");
    double const golden = 0.5 * (1.0 + std::sqrt(5.0));
    double const scale =
        truth.at("centre_to_vertex").get<double>() / std::sqrt(1.0 + golden * golden);
    std::vector<double> positions(3, 0.0);
    for (int axis = 0; axis < 3; ++axis)
        for (double const one : {-1.0, 1.0})
            for (double const phi : {-golden, golden}) {
                double v[3] = {};
                v[axis] = one * scale;
                v[(axis + 1) % 3] = phi * scale;
                positions.insert(positions.end(), v, v + 3);
            }
    Evaluation ours(
        {make_sample(
            {.positions = positions, .symbols = std::vector<std::string>(13, "Ar"), .cell = {}})},
        reduced(100.0));

    ours.compute();

    EXPECT_NEAR(ours.energy(), truth.at("energy").get<double>(), 1e-9 * 44.3);
    for (double const f : ours.forces()) EXPECT_NEAR(f, 0.0, 1e-9);
}

TEST(LennardJonesGolden, FccLatticeAtFiniteCutoffsHasTheSumsOfTheTruthFile) {
    json const truth = read_json("truth/physics.json").at("fcc_lattice");
    double const a = truth.at("lattice_constant");
    json const& sums = truth.at("energy_per_atom_truncated_at_that_lattice");
    for (auto const& [key, cutoff] : std::vector<std::pair<std::string, double>>{
             {"rc_2.5_sigma", 2.5}, {"rc_3_sigma", 3.0}, {"rc_4_sigma", 4.0}}) {
        Evaluation ours({fcc_primitive(a)}, reduced(cutoff), /*skin=*/0.3);

        ours.compute();

        EXPECT_NEAR(ours.energy(), sums.at(key).get<double>(), 1e-9 * 8.5) << key;
    }
}

TEST(LennardJonesGolden, ArgonCrystalHasTheEnergyAndVirialOfTheTruthFile) {
    json const truth = read_json("truth/physics.json").at("argon_fcc_cutoff_8.5A_eV");
    for (char const* key : {"truncated_at_a_5.26", "shifted_at_a_5.26", "switched"}) {
        json const& of_case = truth.at(key);
        double const a = of_case.at("a");
        LennardJonesOptions options = argon_options();
        options.shift = std::string(key).starts_with("shifted");
        options.switch_width = std::string(key) == "switched" ? 1.0 : 0.0;
        Evaluation ours({fcc_primitive(a)}, options);

        ours.compute();

        double const volume = a * a * a / 4.0;
        double const trace = -(ours.stress()[0] + ours.stress()[4] + ours.stress()[8]) * volume;
        double const expected = of_case.contains("virial_trace_per_atom")
                                    ? of_case.at("virial_trace_per_atom").get<double>()
                                    : 0.0;
        EXPECT_NEAR(ours.energy(), of_case.at("energy_per_atom").get<double>(), 1e-10) << key;
        EXPECT_NEAR(trace, expected, 1e-10) << key;
    }
}

struct DimerCase {
    double r, switch_width, energy, force;
};

TEST(LennardJonesGolden, ArgonDimersHaveTheNumbersOfTheReference) {
    // nvalchemi-toolkit 0.2.0, float64; ε 0.0104, σ 3.4, rc 8.5, F_x of atom 0 at the origin.
    DimerCase const cases[] = {{3.8, 0.0, -.0103928997194688, -.000880549938917259},
                               {7.5, 0.0, -.000357942479032614, .000283846747535159},
                               {7.5, 1.5, -.000282818748865275, .000577797409442707}};
    for (DimerCase const& of : cases) {
        LennardJonesOptions options = argon_options();
        options.switch_width = of.switch_width;
        Evaluation ours(
            {make_sample(
                {.positions = {0, 0, 0, of.r, 0, 0}, .symbols = {"Ar", "Ar"}, .cell = {}})},
            options);

        ours.compute();

        EXPECT_NEAR(ours.energy(), of.energy, 1e-15);
        EXPECT_NEAR(ours.forces()[0], of.force, 1e-15);
        EXPECT_EQ(ours.forces()[3], -ours.forces()[0]);
    }
}

}  // namespace
}  // namespace athanor::test
