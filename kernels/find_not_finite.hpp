// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "runtime/device_queue.hpp"
#include "runtime/device_systems.hpp"

namespace athanor {

/// Numbers of a batch on a device, `elements` in each row.
template <class T>
struct DeviceRows {
    T const* values;
    int elements;
    bool per_atom;  ///< or one row a system
};

/// Sets marks[system] to 1 where a number of that system is a NaN or infinite: enqueued for the
/// systems whose turn it is.
void mark_not_finite(DeviceQueue& queue, DeviceSystems const& systems,
                     DeviceRows<double> const& rows, std::uint8_t* marks);
void mark_not_finite(DeviceQueue& queue, DeviceSystems const& systems,
                     DeviceRows<float> const& rows, std::uint8_t* marks);

}  // namespace athanor
