// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "kernels/cell_frame.hpp"
#include "kernels/list_reference_functor.hpp"

namespace athanor {

/// Where atoms and cell were when a list was made.
struct ListReference {
    std::vector<double> positions;  ///< three per atom
    std::array<double, 9> cell{};
    CellFrame frame;  ///< of that cell
};

/// True when a list still holds every pair it must (ListRadii) for sure. With h = h₀F, a pair
/// vector d₀ has become d₀F plus the atoms' own motion u beyond that, so that
/// |d| >= known (1 - |F - 1|) - 2 max |u| for every pair left out.
/// Expects: positions are those of the reference's atoms, frame is that of `cell`.
[[nodiscard]] bool still_holds(ListReference const& reference, double const* positions,
                               double const* cell, CellFrame const& frame, ListRadii radii);

}  // namespace athanor
