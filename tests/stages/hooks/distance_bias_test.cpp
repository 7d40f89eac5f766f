// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/distance_bias.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/support/bias_probe.hpp"

namespace athanor {
namespace {

using Options = DistanceBiasOptions;
using test::BiasProbe;

TEST(DistanceBias, PullsBothAtomsAlongTheLineBetweenThem) {
    // By hand: r = (3, 0, 4), d = 5, stretch 2, E = 1/2·0.5·4, force 1 along (0.6, 0, 0.8).
    DistanceBias const bias({.spring_constant = 0.5, .atoms = {2, 0}, .distance = 3.0});
    BiasProbe probe(bias, test::cluster(test::plain_schema(), 0, {4, 1, 5, 9, 9, 9, 1, 1, 1}));

    EXPECT_DOUBLE_EQ(probe.energy(), 1.0);
    EXPECT_EQ(probe.forces(), (std::vector<double>{-0.6, 0, -0.8, 0, 0, 0, 0.6, 0, 0.8}));
}

TEST(DistanceBias, WithoutADistanceItHoldsTheOneAtAdmission) {
    DistanceBias const bias({.spring_constant = 2.0, .atoms = {0, 1}});
    BiasProbe probe(bias, test::cluster(test::plain_schema(), 0, {0, 0, 0, 3, 0, 4}));
    EXPECT_EQ(probe.energy(), 0.0);
    EXPECT_EQ(probe.memory(), (std::vector<double>{5.0}));

    probe.position(3) = 0.0;

    EXPECT_DOUBLE_EQ(probe.energy(), 1.0);
}

TEST(DistanceBias, TakesTheNearestImage) {
    // Cell (4, 0, 0), (11, 3, 0), (0, 0, 9): the atoms lie two cells and a bit apart.
    Sample sample = test::cluster(test::plain_schema(), 0, {0.25, 0, 0, 15, 3, 9.5});
    double const cell[] = {4, 0, 0, 11, 3, 0, 0, 0, 9};
    std::copy(cell, cell + 9, sample.values<double>(Fields::cell).begin());
    for (std::uint8_t& periodic : sample.values<std::uint8_t>(Fields::pbc)) periodic = 1;
    DistanceBias const bias({.spring_constant = 1.0, .atoms = {0, 1}, .distance = 0.0});
    BiasProbe probe(bias, sample);

    EXPECT_NEAR(probe.energy(), 0.5 * (0.25 * 0.25 + 0.5 * 0.5), 1e-14);
    EXPECT_NEAR(probe.forces()[0], -0.25, 1e-14);
    EXPECT_NEAR(probe.forces()[2], 0.5, 1e-14);
}

TEST(DistanceBias, ForcesAreMinusTheGradientAndCancelExactly) {
    for (unsigned seed = 0; seed < 20; ++seed)
        for (bool const periodic : {false, true}) {
            DistanceBias const bias({.spring_constant = 1.3, .atoms = {3, 1}, .distance = 2.5});
            BiasProbe probe(bias, test::scattered_atoms(4, seed, periodic));

            probe.expect_forces_are_minus_the_gradient();

            probe.energy();
            for (std::size_t x = 0; x < 3; ++x)
                EXPECT_EQ(probe.forces()[9 + x], -probe.forces()[3 + x]);
        }
}

TEST(DistanceBias, AtomsAtOnePlaceFeelNoForceAndNoNan) {
    DistanceBias const bias({.spring_constant = 2.0, .atoms = {0, 1}, .distance = 3.0});
    BiasProbe probe(bias, test::cluster(test::plain_schema(), 0, {1, 1, 1, 1, 1, 1}));

    EXPECT_DOUBLE_EQ(probe.energy(), 9.0);
    EXPECT_EQ(probe.forces(), std::vector<double>(6, 0.0));
}

TEST(DistanceBias, RefusesAnAtomThatTheSampleLacks) {
    DistanceBias const bias({.spring_constant = 1.0, .atoms = {2, 0}, .distance = 1.0});
    try {
        BiasProbe(bias, test::line_of_atoms(test::plain_schema(), 0, 2, 3.0));
        FAIL() << "nothing was thrown";
    } catch (Error const& error) {
        EXPECT_STREQ(error.what(), "index 2, but the sample has 2 atoms, from 0");
    }
}

TEST(DistanceBias, RefusesOptionsOutOfRange) {
    EXPECT_THROW(DistanceBias(Options{.distance = 1.0}), ConfigError);
    EXPECT_THROW(DistanceBias(Options{.spring_constant = 1.0, .distance = -1.0}), ConfigError);
    EXPECT_THROW(DistanceBias(Options{.spring_constant = 1.0, .distance = std::nan("")}),
                 ConfigError);
    EXPECT_THROW(DistanceBias(Options{.spring_constant = 1.0, .atoms = {1, 1}}), ConfigError);
    EXPECT_THROW(DistanceBias(Options{.spring_constant = 1.0, .atoms = {-1, 1}}), ConfigError);
}

}  // namespace
}  // namespace athanor
