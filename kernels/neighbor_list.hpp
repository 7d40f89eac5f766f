// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "kernels/measured_loop.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/ids.hpp"
#include "runtime/neighbor_view.hpp"

namespace athanor {

/// How neighbours are looked for. Both ways give the same list, bit for bit.
enum class NeighborSearch { automatic, direct, binned };

struct NeighborListOptions {
    double cutoff = 0.0;  ///< every pair nearer than this is in the list, always [Å]
    double skin = 2.0;    ///< the full list reaches this much further [Å]
    /// Atomic number to the model's species index, 0 or more.
    std::function<int(std::int64_t)> species_index;
    NeighborSearch search = NeighborSearch::automatic;
};

/// Throws ConfigError when one of them is no distance.
void check_list_radii(double cutoff, double skin);

/// Neighbours of the systems of one batch, each rebuilt on its own motion alone.
/// A system has two lists: the full one, of all pairs with r < cutoff + skin at its last rebuild,
/// and the short one that update() hands out, those of them that were within cutoff + a quarter of
/// the skin (0.5 Å at most) at its last renewal. A motion that could bring a missing pair within
/// the cutoff renews the short list from the full one, or rebuilds both; so does a change of cell,
/// of which the uniform part costs only what it shrinks.
/// Shapes:  SystemNeighbors. Full: both i-j and j-i, images and an atom's own images included, any
///          cell, any mixture of periodic directions, atoms any number of cells away.
/// Order:   neighbours of an atom by (owner, image shift). Which pairs beyond the cutoff a row
///          holds depends on the system's own history; which are within it, and their order, on its
///          positions alone, so that a model that leaves out the others forgets the history.
/// Bound:   memory for the systems present; a system that leaves leaves its room to the next.
///          Nothing is allocated once the lists have found their sizes.
/// Threads: one call at a time. update() works on several systems at once, or on the atoms of each,
///          or on one thread, whichever proves fastest (measured_loop.hpp); the lists are the same.
/// State:   rows follow Batch: add() and remove() mirror append() and remove().
class NeighborList {
public:
    /// Throws ConfigError when cutoff or skin is no distance.
    NeighborList(NeighborListOptions options, int system_capacity);
    ~NeighborList();
    NeighborList(NeighborList&&) noexcept;
    NeighborList& operator=(NeighborList&&) noexcept;

    /// A system came in at the end of the batch. Expects: system is the next row.
    void add(SystemIndex system);
    /// A system left; the last one takes its row.
    void remove(SystemIndex system);
    /// The next update() rebuilds this system.
    void invalidate(SystemIndex system);

    /// Brings the lists of `systems` up to date with the positions and cells of `batch`; entry k of
    /// the result belongs to systems[k] and is valid until the next call of a member that changes.
    /// A system whose list cannot be made (a position that is no number, an unusable or crowded
    /// cell) gets NaN rows, each the only neighbour of itself, so that energy and forces say so.
    /// Expects: `systems` are distinct and have been added.
    std::span<SystemNeighbors const> update(BatchView const& batch,
                                            std::span<SystemIndex const> systems);

    /// The full list, as update() last left it.
    [[nodiscard]] SystemNeighbors full(SystemIndex system) const;

    /// Where the atoms stood at the last rebuild, three values each, empty before the first one;
    /// and the cell of that time. A checkpoint keeps both.
    [[nodiscard]] std::span<double const> reference_positions(SystemIndex system) const;
    [[nodiscard]] std::array<double, 9> reference_cell(SystemIndex system) const;
    /// Makes the full list that an uninterrupted run would have: built at the reference, not at the
    /// batch's positions. Expects: the system was added, and three values per atom of it.
    void restore(BatchView const& batch, SystemIndex system, std::span<double const> positions,
                 std::array<double, 9> const& cell);

    [[nodiscard]] int system_count() const { return static_cast<int>(states_.size()); }
    [[nodiscard]] NeighborListOptions const& options() const { return options_; }
    /// Full rebuilds of this system since it was added.
    [[nodiscard]] std::int64_t rebuild_count(SystemIndex system) const;

private:
    struct State;
    enum class Needs;

    /// Brings a list that still holds up to date, and says in `state` what others need.
    void check(BatchView const& batch, int system, State& state) const;
    void renew(BatchView const& batch, int system, State& state) const;

    NeighborListOptions options_;
    double inner_radius_;
    MeasuredLoop checks_, renewals_;
    std::vector<int> stale_;  // places in the argument of update()
    std::vector<std::unique_ptr<State>> states_;
    std::vector<std::unique_ptr<State>> spare_;
    std::vector<SystemNeighbors> views_;
};

/// Two atoms, or an atom and an image of `second` (perhaps of itself), that are too near.
struct ClosePair {
    int first = 0;
    int second = 0;
    double distance = 0.0;  ///< [Å]
};

/// Nearest pair of a system below `limit` [Å]; of equally near ones, that of the first atom. With
/// one below 1e-5 Å a sample is not admitted.
[[nodiscard]] std::optional<ClosePair> find_close_pair(SystemNeighbors const& neighbors,
                                                       double limit = 1e-5);

}  // namespace athanor
