// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/sorted_indices.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/device_queue.hpp"
#include "runtime/device_systems.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// Puts an atom back where it was frozen, without velocity.
ATHANOR_HD inline void hold_atom(BatchView const& batch, double const* frozen_positions, int row) {
    std::ptrdiff_t const first = 3 * static_cast<std::ptrdiff_t>(row);
    for (std::ptrdiff_t k = first; k < first + 3; ++k) {
        batch.velocities[k] = 0.0;
        batch.positions[k] = frozen_positions[k];
    }
}

ATHANOR_HD inline void drop_force(BatchView const& batch, int row) {
    std::ptrdiff_t const first = 3 * static_cast<std::ptrdiff_t>(row);
    for (std::ptrdiff_t k = first; k < first + 3; ++k) batch.forces[k] = 0.0;
}

/// Which atoms the hook freeze_atoms holds on a device, and where. Either indices or one of the two
/// columns of categories is given; the others are empty. All of it is on the device.
struct DeviceFrozenAtoms {
    SortedIndices indices;
    std::int64_t const* wide_categories = nullptr;
    std::int32_t const* narrow_categories = nullptr;
    std::int64_t category = 0;
    double const* positions = nullptr;  ///< three values per row of atoms

    /// `atom` counts inside its system, `row` in the batch.
    [[nodiscard]] ATHANOR_HD bool has(int atom, int row) const {
        if (wide_categories != nullptr) return wide_categories[row] == category;
        if (narrow_categories != nullptr) return narrow_categories[row] == category;
        return indices.has(atom);
    }
};

/// What the hook does before_compute and after_post_update (stages/hooks/freeze_atoms.hpp):
/// enqueued for the systems whose turn it is.
void hold_atoms(DeviceQueue& queue, DeviceSystems const& systems, DeviceFrozenAtoms const& frozen);

/// What it does after_compute, where it is to zero forces.
void drop_forces(DeviceQueue& queue, DeviceSystems const& systems, DeviceFrozenAtoms const& frozen);

}  // namespace athanor
