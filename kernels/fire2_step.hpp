// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "kernels/fire2_functor.hpp"
#include "kernels/fire_state.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/device_dynamics.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// One whole FIRE2 step of the listed systems (stages/fire2.hpp): kick, sums, one decision per
/// system, mixing, move.
void fire2_step(BatchView const& batch, std::span<SystemIndex const> systems,
                Fire2Settings const& settings, FireState const& state);

/// The same on a device, with the same bits: enqueued for the systems whose turn it is. `state` is
/// on the device; `sums` is overwritten.
void fire2_step(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
                Fire2Settings const& settings, FireState const& state);

}  // namespace athanor
