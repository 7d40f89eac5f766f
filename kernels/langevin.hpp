// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "runtime/batch_view.hpp"
#include "runtime/device_queue.hpp"
#include "runtime/device_systems.hpp"
#include "runtime/ids.hpp"

namespace athanor {

struct LangevinStep {
    double dt;
    double kept;          ///< c = exp(-γ dt)
    double noise_energy;  ///< kT (1 - c²) [eV]
    StageId stage;
    std::uint64_t seed;
};

/// B A O A of one Langevin step (stages/nvt_langevin.hpp): everything before the forces. The noise
/// of a sample is keyed by its own id and by the steps it has completed in this stage.
void langevin_kick_and_drift(BatchView const& batch, std::span<SystemIndex const> systems,
                             LangevinStep const& step);

/// The same on a device, with the same bits: enqueued for the systems whose turn it is.
void langevin_kick_and_drift(DeviceQueue& queue, DeviceSystems const& systems,
                             LangevinStep const& step);

}  // namespace athanor
