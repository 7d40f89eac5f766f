// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <vector>

#include "kernels/cell_frame.hpp"

namespace athanor {

/// Whole lattice vectors, in the order in which images of one owner are listed.
struct ImageShift {
    std::int32_t a = 0, b = 0, c = 0;
    auto operator<=>(ImageShift const&) const = default;
};

/// shift · cell, in this order of operations everywhere, so that an image has the same bits
/// wherever it is worked out.
[[nodiscard]] inline std::array<double, 3> shift_vector(ImageShift const& shift,
                                                        std::array<double, 9> const& cell) {
    std::array<double, 3> v{};
    for (std::size_t x = 0; x < 3; ++x)
        v[x] = shift.a * cell[x] + shift.b * cell[3 + x] + shift.c * cell[6 + x];
    return v;
}

/// One neighbour found: atom `owner`, moved by `shift`.
struct FoundNeighbor {
    std::int32_t owner = 0;
    ImageShift shift;
    auto operator<=>(FoundNeighbor const&) const = default;
};

/// Result of a search: the sorted neighbours of atom i are found[row_begin[i]] up to
/// found[row_begin[i+1]-1].
struct FoundNeighbors {
    std::vector<std::int64_t> row_begin;
    std::vector<FoundNeighbor> found;
};

/// Finds, for every atom i, all atoms and images nearer than `radius`:
///     |r_j + shift·h - r_i| < radius
/// Cost:   direct O(atoms² · images), best for tiny systems; binned O(atoms) with bins of half the
///         radius. They test the same candidates with the same arithmetic and sort alike, so their
///         results are equal.
/// Throws: nothing; false without a result when an atom has no place (no number, or hundreds of
///         thousands of cells away) or the frame is unusable.
[[nodiscard]] bool search_direct(double const* positions, int atom_count, CellFrame const& frame,
                                 double radius, FoundNeighbors& result);
[[nodiscard]] bool search_binned(double const* positions, int atom_count, CellFrame const& frame,
                                 double radius, FoundNeighbors& result);

}  // namespace athanor
