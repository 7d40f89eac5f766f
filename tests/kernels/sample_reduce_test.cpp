// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/sample_reduce.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(SampleReduce, SumsOfTwoAtomsAreThoseByHand) {
    double const a[] = {1, 2, 3, 4, 5, 6};
    double const b[] = {1, 0, -1, 2, 0, 1};
    double const masses[] = {2, 4};

    EXPECT_EQ(sum_products(a, b, 2), 1 - 3 + 8 + 6);
    EXPECT_EQ(kinetic_energy(a, masses, 2), 0.5 * (2 * 14 + 4 * 77));
    EXPECT_EQ(center_of_mass_velocity(a, masses, 2),
              (std::array<double, 3>{18.0 / 6, 24.0 / 6, 30.0 / 6}));
    EXPECT_EQ(max_norm(a, 2), std::sqrt(77.0));
}

TEST(SampleReduce, ElementsGoToTheirLaneAndLanesAreAddedInTheFixedTree) {
    std::vector<double> values(19);
    for (std::size_t k = 0; k < values.size(); ++k)
        values[k] = std::sqrt(static_cast<double>(k)) - 2;
    double lane[8] = {};
    for (std::size_t k = 0; k < values.size(); ++k) lane[k % 8] += values[k];

    double const total = sum_values(values);

    EXPECT_EQ(total, ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
                         ((lane[1] + lane[5]) + (lane[3] + lane[7])));
}

TEST(SampleReduce, NothingSumsToZero) {
    EXPECT_EQ(sum_values({}), 0.0);
    EXPECT_EQ(max_norm(nullptr, 0), 0.0);
    EXPECT_EQ(center_of_mass_velocity(nullptr, nullptr, 0), (std::array<double, 3>{}));
    EXPECT_TRUE(all_finite({}));
}

TEST(SampleReduce, ANumberThatIsNoneIsFoundAtEveryPlace) {
    for (double const bad : {nan, infinity, -infinity})
        for (std::size_t at = 0; at < 30; ++at) {
            std::vector<double> values(30, 1.5);
            values[at] = bad;

            EXPECT_FALSE(all_finite(values)) << at;
        }
    EXPECT_TRUE(all_finite(std::vector<double>(30, std::numeric_limits<double>::max())));
}

TEST(SampleReduce, PositionsForcesAndEnergyAreAllChecked) {
    double const good[] = {1, 2, 3};
    double const bad[] = {1, nan, 3};

    EXPECT_TRUE(all_finite(good, good, -1.0, 1));
    EXPECT_FALSE(all_finite(bad, good, -1.0, 1));
    EXPECT_FALSE(all_finite(good, bad, -1.0, 1));
    EXPECT_FALSE(all_finite(good, good, infinity, 1));
}

TEST(SampleReduce, MomentumTensorByHand) {
    double const velocities[] = {1, 2, -3, 0.5, 0, 2};
    double const masses[] = {2, 4};

    EXPECT_EQ(momentum_tensor(velocities, masses, 2),
              (std::array<double, 6>{3, 8, 34, 4, -2, -12}));
}

TEST(SampleReduce, LargestNormOfNoNumbersIsNoNumber) {
    double const forces[] = {nan, 0, 0, 1, 0, 0};

    EXPECT_TRUE(std::isnan(max_norm(forces, 2)));
}

}  // namespace
}  // namespace athanor::test
