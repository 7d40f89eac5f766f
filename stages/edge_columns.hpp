// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "kernels/edge_list.hpp"
#include "runtime/batch.hpp"
#include "runtime/hook.hpp"

namespace athanor {

/// The edge columns of a batch: filled for samples about to be written, empty at all other times,
/// so that no edges travel and rows that are not written cost nothing.
/// Shapes:  neighbor_list [edges, 2] int64, atoms i and j of an edge from 0 within the sample;
///          neighbor_list_shifts [edges, 3] int32, the S of r_ij = r_i - r_j - S·h. Which pairs,
///          and in which order: kernels/edge_list.hpp.
/// Bound:   the batch's capacity of edges; what does not fit at once is written in several turns.
///          Nothing is allocated once the buffers have found their sizes.
/// Threads: one; several inside, over systems.
class EdgeColumns {
public:
    /// What a schema must have for them.
    [[nodiscard]] static std::vector<FieldSpec> fields();

    /// Expects: cutoff above 0 [Å].
    explicit EdgeColumns(double cutoff) : cutoff_(cutoff) {}

    /// Fills the edges of as many of `systems`, from the first, as there is room for; how many.
    /// Expects: the schema of `batch` has fields(), and none of `systems` has edges.
    std::size_t fill(Batch& batch, std::span<SystemIndex const> systems);
    static void clear(Batch& batch, std::span<SystemIndex const> systems);

    /// Fires `hook` for the systems of `context`, with their edges, in as many turns as it takes;
    /// those whose edges never fit fail instead.
    void fire(Hook& hook, HookContext& context);

    /// Why this system's edges never fit, nothing when they do.
    [[nodiscard]] std::string misfit(Batch& batch, SystemIndex system);

private:
    /// Systems that are worth a search together: as many as are likely to fit.
    [[nodiscard]] std::span<SystemIndex const> next_group(Batch const& batch,
                                                          std::span<SystemIndex const> rest) const;

    static constexpr std::size_t group_size = 32;  ///< systems searched at a time, at most

    double cutoff_;
    double edges_per_atom_ = 0.0;  ///< the most seen so far; decides about speed only
    std::array<FoundNeighbors, group_size> found_;
};

}  // namespace athanor
