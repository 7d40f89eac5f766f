// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/neighbor_search.hpp"

namespace athanor {

/// Neighbours of the atoms of one system as rows of indices: atom j is index j, image k is index
/// atom_count + k.
/// Shapes: row i is index[begin[i]] up to index[begin[i + 1] - 1].
struct IndexRows {
    std::vector<std::int64_t> begin;
    std::unique_ptr<std::int32_t[]> index;
    std::size_t room = 0;

    [[nodiscard]] std::size_t entry_count() const { return static_cast<std::size_t>(begin.back()); }
    /// Room for that many entries, of which the first `kept` stay. The rest is not written: its
    /// memory goes to the thread that fills it first.
    void make_room(std::size_t entries, std::size_t kept = 0);
};

/// The images that appear in the rows of a system, by owner, then by shift.
struct ImageTable {
    std::vector<std::int32_t> owner;
    std::vector<std::int32_t> shift;       ///< three per image
    std::vector<std::int32_t> shift_code;  ///< of each image, into `shifts`
    std::vector<ImageShift> shifts;        ///< the distinct ones

    [[nodiscard]] std::size_t size() const { return owner.size(); }
    void clear();
};

/// What a search has found of a system, as rows.
/// Order:   that of the search, whatever the number of threads.
/// Threads: one at a time; shares out the atoms where that pays (share_out.hpp).
void fill_rows(RowSearch const& search, int atom_count, IndexRows& rows, ImageTable& images);

/// Of the neighbours in `from`, those nearer than `radius`, in the same order. `places`: four
/// doubles for each index. Threads as above. Makes the room it needs.
void filter_rows(IndexRows const& from, double const* places, int atom_count, double radius,
                 IndexRows& to);

}  // namespace athanor
