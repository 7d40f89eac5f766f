// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace athanor {

/// The shortest of the vectors r + n·h, n any whole numbers along the periodic directions: the way
/// from an atom to the nearest image of another. Exact for every cell, however skew: the periodic
/// vectors are reduced first (Minkowski), and in a reduced lattice a vector that none of the 26
/// next ones shortens is the shortest. Of equally short ones the same every time.
/// Units:  Å. Expects: r has 3 values, cell 9, pbc 3.
/// Result: r itself for a cell that is not usable (cell_frame.hpp).
/// Source: P. Q. Nguyen, D. Stehlé, ACM Trans. Algorithms 5, 46 (2009), section 5 for the lattice.
[[nodiscard]] std::array<double, 3> nearest_image(double const* r, double const* cell,
                                                  std::uint8_t const* pbc);

}  // namespace athanor
