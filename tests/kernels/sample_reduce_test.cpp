// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/sample_reduce.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/eager_threads.hpp"

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

std::vector<double> uneven_numbers(std::size_t count) {
    std::vector<double> values(count);
    for (std::size_t k = 0; k < count; ++k) values[k] = std::sin(static_cast<double>(k)) / 3.0;
    return values;
}

TEST(SampleReduce, ManyElementsAreAddedByBlocksOf8192) {
    std::vector<double> const values = uneven_numbers(20000);
    std::span<double const> const all = values;

    double const total = sum_values(all);

    double const parts[] = {sum_values(all.first(8192)), sum_values(all.subspan(8192, 8192)),
                            sum_values(all.subspan(16384))};
    EXPECT_EQ(total, (parts[0] + parts[2]) + parts[1]);
}

TEST(SampleReduce, VeryManyElementsAreAddedBy128Blocks) {
    std::size_t const size = 9000, count = 128 * size - 5;
    std::vector<double> const values = uneven_numbers(count);
    std::vector<double> parts;
    for (std::size_t first = 0; first < count; first += size) {
        // A block as one of 8192 would be: its own elements in eight lanes.
        double lane[8] = {};
        std::size_t const end = std::min(first + size, count);
        for (std::size_t k = first; k < end; ++k) lane[(k - first) % 8] += values[k];
        parts.push_back(((lane[0] + lane[4]) + (lane[2] + lane[6])) +
                        ((lane[1] + lane[5]) + (lane[3] + lane[7])));
    }
    ASSERT_EQ(parts.size(), 128U);

    EXPECT_EQ(sum_values(values), sum_values(parts));
}

TEST(SampleReduce, ThePowerSumsAreThoseOfTheProducts) {
    std::vector<double> const v = uneven_numbers(30000);
    std::vector<double> const f(v.rbegin(), v.rend());

    PowerSums const sums = power_sums(v.data(), f.data(), 10000);

    EXPECT_EQ(sums.power, sum_products(v.data(), f.data(), 10000));
    EXPECT_EQ(sums.velocity_square, sum_products(v.data(), v.data(), 10000));
    EXPECT_EQ(sums.force_square, sum_products(f.data(), f.data(), 10000));
}

TEST(SampleReduce, TheNumberOfThreadsChangesNoBit) {
    int const atoms = 30000;
    std::vector<double> const v = uneven_numbers(3 * atoms);
    std::vector<double> const f(v.rbegin(), v.rend()), m(v.begin() + 7, v.begin() + 7 + atoms);
    auto const all_results = [&] {
        PowerSums const sums = power_sums(v.data(), f.data(), atoms);
        std::vector<double> results{sum_values(v),
                                    sum_products(v.data(), f.data(), atoms),
                                    sums.power,
                                    sums.velocity_square,
                                    sums.force_square,
                                    max_norm(v.data(), atoms),
                                    kinetic_energy(v.data(), m.data(), atoms)};
        for (double x : momentum_tensor(v.data(), m.data(), atoms)) results.push_back(x);
        for (double x : center_of_mass_velocity(v.data(), m.data(), atoms)) results.push_back(x);
        return results;
    };
    std::vector<double> const one = all_results();

    for (int const threads : {2, 3, 4}) {
        EagerThreads const eager(threads);
        EXPECT_EQ(all_results(), one) << threads;
        std::vector<double> bad = v;
        bad[50000] = nan;
        EXPECT_FALSE(all_finite(bad)) << threads;
        EXPECT_TRUE(std::isnan(max_norm(bad.data(), atoms))) << threads;
    }
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
