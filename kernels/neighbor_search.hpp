// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/cell_frame.hpp"
#include "kernels/image_shift.hpp"

namespace athanor {

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

/// How neighbours are looked for: directly O(atoms² · images), best for tiny systems; by bins of
/// half the radius O(atoms). Both test the same candidates with the same arithmetic and sort alike,
/// so that their results are equal.
enum class SearchWay { direct, binned };

/// Up to this many atoms the direct search is as fast as sorting them into bins.
inline constexpr int direct_most_atoms = 24;
[[nodiscard]] inline SearchWay faster_way(int atom_count) {
    return atom_count <= direct_most_atoms ? SearchWay::direct : SearchWay::binned;
}

/// Finds, for atoms i, all atoms and images nearer than `radius`:
///     |r_j + shift·h - r_i| < radius
/// in two steps, so that rows can be shared out: what all rows have in common, then rows.
/// Order:   a row is the same whichever others are asked for with it.
/// Bound:   keeps its buffers for the next system.
/// Threads: prepare() from one, and it forks where that pays; then find() from any number.
class RowSearch {
public:
    RowSearch();
    ~RowSearch();
    RowSearch(RowSearch const&) = delete;
    RowSearch& operator=(RowSearch const&) = delete;

    /// False when an atom has no place (no number, or hundreds of thousands of cells away) or the
    /// frame is unusable; then there are no rows. `positions` must last as long as they are asked
    /// for.
    [[nodiscard]] bool prepare(double const* positions, int atom_count, CellFrame const& frame,
                               double radius, SearchWay way);
    /// `rows` becomes those of atoms first .. last - 1; its row 0 is that of atom `first`.
    void find(int first, int last, FoundNeighbors& rows) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// All rows at once, on the calling thread; false, and an empty result, where prepare() says so.
[[nodiscard]] bool search(double const* positions, int atom_count, CellFrame const& frame,
                          double radius, SearchWay way, FoundNeighbors& result);

}  // namespace athanor
