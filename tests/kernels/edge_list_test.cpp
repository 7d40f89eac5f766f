// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/edge_list.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/brute_force_edges.hpp"
#include "tests/support/golden.hpp"

namespace athanor::test {
namespace {

std::vector<Edge> found_edges(Sample const& sample, double cutoff) {
    Batch batch = make_batch({sample});
    FoundNeighbors found;
    find_edges(batch.view(), SystemIndex{0}, cutoff, found);
    std::vector<std::int64_t> pairs(2 * found.found.size());
    std::vector<std::int32_t> shifts(3 * found.found.size());
    write_edges(found, pairs.data(), shifts.data());
    std::vector<Edge> edges;
    for (std::size_t e = 0; e < found.found.size(); ++e)
        edges.emplace_back(pairs[2 * e], pairs[2 * e + 1], shifts[3 * e], shifts[3 * e + 1],
                           shifts[3 * e + 2]);
    return edges;
}

/// Two atoms on the x axis of a cube of 10 Å.
Sample pair_in_a_box(double x0, double x1) {
    return make_sample({.positions = {x0, 0, 0, x1, 0, 0},
                        .symbols = {"Ar", "Ar"},
                        .cell = {10, 0, 0, 0, 10, 0, 0, 0, 10},
                        .pbc = {true, true, true}});
}

TEST(EdgeList, AShiftTakesTheSecondAtomToItsImage) {
    // r_01 = 0.5 - 9.5 - S·10 is 1 Å long for S = -1.
    EXPECT_EQ(found_edges(pair_in_a_box(0.5, 9.5), 2.0),
              (std::vector<Edge>{{0, 1, -1, 0, 0}, {1, 0, 1, 0, 0}}));
    EXPECT_EQ(found_edges(pair_in_a_box(4.0, 5.0), 2.0),
              (std::vector<Edge>{{0, 1, 0, 0, 0}, {1, 0, 0, 0, 0}}));
    // Two cells away, as an atom that was never wrapped back.
    EXPECT_EQ(found_edges(pair_in_a_box(0.5, 19.5), 2.0),
              (std::vector<Edge>{{0, 1, -2, 0, 0}, {1, 0, 2, 0, 0}}));
}

TEST(EdgeList, APairAtTheCutoffIsNone) {
    EXPECT_TRUE(found_edges(pair_in_a_box(4.0, 6.0), 2.0).empty());
    EXPECT_EQ(found_edges(pair_in_a_box(4.0, 6.0), std::nextafter(2.0, 3.0)).size(), 2U);
    // An atom alone: six images of itself at 10 Å, none nearer.
    Sample const one = make_sample({.positions = {1, 2, 3},
                                    .symbols = {"Ar"},
                                    .cell = {10, 0, 0, 0, 10, 0, 0, 0, 10},
                                    .pbc = {true, true, true}});
    EXPECT_TRUE(found_edges(one, 10.0).empty());
    EXPECT_EQ(found_edges(one, std::nextafter(10.0, 11.0)).size(), 6U);
}

TEST(EdgeList, GoldenStructuresHaveTheEdgesOfBruteForce) {
    for (char const* name :
         {"ar32", "ar_triclinic", "ar_slab", "ar_tiny", "ar_tiny_prim", "ar_wire", "ar_lefthanded",
          "ar_unwrapped", "ar_one", "ar_one_periodic", "lj13", "ar_triclinic_rotated"})
        for (double const cutoff : {4.0, 8.5}) {
            SCOPED_TRACE(std::string(name) + ", cutoff " + std::to_string(cutoff));
            Sample const sample = read_golden_sample(name);

            EXPECT_EQ(found_edges(sample, cutoff), brute_force_edges(sample, cutoff));
        }
}

TEST(EdgeList, EveryEdgeHasItsReverseAlsoWhereRoundingDecides) {
    // A cubic lattice whose neighbours stand at the cutoff, but for the rounding of each sum.
    std::mt19937 random(5);
    std::uniform_real_distribution<double> place(-30.0, 30.0);
    std::size_t total = 0;
    for (int k = 0; k < 200; ++k) {
        double const x = place(random), y = place(random), z = place(random), a = 2.1;
        Sample const sample = make_sample({.positions = {x, y, z, x + a, y, z, x, y + a, z},
                                           .symbols = {"Ar", "Ar", "Ar"},
                                           .cell = {2 * a, 0, 0, 0, 2 * a, 0, 0, 0, a},
                                           .pbc = {true, true, true}});
        auto const edges = found_edges(sample, a);
        for (auto const& [i, j, sa, sb, sc] : edges)
            EXPECT_TRUE(std::binary_search(edges.begin(), edges.end(), Edge{j, i, -sa, -sb, -sc}));
        EXPECT_EQ(edges, brute_force_edges(sample, a));
        total += edges.size();
    }
    EXPECT_GT(total, 0U);
    EXPECT_LT(total, 200U * 14U);
}

TEST(EdgeList, ASystemWithoutAPlaceHasNoEdges) {
    Sample sample = pair_in_a_box(4.0, 5.0);
    sample.values<double>(Fields::positions)[0] = std::nan("");

    EXPECT_TRUE(found_edges(sample, 2.0).empty());
}

}  // namespace
}  // namespace athanor::test
