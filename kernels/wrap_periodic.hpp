// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>

#include "kernels/cell_frame.hpp"
#include "runtime/device_dynamics.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// Moves one atom by whole vectors; true when it has moved. Equations:
/// stages/hooks/wrap_periodic.hpp.
[[nodiscard]] ATHANOR_HD inline bool wrap_once(double* r, CellFrame const& frame) {
    auto const s = frame.fractional(r);
    bool moved = false;
    for (std::size_t k = 0; k < 3; ++k) {
        double const cells = std::floor(s[k]);
        if (!frame.periodic[k] || cells == 0.0 || !(cells - cells == 0.0)) continue;
        for (std::size_t x = 0; x < 3; ++x) r[x] -= cells * frame.vectors[3 * k + x];
        moved = true;
    }
    return moved;
}

/// The same until it is inside: an atom a hair below a face lands on the opposite one by rounding;
/// the second time takes it to 0.
ATHANOR_HD inline void wrap(double* r, CellFrame const& frame) {
    if (wrap_once(r, frame)) static_cast<void>(wrap_once(r, frame));
}

/// What the hook wrap_periodic does, on a device: enqueued for the systems whose turn it is. `sums`
/// is overwritten.
void wrap_atoms(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums);

}  // namespace athanor
