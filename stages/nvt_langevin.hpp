// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/dynamics.hpp"

namespace athanor {

struct NvtLangevinOptions {
    double timestep_fs = 1.0;           ///< [fs], above 0
    double temperature_kelvin = 300.0;  ///< [K], 0 or above
    double friction_per_fs = 0.01;      ///< [1/fs], 0 or above
    bool operator==(NvtLangevinOptions const&) const = default;
};

/// Constant temperature: Langevin dynamics, BAOAB splitting.
///   B: v += dt/2 F/m   A: r += dt/2 v   O: v = c v + sqrt(kT (1 - c²)/m) ξ, c = exp(-γ dt)
///   A: r += dt/2 v     forces           B: v += dt/2 F/m
/// Source: Leimkuhler, Matthews, Appl. Math. Res. Express 2013, 34 (2013), section 2.
/// ξ:      Philox normals keyed by (seed, sample, langevin_kick, stage, step, atom), so a
///         trajectory does not know its batch, its rank or a restart.
/// Order:  with friction 0 the O step is left out and both half drifts are one: NVE, bit for bit.
class NvtLangevin final : public Dynamics {
public:
    /// Throws ConfigError for a value outside the ranges of the options.
    explicit NvtLangevin(NvtLangevinOptions const& options);

    [[nodiscard]] std::string_view name() const override { return "nvt_langevin"; }
    void pre_update(UpdateContext const& context) override;
    void post_update(UpdateContext const& context) override;
    [[nodiscard]] bool has_physical_velocities() const override { return true; }
    [[nodiscard]] std::unique_ptr<DeviceDynamics> on_device(DeviceColumns const&) const override;

private:
    double dt_;
    double kept_;          ///< c
    double noise_energy_;  ///< kT (1 - c²)
    bool frictionless_;
};

}  // namespace athanor
