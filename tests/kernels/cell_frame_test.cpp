// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cell_frame.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

constexpr std::uint8_t periodic[] = {1, 1, 1};
constexpr std::uint8_t slab[] = {1, 1, 0};
constexpr std::uint8_t open[] = {0, 0, 0};

TEST(CellFrame, FractionsOfATriclinicCellLeadBack) {
    double const cell[] = {5, 0.5, 0, -1, 6, 0.25, 0.3, -2, 7};
    double const r[] = {11.0, -3.0, 2.5};

    CellFrame const frame = CellFrame::of(cell, periodic);
    auto const s = frame.fractional(r);

    ASSERT_TRUE(frame.usable);
    for (std::size_t x = 0; x < 3; ++x)
        EXPECT_NEAR(s[0] * cell[x] + s[1] * cell[3 + x] + s[2] * cell[6 + x], r[x], 1e-13);
}

TEST(CellFrame, HeightsOfAShearedCellAreThoseBetweenItsFaces) {
    double const cell[] = {4, 0, 0, 3, 5, 0, 0, 0, 6};

    CellFrame const frame = CellFrame::of(cell, periodic);

    EXPECT_NEAR(frame.height[0], 4.0 * 5.0 / std::sqrt(34.0), 1e-14);
    EXPECT_NEAR(frame.height[1], 5.0, 1e-14);
    EXPECT_NEAR(frame.height[2], 6.0, 1e-14);
}

TEST(CellFrame, CellsThatCannotRepeatAreUnusable) {
    double const nan = std::numeric_limits<double>::quiet_NaN();
    double const zero[9] = {};
    double const flat[] = {5, 0, 0, 0, 5, 0, 5, 5, 0};
    double const infinite[] = {5, 0, 0, 0, std::numeric_limits<double>::infinity(), 0, 0, 0, 5};
    double const no_number[] = {nan, 0, 0, 0, 5, 0, 0, 0, 5};
    double const paper[] = {5, 0, 0, 0, 5, 0, 0, 0, 1e-4};

    for (double const* cell : {zero, flat, infinite, no_number, paper})
        EXPECT_TRUE(is_unusable_cell(cell, periodic));
}

TEST(CellFrame, OnlyPeriodicDirectionsNeedAVector) {
    double const zero[9] = {};
    double const two_vectors[] = {5, 0, 0, 1, 5, 0, 0, 0, 0};
    double const dependent_third[] = {5, 0, 0, 1, 5, 0, 6, 5, 0};

    EXPECT_FALSE(is_unusable_cell(zero, open));
    EXPECT_FALSE(is_unusable_cell(two_vectors, slab));
    EXPECT_FALSE(is_unusable_cell(dependent_third, slab));
    EXPECT_TRUE(is_unusable_cell(two_vectors, periodic));
    EXPECT_TRUE(is_unusable_cell(zero, slab));
}

TEST(CellFrame, LeftHandedCellsAreFine) {
    double const cell[] = {0, 5, 0, 5, 0, 0, 0, 0, 5};

    EXPECT_FALSE(is_unusable_cell(cell, periodic));
}

}  // namespace
}  // namespace athanor::test
