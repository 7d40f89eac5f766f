// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/random.hpp"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace athanor {
namespace {

TEST(Philox, GivesThePublishedKnownAnswer) {
    // Random123's kat_vectors, philox4x64 10 with counter and key zero.
    auto const out = r123::Philox4x64{}({{0, 0, 0, 0}}, {{0, 0}});

    EXPECT_EQ(out[0], 0x16554d9eca36314cULL);
    EXPECT_EQ(out[1], 0xdb20fe9d672d0fdcULL);
    EXPECT_EQ(out[2], 0xd7e772cee186176bULL);
    EXPECT_EQ(out[3], 0x7e68b68aec7ba23bULL);
}

double ulps(double value, double reference) {
    return std::fabs(value - reference) /
           std::fmax(std::nextafter(std::fabs(reference), 1e300) - std::fabs(reference), 5e-324);
}

TEST(PortableMath, AgreesWithLibmToTwoUlps) {
    double worst_log = 0.0, worst_exp = 0.0, worst_sin = 0.0;
    for (int k = 1; k <= 200000; ++k) {
        double const u = k / 200001.0;
        worst_log = std::fmax(worst_log, ulps(portable::log(u), std::log(u)));
        worst_log = std::fmax(worst_log, ulps(portable::log(1e5 * u), std::log(1e5 * u)));
        double const x = -40.0 * u;
        worst_exp = std::fmax(worst_exp, ulps(portable::exp(x), std::exp(x)));
        auto const angle = portable::sincos_turns(u);
        // Near a zero of sin the reference's argument itself is rounded: compare absolutely.
        long double const turn = 6.283185307179586476925286766559L * u;
        worst_sin =
            std::fmax(worst_sin, std::fabs(static_cast<double>(angle.sin - std::sin(turn))));
        worst_sin =
            std::fmax(worst_sin, std::fabs(static_cast<double>(angle.cos - std::cos(turn))));
    }
    EXPECT_LE(worst_log, 2.0);
    EXPECT_LE(worst_exp, 2.0);
    EXPECT_LE(worst_sin, 3e-16);
    EXPECT_EQ(portable::log(1.0), 0.0);
    EXPECT_EQ(portable::exp(0.0), 1.0);
}

TEST(RandomNormals, EveryPartOfTheKeyMakesAnotherStream) {
    RandomKey const key{1, SampleId{2}, RandomPurpose::langevin_kick, StageId{3}, Step{4}};
    auto const variants = {
        RandomKey{9, SampleId{2}, RandomPurpose::langevin_kick, StageId{3}, Step{4}},
        RandomKey{1, SampleId{9}, RandomPurpose::langevin_kick, StageId{3}, Step{4}},
        RandomKey{1, SampleId{2}, RandomPurpose::initial_velocities, StageId{3}, Step{4}},
        RandomKey{1, SampleId{2}, RandomPurpose::langevin_kick, StageId{9}, Step{4}},
        RandomKey{1, SampleId{2}, RandomPurpose::langevin_kick, StageId{3}, Step{9}}};

    std::set<double> seen{random_normals(key, 0).value[0], random_normals(key, 1).value[0]};
    for (RandomKey const& variant : variants) seen.insert(random_normals(variant, 0).value[0]);

    EXPECT_EQ(seen.size(), 7U);
    EXPECT_EQ(random_normals(key, 5).value[2], random_normals(key, 5).value[2]);
}

TEST(RandomNormals, MomentsAndCorrelationsAreThoseOfANormal) {
    // Sums over n draws; z = (estimate - truth) / standard error must look standard normal.
    int const n = 200000;
    double sum = 0, square = 0, fourth = 0, neighbours = 0, lanes = 0, previous = 0;
    for (int k = 0; k < n / 4; ++k) {
        RandomKey const key{42, SampleId{k % 100}, RandomPurpose::langevin_kick, StageId{0},
                            Step{k / 100}};
        FourNormals const draw = random_normals(key, 0);
        for (double x : draw.value) {
            sum += x;
            square += x * x;
            fourth += x * x * x * x;
            neighbours += x * previous;
            previous = x;
        }
        lanes += draw.value[0] * draw.value[2] + draw.value[1] * draw.value[3];
    }
    EXPECT_LT(std::fabs(sum / std::sqrt(n)), 4.0);
    EXPECT_LT(std::fabs((square - n) / std::sqrt(2.0 * n)), 4.0);
    EXPECT_LT(std::fabs((fourth - 3.0 * n) / std::sqrt(96.0 * n)), 4.0);
    EXPECT_LT(std::fabs(neighbours / std::sqrt(n)), 4.0);
    EXPECT_LT(std::fabs(lanes / std::sqrt(n / 2.0)), 4.0);
}

}  // namespace
}  // namespace athanor
