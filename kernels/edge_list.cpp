// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/edge_list.hpp"

#include <cstddef>

#include "kernels/cell_frame.hpp"

namespace athanor {
namespace {

/// The search goes this much further: it adds up in another order than the test below.
constexpr double safety = 1e-9;

/// r_i - r_j first: rounded like this, the pair seen from j has the negative of it, to the bit.
double squared_distance(double const* ri, double const* rj, std::array<double, 3> const& shift) {
    double const dx = (ri[0] - rj[0]) - shift[0];
    double const dy = (ri[1] - rj[1]) - shift[1];
    double const dz = (ri[2] - rj[2]) - shift[2];
    return dx * dx + dy * dy + dz * dz;
}

}  // namespace

void find_edges(BatchView const& batch, SystemIndex system, double cutoff, FoundNeighbors& edges) {
    std::ptrdiff_t const s = system.value();
    int const atoms = batch.atom_count[s];
    double const* const positions =
        batch.positions + 3 * static_cast<std::ptrdiff_t>(batch.atom_begin[s]);
    CellFrame const frame = CellFrame::of(batch.cell + 9 * s, batch.pbc + 3 * s);
    double const radius = cutoff * (1.0 + safety);
    if (!search(positions, atoms, frame, radius, faster_way(atoms), edges)) {
        edges.found.clear();
        edges.row_begin.assign(static_cast<std::size_t>(atoms) + 1, 0);
        return;
    }
    std::size_t kept = 0;
    for (int i = 0; i < atoms; ++i) {
        auto const row = static_cast<std::size_t>(i);
        auto const begin = static_cast<std::size_t>(edges.row_begin[row]);
        auto const end = static_cast<std::size_t>(edges.row_begin[row + 1]);
        // Row i + 1 still has its old beginning; row i was given its new one by row i - 1.
        edges.row_begin[row] = static_cast<std::int64_t>(kept);
        for (std::size_t at = begin; at < end; ++at) {
            FoundNeighbor const edge = edges.found[at];
            double const* const rj = positions + 3 * static_cast<std::ptrdiff_t>(edge.owner);
            if (squared_distance(positions + 3 * static_cast<std::ptrdiff_t>(i), rj,
                                 shift_vector(edge.shift, frame.vectors)) < cutoff * cutoff)
                edges.found[kept++] = edge;
        }
    }
    edges.row_begin.back() = static_cast<std::int64_t>(kept);
    edges.found.resize(kept);
}

void write_edges(FoundNeighbors const& edges, std::int64_t* pairs, std::int32_t* shifts) {
    for (std::size_t i = 0; i + 1 < edges.row_begin.size(); ++i)
        for (auto at = edges.row_begin[i]; at < edges.row_begin[i + 1]; ++at) {
            FoundNeighbor const& edge = edges.found[static_cast<std::size_t>(at)];
            *pairs++ = static_cast<std::int64_t>(i);
            *pairs++ = edge.owner;
            *shifts++ = edge.shift.a;
            *shifts++ = edge.shift.b;
            *shifts++ = edge.shift.c;
        }
}

}  // namespace athanor
