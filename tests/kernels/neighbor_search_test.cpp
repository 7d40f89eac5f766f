// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/neighbor_search.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

// Random cells against brute force are in neighbor_list_test.cpp, which searches through this file.

constexpr double cube[] = {4, 0, 0, 0, 4, 0, 0, 0, 4};
constexpr std::uint8_t periodic[] = {1, 1, 1};
constexpr std::uint8_t open[] = {0, 0, 0};

constexpr SearchWay ways[] = {SearchWay::direct, SearchWay::binned};

TEST(NeighborSearch, OneAtomInACubeHasItsSixNearestImagesInOrder) {
    double const origin[] = {0, 0, 0};
    std::vector<FoundNeighbor> const by_hand{{0, {-1, 0, 0}}, {0, {0, -1, 0}}, {0, {0, 0, -1}},
                                             {0, {0, 0, 1}},  {0, {0, 1, 0}},  {0, {1, 0, 0}}};
    for (SearchWay const way : ways) {
        FoundNeighbors result;

        bool const done = search(origin, 1, CellFrame::of(cube, periodic), 4.5, way, result);

        EXPECT_TRUE(done);
        EXPECT_EQ(result.found, by_hand);
        EXPECT_EQ(result.row_begin, (std::vector<std::int64_t>{0, 6}));
    }
}

TEST(NeighborSearch, ShiftsAreCountedFromWhereTheAtomsReallyAre) {
    double const positions[] = {0, 0, 0, 8.5, 0, 0};  // the second two cells away
    for (SearchWay const way : ways) {
        FoundNeighbors result;

        bool const done = search(positions, 2, CellFrame::of(cube, periodic), 1.0, way, result);

        EXPECT_TRUE(done);
        EXPECT_EQ(result.found, (std::vector<FoundNeighbor>{{1, {-2, 0, 0}}, {0, {2, 0, 0}}}));
    }
}

TEST(NeighborSearch, TheRadiusItselfIsOutside) {
    double const positions[] = {0, 0, 0, 1, 0, 0};
    for (SearchWay const way : ways) {
        FoundNeighbors result;

        bool const done = search(positions, 2, CellFrame::of(cube, open), 1.0, way, result);

        EXPECT_TRUE(done);
        EXPECT_TRUE(result.found.empty());
    }
}

TEST(NeighborSearch, AtomsWithoutAPlaceAndCellsWithoutVolumeGiveNothing) {
    double const nowhere[] = {0, std::numeric_limits<double>::quiet_NaN(), 0};
    double const too_far[] = {0, 1e12, 0};
    double const here[] = {0, 0, 0};
    double const zero[9] = {};
    for (SearchWay const way : ways) {
        FoundNeighbors result;

        EXPECT_FALSE(search(nowhere, 1, CellFrame::of(cube, periodic), 1.0, way, result));
        EXPECT_FALSE(search(too_far, 1, CellFrame::of(cube, periodic), 1.0, way, result));
        EXPECT_FALSE(search(here, 1, CellFrame::of(zero, periodic), 1.0, way, result));
        EXPECT_TRUE(search(too_far, 1, CellFrame::of(zero, open), 1.0, way, result));
    }
}

}  // namespace
}  // namespace athanor::test
