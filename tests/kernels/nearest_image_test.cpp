// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/nearest_image.hpp"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace athanor {
namespace {

using Vector = std::array<double, 3>;

double length(Vector const& a) { return std::sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]); }

/// The shortest of r + n·h with every |n| up to `reach` along periodic directions.
double shortest(Vector const& r, double const* h, std::uint8_t const* pbc, int reach) {
    double best = length(r);
    int const x = pbc[0] ? reach : 0, y = pbc[1] ? reach : 0, z = pbc[2] ? reach : 0;
    for (int a = -x; a <= x; ++a)
        for (int b = -y; b <= y; ++b)
            for (int c = -z; c <= z; ++c) {
                Vector image = r;
                for (std::size_t k = 0; k < 3; ++k)
                    image[k] += a * h[k] + b * h[3 + k] + c * h[6 + k];
                best = std::fmin(best, length(image));
            }
    return best;
}

TEST(NearestImage, StaysWithinHalfAnOrthogonalCell) {
    double const cell[] = {4, 0, 0, 0, 6, 0, 0, 0, 8};
    std::uint8_t const slab[] = {1, 1, 0};
    double const r[] = {3, -31, 7};

    EXPECT_EQ(nearest_image(r, cell, slab), (Vector{-1, -1, 7}));
}

TEST(NearestImage, AnOpenSystemOrAnUnusableCellKeepsTheVector) {
    double const cell[] = {4, 0, 0, 0, 6, 0, 0, 0, 8};
    double const zero[9] = {};
    std::uint8_t const open[] = {0, 0, 0}, periodic[] = {1, 1, 1};
    double const r[] = {3, -31, 7};

    EXPECT_EQ(nearest_image(r, cell, open), (Vector{3, -31, 7}));
    EXPECT_EQ(nearest_image(r, zero, periodic), (Vector{3, -31, 7}));
    double const nan[] = {std::nan(""), 1, 2};
    EXPECT_TRUE(std::isnan(nearest_image(nan, cell, periodic)[0]));
}

TEST(NearestImage, ASkewCellNeedsMoreThanRounding) {
    // By hand: b = 5a + (0.4, 3). The fractions of r are 0.72 and 0.47, rounding them leaves
    // (4.3, 1.4), and so far away is no image in a lattice spanned by (2, 0) and (0.4, 3).
    double const cell[] = {2, 0, 0, 10.4, 3, 0, 0, 0, 9};
    std::uint8_t const periodic[] = {1, 1, 1};
    double const r[] = {6.3, 1.4, 0};

    Vector const image = nearest_image(r, cell, periodic);

    EXPECT_NEAR(image[0], 0.3, 1e-14);
    EXPECT_NEAR(image[1], 1.4, 1e-14);
}

TEST(NearestImage, IsTheShortestOfAllInRandomCellsOfEveryPeriodicity) {
    std::mt19937 random(5);
    std::uniform_real_distribution<double> entry(-6, 6), place(-15, 15);
    int tried = 0;
    while (tried < 400) {
        double cell[9];
        for (double& h : cell) h = entry(random);
        double const volume = cell[0] * (cell[4] * cell[8] - cell[5] * cell[7]) -
                              cell[1] * (cell[3] * cell[8] - cell[5] * cell[6]) +
                              cell[2] * (cell[3] * cell[7] - cell[4] * cell[6]);
        if (std::fabs(volume) < 40)
            continue;  // flatter cells need more than 14 of each to compare with
        std::uint8_t const pbc[] = {static_cast<std::uint8_t>(tried & 1),
                                    static_cast<std::uint8_t>(tried >> 1 & 1),
                                    static_cast<std::uint8_t>(tried >> 2 & 1)};
        Vector const r{place(random), place(random), place(random)};

        Vector const image = nearest_image(r.data(), cell, pbc);

        EXPECT_NEAR(length(image), shortest(r, cell, pbc, 14), 1e-12) << "cell " << tried;
        ++tried;
    }
}

TEST(NearestImage, IsTheSameWhicheverVectorsSpanTheLattice) {
    // h' = U h with whole U of determinant 1 spans the same lattice, skewed beyond any enumeration.
    double const cell[] = {5, 0.5, 0, -1, 6, 0.25, 0.3, -2, 7};
    double skew[9];
    for (std::size_t x = 0; x < 3; ++x) {
        skew[x] = cell[x];
        skew[3 + x] = cell[3 + x] + 40 * cell[x];
        skew[6 + x] = cell[6 + x] - 30 * cell[x] + 25 * skew[3 + x];
    }
    std::uint8_t const periodic[] = {1, 1, 1};
    std::mt19937 random(6);
    std::uniform_real_distribution<double> place(-9, 9);
    for (int k = 0; k < 100; ++k) {
        double const r[] = {place(random), place(random), place(random)};

        Vector const plain = nearest_image(r, cell, periodic),
                     far = nearest_image(r, skew, periodic);

        for (std::size_t x = 0; x < 3; ++x) EXPECT_NEAR(plain[x], far[x], 1e-10) << k;
    }
}

}  // namespace
}  // namespace athanor
