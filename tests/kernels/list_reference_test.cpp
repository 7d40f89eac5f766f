// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/list_reference.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

constexpr std::uint8_t periodic[] = {1, 1, 1};

ListReference cube_with_one_atom() {
    ListReference reference;
    reference.positions = {1, 2, 3};
    reference.cell = {10, 0, 0, 0, 10, 0, 0, 0, 10};
    reference.frame = CellFrame::of(reference.cell.data(), periodic);
    return reference;
}

TEST(ListReference, AnAtomMayMoveHalfOfWhatIsKnownBeyondWhatIsNeeded) {
    ListReference const reference = cube_with_one_atom();
    ListRadii const radii{.known = 5.0, .needed = 4.0};
    auto const holds_at = [&](double x) {
        double const positions[] = {x, 2, 3};
        return still_holds(reference, positions, reference.cell.data(), reference.frame, radii);
    };

    EXPECT_TRUE(holds_at(1.0));
    EXPECT_TRUE(holds_at(1.499));
    EXPECT_FALSE(holds_at(1.501));
    EXPECT_FALSE(holds_at(0.499));
    EXPECT_FALSE(holds_at(std::numeric_limits<double>::quiet_NaN()));
}

TEST(ListReference, AUniformStrainCostsOnlyWhatItShortens) {
    ListReference const reference = cube_with_one_atom();
    auto const holds_after = [&](double factor, double known) {
        double const positions[] = {factor, 2 * factor, 3 * factor};
        double cell[9];
        for (std::size_t k = 0; k < 9; ++k) cell[k] = factor * reference.cell[k];
        return still_holds(reference, positions, cell, CellFrame::of(cell, periodic),
                           {.known = known, .needed = 4.0});
    };

    // |F - 1| of a factor 0.9 is 0.1 sqrt(3) = 0.173.
    EXPECT_TRUE(holds_after(0.9, 4.0 / 0.82));
    EXPECT_FALSE(holds_after(0.9, 4.0 / 0.84));
}

TEST(ListReference, NothingToSpareHoldsOnlyWithoutTheReserveOfRounding) {
    ListReference const reference = cube_with_one_atom();

    EXPECT_FALSE(still_holds(reference, reference.positions.data(), reference.cell.data(),
                             reference.frame, {.known = 4.0, .needed = 4.0}));
}

}  // namespace
}  // namespace athanor::test
