// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/pair_filter.hpp"

#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

/// Rows of x, y, z, species around the origin, and all of them as candidates.
struct Rows {
    explicit Rows(int count) {
        std::mt19937 engine(17);
        std::uniform_real_distribution<double> place(-2.0, 2.0);
        for (int i = 0; i < count; ++i) {
            for (int x = 0; x < 3; ++x) values.push_back(place(engine));
            values.push_back(i % 3);
            candidates.push_back((i * 7) % count);
        }
    }
    std::vector<double> values;
    std::vector<std::int32_t> candidates;
};

TEST(PairFilter, EveryInstructionSetKeepsTheSamePairsInTheOrderOfTheCandidates) {
    double const center[] = {0.1, -0.2, 0.3};
    double const cutoff_squared = 2.5;
    for (int count : {0, 1, 7, 8, 9, 16, 29, 100}) {
        Rows const rows(count);
        std::vector<std::int32_t> expected;
        for (std::int32_t const j : rows.candidates) {
            double const* const r = rows.values.data() + 4 * j;
            double const d[] = {center[0] - r[0], center[1] - r[1], center[2] - r[2]};
            if (d[0] * d[0] + d[1] * d[1] + d[2] * d[2] < cutoff_squared) expected.push_back(j);
        }
        for (Isa const isa : {Isa::baseline, Isa::avx2, Isa::avx512}) {
            if (!is_supported(isa)) continue;
            auto const buffer = std::make_unique<PairBuffer>();
            std::vector<std::int32_t> kept(static_cast<std::size_t>(count) + lane_count);

            int const pairs =
                pair_filter(isa).with_species(rows.values.data(), center, rows.candidates.data(),
                                              count, cutoff_squared, *buffer, 3);
            int const indices =
                pair_filter(isa).indices(rows.values.data(), center, rows.candidates.data(), count,
                                         cutoff_squared, kept.data());

            kept.resize(static_cast<std::size_t>(indices));
            ASSERT_EQ(kept, expected) << name_of(isa) << " of " << count;
            ASSERT_EQ(pairs, indices + 3);
            for (std::size_t k = 0; k < expected.size(); ++k) {
                double const* const r = rows.values.data() + 4 * expected[k];
                EXPECT_EQ(buffer->x[k + 3], center[0] - r[0]);
                EXPECT_EQ(buffer->y[k + 3], center[1] - r[1]);
                EXPECT_EQ(buffer->z[k + 3], center[2] - r[2]);
                EXPECT_EQ(buffer->species[k + 3], r[3]);
            }
        }
    }
}

TEST(PairFilter, APairWhoseDistanceIsNoNumberIsKept) {
    std::vector<double> values(4 * 9, 100.0);
    values[4 * 8 + 1] = std::numeric_limits<double>::quiet_NaN();
    std::vector<std::int32_t> const candidates{0, 1, 2, 3, 4, 5, 6, 7, 8};
    double const center[] = {0, 0, 0};
    for (Isa const isa : {Isa::baseline, Isa::avx2, Isa::avx512}) {
        if (!is_supported(isa)) continue;
        auto const buffer = std::make_unique<PairBuffer>();

        int const pairs =
            pair_filter(isa).plain(values.data(), center, candidates.data(), 9, 1.0, *buffer, 0);

        EXPECT_EQ(pairs, 1) << name_of(isa);
        EXPECT_TRUE(std::isnan(buffer->y[0]));
    }
}

}  // namespace
}  // namespace athanor::test
