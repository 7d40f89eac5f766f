// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/device_dynamics.hpp"
#include "runtime/device_queue.hpp"
#include "runtime/device_systems.hpp"

namespace athanor {

/// Neighbours as a device keeps them. No choice changes a result.
struct DeviceListOptions {
    double skin = 1.0;  ///< lists reach this much further than the cutoff [Å]
    /// Neighbours of an atom that there is room for; 0: the model guesses. It takes less where the
    /// device has no memory for as many.
    int row_capacity = 0;
};

/// One evaluation of the systems whose turn it is.
struct DeviceEvaluation {
    DeviceQueue& queue;
    DeviceSystems systems;
    DeviceSums sums;
    bool energy_and_forces = true;  ///< as ModelOutputs
    bool stress = false;
};

/// A Model on a device, with its neighbour lists: fills what Model::compute() fills, with its bits.
/// Ownership: owns lists, tables and scratch for a batch of one capacity, taken at the start.
/// Order:     compute() only enqueues, always the same work, so that a step can be recorded. Lists
///            are renewed on the device, each by the motion of its own system.
/// Failure:   a system with an atom that stands nowhere, or with an unusable cell, gets NaNs; no
///            other system does.
/// Threads:   one.
class DeviceModel {
public:
    virtual ~DeviceModel() = default;

    /// Expects: every species is known, and `systems` has the capacity that this was made for.
    virtual void compute(DeviceEvaluation const& evaluation) = 0;

    /// By system, on the device: something other than 0 and compute() makes the list of that system
    /// anew, and sets it back. A list that was never made needs no flag, nor does a system row with
    /// another id, other atom rows, or atoms that moved: it is for other atomic numbers, and for
    /// whoever wants to be sure.
    [[nodiscard]] virtual std::uint8_t* must_rebuild() = 0;
    /// By system, on the device: 1 where the last lists had no room for all neighbours. Results are
    /// right all the same, for such an atom is compared with all others at every step, which is
    /// slow: whoever sees it makes another model, with the longest of row_lengths() or more as row
    /// capacity (DeviceEngine does). Null for a model without lists.
    [[nodiscard]] virtual std::uint8_t const* overflowed() const = 0;
    /// By atom row, on the device: how many neighbours its list would like to hold; the largest
    /// number where no capacity would do.
    [[nodiscard]] virtual std::int32_t const* row_lengths() const = 0;
    [[nodiscard]] virtual int row_capacity() const = 0;
    /// What it takes on the device.
    [[nodiscard]] virtual std::size_t bytes() const = 0;
};

}  // namespace athanor
