// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "kernels/cell_frame.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// Whole lattice vectors, in the order in which images of one owner are listed.
struct ImageShift {
    std::int32_t a = 0, b = 0, c = 0;
    auto operator<=>(ImageShift const&) const = default;
};

/// shift · cell, in this order of operations everywhere, so that an image has the same bits
/// wherever it is worked out.
[[nodiscard]] ATHANOR_HD inline std::array<double, 3> shift_vector(
    ImageShift const& shift, std::array<double, 9> const& cell) {
    std::array<double, 3> v{};
    for (std::size_t x = 0; x < 3; ++x)
        v[x] = shift.a * cell[x] + shift.b * cell[3 + x] + shift.c * cell[6 + x];
    return v;
}

/// Cells that an atom may be away from the origin: beyond, shifts would not fit their type.
inline constexpr double farthest_cell = 4e5;
/// Candidates are gathered a little beyond the radius, for their coordinates were wrapped and
/// rounded; the exact test decides.
inline constexpr double search_safety = 1e-6;

/// An atom folded into the cell along its periodic directions.
struct FoldedAtom {
    std::array<double, 3> fraction{};  ///< r = (fraction + cell)·h
    ImageShift cell;
    bool has_place = false;  ///< false: no number, or too far away
};

[[nodiscard]] ATHANOR_HD inline FoldedAtom fold_atom(double const* r, CellFrame const& frame) {
    FoldedAtom atom;
    atom.fraction = frame.fractional(r);
    std::int32_t whole[3] = {};
    for (std::size_t k = 0; k < 3; ++k) {
        double const s = atom.fraction[k];
        if (!(s - s == 0.0)) return atom;
        if (!frame.periodic[k]) continue;
        double const floor = std::floor(s);
        if (std::abs(floor) > farthest_cell) return atom;
        whole[k] = static_cast<std::int32_t>(floor);
        atom.fraction[k] = s - floor;
    }
    atom.cell = {whole[0], whole[1], whole[2]};
    atom.has_place = true;
    return atom;
}

/// `radius` in fractions of each vector, and a little more.
[[nodiscard]] ATHANOR_HD inline std::array<double, 3> image_reach(double radius,
                                                                  CellFrame const& frame) {
    std::array<double, 3> reach{};
    for (std::size_t k = 0; k < 3; ++k) reach[k] = radius * (1.0 + search_safety) / frame.height[k];
    return reach;
}

/// Neighbours of an atom, in a cube around the cutoff, and images of it that a list is made for, at
/// most. Structures have less: 21,600 of such neighbours in water with a cutoff of 30 Å.
inline constexpr double most_neighbors = 60000.0, most_images = 100000.0;

/// True when the cell is so small, or so flat, that nobody could list the neighbours of its atoms.
/// How many they are is told by the cell where it repeats in all directions; else the images of one
/// atom are counted. Of the cutoff alone, not of the skin, so that a sample meets the same end with
/// any list.
[[nodiscard]] ATHANOR_HD inline bool is_crowded(double cutoff, CellFrame const& frame,
                                                int atom_count) {
    std::array<double, 3> const reach = image_reach(cutoff, frame);
    bool repeats_everywhere = true;
    double images = 1.0, cells = 1.0;
    for (std::size_t k = 0; k < 3; ++k) {
        repeats_everywhere = repeats_everywhere && frame.periodic[k];
        if (!frame.periodic[k]) continue;
        images *= 1.0 + 2.0 * reach[k];
        cells *= 2.0 * reach[k];
    }
    return images > most_images || (repeats_everywhere && cells * atom_count > most_neighbors);
}

/// low <= moved <= high for every image of one folded atom, moved by whole vectors, that can be
/// within `reach` of another one; for some that are not, too.
struct ImageRange {
    std::array<int, 3> low{}, high{};
};
[[nodiscard]] ATHANOR_HD inline ImageRange images_near(std::array<double, 3> const& at,
                                                       std::array<double, 3> const& of,
                                                       std::array<double, 3> const& reach,
                                                       CellFrame const& frame) {
    ImageRange range;
    for (std::size_t k = 0; k < 3; ++k) {
        if (!frame.periodic[k]) continue;
        double const apart = of[k] - at[k];
        range.low[k] = static_cast<int>(std::ceil(-reach[k] - apart));
        range.high[k] = static_cast<int>(std::floor(reach[k] - apart));
    }
    return range;
}

}  // namespace athanor
