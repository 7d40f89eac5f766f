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

/// What the hook max_force_clamp does (stages/hooks/max_force_clamp.hpp), on a device: enqueued for
/// the systems whose turn it is. `shortened`: one of each system on the device, to which the number
/// of its forces that were too long is added; null where nobody counts. `sums` is overwritten.
void clamp_forces(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
                  double max_force, std::int64_t* shortened);

}  // namespace athanor
