// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/wall_bias.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/support/bias_probe.hpp"

namespace athanor {
namespace {

using Axis = WallBiasOptions::Axis;
using Side = WallBiasOptions::Side;
using test::BiasProbe;

Sample four_heights() {
    return test::cluster(test::plain_schema(), 0, {0, -3, 9, 9, 1, 0, 5, 2, 0, 0, 2.5, 0});
}

TEST(WallBias, PushesBackWhatIsAboveAWallThatAtomsStayBelow) {
    // By hand: atoms at y = -3, 1, 2, 2.5; depths 0, 0, 1, 1.5 beyond y = 1; k = 2.
    WallBias const bias({2.0, Axis::y, 1.0, Side::below});
    BiasProbe probe(bias, four_heights());

    EXPECT_DOUBLE_EQ(probe.energy(), 1.0 + 2.25);
    EXPECT_EQ(probe.forces(), (std::vector<double>{0, 0, 0, 0, 0, 0, 0, -2, 0, 0, -3, 0}));
}

TEST(WallBias, PushesBackWhatIsBelowAWallThatAtomsStayAbove) {
    WallBias const bias({2.0, Axis::y, 1.0, Side::above});
    BiasProbe probe(bias, four_heights());

    EXPECT_DOUBLE_EQ(probe.energy(), 16.0);
    EXPECT_EQ(probe.forces(), (std::vector<double>{0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(WallBias, ForcesAreMinusTheGradientAlongEveryAxis) {
    for (Axis const axis : {Axis::x, Axis::y, Axis::z})
        for (Side const side : {Side::below, Side::above})
            for (bool const periodic : {false, true}) {
                WallBias const bias({1.1, axis, -0.7, side});
                BiasProbe probe(bias, test::scattered_atoms(8, 2, periodic));

                EXPECT_GT(probe.energy(), 0.0);
                probe.expect_forces_are_minus_the_gradient();
            }
}

TEST(WallBias, RefusesOptionsOutOfRange) {
    EXPECT_THROW(WallBias(WallBiasOptions{}), ConfigError);
    EXPECT_THROW(WallBias({-1.0, Axis::x, 0.0, Side::below}), ConfigError);
    EXPECT_THROW(WallBias({1.0, Axis::x, std::nan(""), Side::below}), ConfigError);
}

}  // namespace
}  // namespace athanor
