// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/dynamics.hpp"

namespace athanor {

struct DemoOptions {
    double timestep_fs = 1.0;  ///< [fs], above 0
    bool operator==(DemoOptions const&) const = default;
};

/// Constant energy in the textbook's form, and the smallest example of a dynamics with a state of
/// its own, one vector per atom: the acceleration a = F/m before the move.
///   r += dt v + dt²/2 a;  forces;  v += dt/2 (a + a')
/// Source: Swope, Andersen, Berens, Wilson, J. Chem. Phys. 76, 637 (1982), eqs. 4-6.
/// Order:  second order in dt, time-reversible; equal to nve but for rounding. A massless atom does
///         not move by force.
class Demo final : public Dynamics {
public:
    /// Throws ConfigError for a time step that is not above 0.
    explicit Demo(DemoOptions const& options);

    [[nodiscard]] std::string_view name() const override { return "demo"; }
    [[nodiscard]] std::vector<FieldSpec> state_fields() const override;
    void bind(Batch& batch) override;
    void pre_update(UpdateContext const& context) override;
    void post_update(UpdateContext const& context) override;
    [[nodiscard]] bool has_physical_velocities() const override { return true; }
    [[nodiscard]] std::unique_ptr<DeviceDynamics> on_device(DeviceColumns const&) const override;

private:
    double dt_;
    double* acceleration_ = nullptr;
};

}  // namespace athanor
