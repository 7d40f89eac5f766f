// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/neighbor_search.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// The pairs of one system that a store keeps: (i, j, S) with |r_i - r_j - S·h| < cutoff, where h
/// is the cell (rows are lattice vectors) and S whole numbers, 0 along open directions. Full: both
/// (i, j, S) and (j, i, -S), images and an atom's own images included.
/// Order:   by (i, j, S).
/// Bits:    a pure function of positions, cell and pbc; (i, j, S) and (j, i, -S) have the same
///          distance to the bit. No neighbour list is asked, so neither its skin nor its age tells.
/// Units:   cutoff [Å].
/// Throws:  nothing; no edges where neighbours cannot be looked for (NeighborList).
/// Threads: any; each keeps buffers of its own.
void find_edges(BatchView const& batch, SystemIndex system, double cutoff, FoundNeighbors& edges);

/// The same as rows: i and j of each edge, from 0 within the system, and S.
/// Shapes: pairs [edges, 2], shifts [edges, 3].
void write_edges(FoundNeighbors const& edges, std::int64_t* pairs, std::int32_t* shifts);

}  // namespace athanor
