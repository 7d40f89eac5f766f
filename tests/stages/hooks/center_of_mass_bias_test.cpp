// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/center_of_mass_bias.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/support/bias_probe.hpp"

namespace athanor {
namespace {

using Options = CenterOfMassBiasOptions;
using test::BiasProbe;

/// Masses 1, 2 and 5 amu on the x axis at 0, 3 and 6 Å.
Sample three_masses() {
    Sample sample = test::cluster(test::plain_schema(), 0, {0, 0, 0, 3, 0, 0, 6, 0, 0});
    double const masses[] = {1, 2, 5};
    std::copy(masses, masses + 3, sample.values<double>(Fields::atomic_masses).begin());
    return sample;
}

TEST(CenterOfMassBias, PullsEveryAtomByItsShareOfTheMass) {
    // By hand: R = (6 + 30)/8 = 4.5, way 4.5 - 4 = 0.5, E = 1/2·2·0.25, pull -1 along x.
    CenterOfMassBias const bias({.spring_constant = 2.0, .center = {{4, 0, 0}}});
    BiasProbe probe(bias, three_masses());

    EXPECT_DOUBLE_EQ(probe.energy(), 0.25);
    EXPECT_DOUBLE_EQ(probe.forces()[0], -1.0 / 8);
    EXPECT_DOUBLE_EQ(probe.forces()[3], -2.0 / 8);
    EXPECT_DOUBLE_EQ(probe.forces()[6], -5.0 / 8);
    EXPECT_EQ(probe.forces()[1], 0.0);
}

TEST(CenterOfMassBias, CountsOnlyTheAtomsOfItsListAndEachOnce) {
    // By hand: R = (0·1 + 3·2)/3 = 2 of the first two atoms, way 2 - 1.
    CenterOfMassBias const bias(
        {.spring_constant = 3.0, .center = {{1, 0, 0}}, .indices = {1, 0, 1}});
    BiasProbe probe(bias, three_masses());

    EXPECT_DOUBLE_EQ(probe.energy(), 1.5);
    EXPECT_DOUBLE_EQ(probe.forces()[0], -1.0);
    EXPECT_DOUBLE_EQ(probe.forces()[3], -2.0);
    EXPECT_EQ(probe.forces()[6], 0.0);
}

TEST(CenterOfMassBias, WithoutACenterItHoldsTheOneAtAdmission) {
    CenterOfMassBias const bias({.spring_constant = 1.0});
    BiasProbe probe(bias, three_masses());
    EXPECT_EQ(probe.energy(), 0.0);
    EXPECT_EQ(probe.memory(), (std::vector<double>{4.5, 0, 0}));

    for (std::size_t atom : {0, 1, 2}) probe.position(3 * atom + 1) += 2.0;

    EXPECT_DOUBLE_EQ(probe.energy(), 2.0);
}

TEST(CenterOfMassBias, AnAtomInAnotherCellCountsWhereItIs) {
    Sample sample = three_masses();
    for (std::size_t x : {0, 4, 8}) sample.values<double>(Fields::cell)[x] = 4.0;
    for (std::uint8_t& periodic : sample.values<std::uint8_t>(Fields::pbc)) periodic = 1;
    CenterOfMassBias const bias({.spring_constant = 2.0, .center = {{4, 0, 0}}});
    BiasProbe probe(bias, sample);

    EXPECT_DOUBLE_EQ(probe.energy(), 0.25);  // as without a cell
}

TEST(CenterOfMassBias, ForcesAreMinusTheGradient) {
    for (bool const periodic : {false, true})
        for (auto const& indices : {std::vector<int>{}, std::vector<int>{4, 0, 2}}) {
            CenterOfMassBias const bias(
                {.spring_constant = 1.7, .center = {{1, -2, 0.5}}, .indices = indices});
            BiasProbe probe(bias, test::scattered_atoms(5, 3, periodic));
            probe.expect_forces_are_minus_the_gradient();

            CenterOfMassBias const held({.spring_constant = 1.7, .indices = indices});
            BiasProbe moved(held, test::scattered_atoms(5, 3, periodic));
            for (std::size_t k = 0; k < 15; ++k) moved.position(k) += 0.1 * static_cast<double>(k);
            moved.expect_forces_are_minus_the_gradient();
        }
}

TEST(CenterOfMassBias, RefusesAnAtomThatTheSampleLacks) {
    CenterOfMassBias const bias({.spring_constant = 1.0, .indices = {3, 0}});
    try {
        BiasProbe(bias, three_masses());
        FAIL() << "nothing was thrown";
    } catch (Error const& error) {
        EXPECT_STREQ(error.what(), "index 3, but the sample has 3 atoms, from 0");
    }
}

TEST(CenterOfMassBias, RefusesOptionsOutOfRange) {
    EXPECT_THROW(CenterOfMassBias(Options{}), ConfigError);
    EXPECT_THROW(CenterOfMassBias(Options{.spring_constant = -1.0}), ConfigError);
    EXPECT_THROW(
        CenterOfMassBias(Options{.spring_constant = 1.0, .center = {{0, std::nan(""), 0}}}),
        ConfigError);
    EXPECT_THROW(CenterOfMassBias(Options{.spring_constant = 1.0, .indices = {-1}}), ConfigError);
}

}  // namespace
}  // namespace athanor
