// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/nose_hoover_functor.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/device_dynamics.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Per-system columns of a chain, nose_hoover_links values in each row of the batch.
struct NoseHooverState {
    double* position;  ///< η
    double* velocity;  ///< dη/dt
};

struct NoseHooverStep {
    NoseHooverChain chain;
    double time;
};

/// Moves the chains of the listed systems by `time` and scales their velocities. They warm the
/// batch's degrees_of_freedom; a system without any stays as it is.
void advance_nose_hoover(BatchView const& batch, std::span<SystemIndex const> systems,
                         NoseHooverStep const& step, NoseHooverState const& state);

/// The same on a device, with the same bits: enqueued for the systems whose turn it is. `state` is
/// on the device; `sums` is overwritten.
void advance_nose_hoover(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
                         NoseHooverStep const& step, NoseHooverState const& state);

}  // namespace athanor
