// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace athanor {

/// The neighbours of one system as a model sees them: a full list (both i-j and j-i) over the atoms
/// and their periodic images: every pair within the cutoff, and some of those within cutoff + skin,
/// so each model keeps its own strict cutoff.
/// Shapes:    rows 0 .. atom_count-1 of `positions` are the atoms themselves, rows atom_count ..
///            atom_count+image_count-1 are images; image k belongs to atom image_owner[k] and is
///            that atom moved by image_shift[3k..] lattice vectors (integers, before the cell).
///            Neighbours of atom i are neighbors[row_begin[i]] .. neighbors[row_begin[i+1]-1].
/// Units:     positions [Å], four doubles a row: x, y, z, species index (the model's numbering).
/// Order:     each atom's by (owner, image shift). The pairs within the cutoff, and so their order,
///            are a pure function of the positions; which others there are tells the system's own
///            past.
/// Ownership: none; valid until the list's next update.
struct SystemNeighbors {
    int atom_count = 0;
    int image_count = 0;
    double const* positions = nullptr;
    std::int32_t const* image_owner = nullptr;
    std::int32_t const* image_shift = nullptr;
    std::int64_t const* row_begin = nullptr;
    std::int32_t const* neighbors = nullptr;
};

}  // namespace athanor
