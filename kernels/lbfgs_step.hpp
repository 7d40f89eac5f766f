// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "runtime/batch_view.hpp"
#include "runtime/device_queue.hpp"
#include "runtime/device_systems.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Most pairs of moves and force changes that a sample can remember.
inline constexpr int most_lbfgs_pairs = 32;

struct LbfgsSettings {
    double max_step;  ///< largest move of one atom in one step [Å]
    int history;      ///< pairs remembered, 1 to most_lbfgs_pairs
};

/// Columns of the state of L-BFGS (stages/lbfgs.hpp): of atoms three values per row, of systems
/// one.
struct LbfgsState {
    double* move;                                        ///< from the base point to here, per atom
    double* base_forces;                                 ///< at the base point, per atom
    double* base_energy;                                 ///< at the base point
    std::int64_t* pairs;                                 ///< pairs taken in since the last reset
    std::int64_t* tries;                                 ///< points tried from the base point
    std::array<double*, most_lbfgs_pairs> pair_move;     ///< s of slot k, per atom
    std::array<double*, most_lbfgs_pairs> pair_change;   ///< y of slot k, per atom
    std::array<double*, most_lbfgs_pairs> pair_product;  ///< s·y of slot k
};

/// Everything between two evaluations of forces, for each of the listed systems: judges the point
/// reached, then goes back a part of the way or takes the next step.
/// Bound: 4 · history + 6 passes over the atoms, no allocation.
void lbfgs_step(BatchView const& batch, std::span<SystemIndex const> systems,
                LbfgsSettings const& settings, LbfgsState const& state);

/// The same on a device, with the same bits: enqueued for the systems whose turn it is, one launch
/// for the whole step. `state` is on the device.
/// Bound: a system is worked on by one block of threads, so many samples go at a time, and a large
///        one alone as fast as a block goes.
void lbfgs_step(DeviceQueue& queue, DeviceSystems const& systems, LbfgsSettings const& settings,
                LbfgsState const& state);

}  // namespace athanor
