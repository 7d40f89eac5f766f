// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "runtime/device_dynamics.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// Shortens one force and gives its length before; 0 when it was not too long. The largest
/// component is divided out first, so that a force of 1e200 has a length as well.
[[nodiscard]] ATHANOR_HD inline double shorten(double* force, double longest) {
    double const x = force[0], y = force[1], z = force[2];
    if (x * x + y * y + z * z <= longest * longest) return 0.0;
    double largest = std::fabs(x);
    if (largest < std::fabs(y)) largest = std::fabs(y);
    if (largest < std::fabs(z)) largest = std::fabs(z);
    double const a = x / largest, b = y / largest, c = z / largest;
    double const length = std::sqrt(a * a + b * b + c * c);
    if (!(largest * length > longest)) return 0.0;  // a NaN too
    double const factor = longest / length;
    force[0] = a * factor;
    force[1] = b * factor;
    force[2] = c * factor;
    return largest * length;
}

/// What the hook takes down of each system on a device, one value each; all null where nobody
/// counts.
struct DeviceClampLog {
    std::int64_t* uncounted =
        nullptr;                     ///< forces that were too long; the host takes them from here
    std::uint8_t* told = nullptr;    ///< 1: one was found before
    std::uint8_t* untold = nullptr;  ///< 1: the first one was found here, and stands below
    std::int64_t* atom = nullptr;    ///< of the first one, in the system
    double* length = nullptr;        ///< that it had [eV/Å]
    std::int64_t* step = nullptr;    ///< completed steps when it was found
};

/// What the hook max_force_clamp does (stages/hooks/max_force_clamp.hpp), on a device: enqueued for
/// the systems whose turn it is. `sums` is overwritten.
void clamp_forces(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
                  double max_force, DeviceClampLog const& log = {});

}  // namespace athanor
