// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "runtime/device_dynamics.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// How far the energy of a sample may go from that of its admission, and how far it is. Equation:
/// stages/hooks/energy_drift_monitor.hpp.
struct EnergyDrift {
    double threshold;
    bool per_atom_per_step;
    bool include_kinetic;

    [[nodiscard]] ATHANOR_HD double of(double energy, double reference, int atoms,
                                       std::int64_t steps) const {
        double const drift = std::fabs(energy - reference);
        return per_atom_per_step ? drift / (static_cast<double>(atoms) * static_cast<double>(steps))
                                 : drift;
    }
    /// A NaN too.
    [[nodiscard]] ATHANOR_HD bool is_too_far(double drift) const { return !(drift <= threshold); }
};

/// What is remembered of each system, on the device.
struct DeviceDriftState {
    double const* reference;
    std::uint8_t* warned;  ///< those are looked at no more
    std::uint8_t* untold;  ///< 1: found there, and nobody was told yet
    double* drift;         ///< that was found
    std::int64_t* step;    ///< after which it was
};

/// What the hook energy_drift_monitor does after a step, on a device: enqueued for the systems
/// whose turn it is. With `mark` it marks those that have drifted too far, else it takes them down
/// in their state. `sums` is overwritten.
void find_drift(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
                EnergyDrift const& limit, DeviceDriftState const& state, std::uint8_t* mark);

}  // namespace athanor
