// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/dynamics.hpp"

namespace athanor {

struct NveOptions {
    double timestep_fs = 1.0;  ///< [fs], above 0
    bool operator==(NveOptions const&) const = default;
};

/// Constant energy: velocity Verlet.
///   v(t + dt/2) = v(t) + dt/2 F(t)/m,  r(t + dt) = r(t) + dt v(t + dt/2),
///   v(t + dt)   = v(t + dt/2) + dt/2 F(t + dt)/m
/// Langevin dynamics without friction does the same operations in the same order.
/// Source: Swope, Andersen, Berens, Wilson, J. Chem. Phys. 76, 637 (1982), eqs. 4-6.
/// Order:  second order in dt, time-reversible, symplectic. A massless atom does not move by force.
class Nve final : public Dynamics {
public:
    /// Throws ConfigError for a time step that is not above 0.
    explicit Nve(NveOptions const& options);

    [[nodiscard]] std::string_view name() const override { return "nve"; }
    void pre_update(UpdateContext const& context) override;
    void post_update(UpdateContext const& context) override;
    [[nodiscard]] bool has_physical_velocities() const override { return true; }
    [[nodiscard]] std::unique_ptr<DeviceDynamics> on_device(DeviceColumns const&) const override;

private:
    double dt_;
};

}  // namespace athanor
