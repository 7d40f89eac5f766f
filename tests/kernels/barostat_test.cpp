// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "kernels/barostat_functor.hpp"

namespace athanor {
namespace {

TEST(SymmetricMatrices, TheExponentialOfADiagonalIsThatOfItsElements) {
    for (double const x : {0.0, 1e-9, 0.02, -0.3, 1.7, -20.0}) {
        SymmetricMatrix const e = exponential({x, 0.5 * x, -x, 0.0, 0.0, 0.0});
        EXPECT_NEAR(e[0] / std::exp(x), 1.0, 1e-13);
        EXPECT_NEAR(e[1] / std::exp(0.5 * x), 1.0, 1e-13);
        EXPECT_NEAR(e[2] / std::exp(-x), 1.0, 1e-13);
        for (int k = 3; k < 6; ++k) EXPECT_EQ(e[k], 0.0);
    }
}

TEST(SymmetricMatrices, TheExponentialOfAShearIsHyperbolic) {
    SymmetricMatrix const e = exponential({0.0, 0.0, 0.0, 0.7, 0.0, 0.0});

    EXPECT_NEAR(e[0], std::cosh(0.7), 1e-14);
    EXPECT_NEAR(e[1], std::cosh(0.7), 1e-14);
    EXPECT_NEAR(e[3], std::sinh(0.7), 1e-14);
    EXPECT_EQ(e[2], 1.0);
}

TEST(SymmetricMatrices, TheExponentialOfTheNegativeIsTheInverse) {
    SymmetricMatrix const a{0.3, -0.2, 0.05, 0.11, -0.4, 0.27};
    SymmetricMatrix minus = a;
    for (double& x : minus) x = -x;

    SymmetricMatrix const one = product(exponential(a), exponential(minus));

    for (int k = 0; k < 6; ++k) EXPECT_NEAR(one[k], k < 3 ? 1.0 : 0.0, 1e-14);
    double row[3] = {1.0, 2.0, -3.0};
    multiply(row, a);
    EXPECT_NEAR(row[0], 0.3 + 0.22 + 1.2, 1e-15);
    EXPECT_NEAR(row[1], 0.11 - 0.4 - 0.81, 1e-15);
    EXPECT_NEAR(row[2], -0.4 + 0.54 - 0.15, 1e-15);
}

TEST(SymmetricMatrices, AnExponentNobodyMeansGivesNoNumber) {
    EXPECT_TRUE(std::isnan(exponential({65.0, 0, 0, 0, 0, 0})[0]));
    EXPECT_TRUE(std::isnan(exponential({std::nan(""), 0, 0, 0, 0, 0})[0]));
}

TEST(Barostat, TheForceOfEachCouplingIsThatOfTheEquations) {
    SymmetricMatrix const momenta{0.1, 0.2, 0.3, 0.01, 0.02, 0.03};
    double const stress[9] = {.01, .002, 0, .002, -.02, .003, 0, .003, .015};
    Barostat barostat{PressureCoupling::triclinic, 0.001, 0.02, 100.0};

    SymmetricMatrix const full = barostat.force(momenta, stress, 10.0, 6.0);
    barostat.coupling = PressureCoupling::anisotropic;
    SymmetricMatrix const diagonal = barostat.force(momenta, stress, 10.0, 6.0);
    barostat.coupling = PressureCoupling::isotropic;
    SymmetricMatrix const uniform = barostat.force(momenta, stress, 10.0, 6.0);

    // Σ m v v - V σ - p V + Tr(Σ m v v)/n, with Tr/n = 0.1 and p V = 0.01.
    double const expected[6] = {0.09, 0.49, 0.24, -0.01, 0.02, 0.0};
    for (int k = 0; k < 6; ++k) {
        EXPECT_NEAR(full[k], expected[k], 1e-15);
        EXPECT_NEAR(diagonal[k], k < 3 ? expected[k] : 0.0, 1e-15);
        EXPECT_NEAR(uniform[k], k < 3 ? 0.82 / 3.0 : 0.0, 1e-15);
    }
    EXPECT_NEAR(barostat.mass(6.0), 3.0 * 0.02 * 100.0, 1e-14);
}

}  // namespace
}  // namespace athanor
