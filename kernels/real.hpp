// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "runtime/host_device.hpp"

/// Words that pair functors use for one number as for eight: Lanes (lanes.hpp) has them for the
/// vectors of a processor, GroupLanes (device/group_lanes.hpp) for eight threads of a device.
namespace athanor {

/// Lanes that every sum over a sample is spread over, whatever the vector width of the processor.
inline constexpr int lane_count = 8;

ATHANOR_HD ATHANOR_INLINE double max_of(double a, double b) { return a > b ? a : b; }
ATHANOR_HD ATHANOR_INLINE float max_of(float a, float b) { return a > b ? a : b; }
ATHANOR_HD ATHANOR_INLINE double sqrt_of(double a) { return std::sqrt(a); }
ATHANOR_HD ATHANOR_INLINE float sqrt_of(float a) { return std::sqrt(a); }
template <class Real>
ATHANOR_HD ATHANOR_INLINE Real real_of(double value) {
    if constexpr (requires { Real::all(value); })
        return Real::all(value);
    else
        return static_cast<Real>(value);
}

}  // namespace athanor
