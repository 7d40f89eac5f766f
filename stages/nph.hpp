// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/barostat.hpp"
#include "runtime/dynamics.hpp"

namespace athanor {

struct NphOptions {
    double timestep_fs = 1.0;          ///< [fs], above 0
    double pressure_ev_per_a3 = 0.0;   ///< p [eV/Å³], any
    double barostat_time_fs = 1000.0;  ///< τ_p [fs], above 0
    PressureCoupling pressure_coupling = PressureCoupling::isotropic;
    bool operator==(NphOptions const&) const = default;
};

/// Constant enthalpy and pressure: the equations and the step of npt (stages/npt.hpp, with source)
/// without its chains. The inertia of the cell is that of npt at 300 K, whatever the sample's
/// temperature: it decides how fast the cell answers, and no average.
/// Order:  second order in dt, time-reversible. conserved_energy() stays, up to dt².
/// Needs:  a cell that is periodic in all directions and a model with stress; a sample without
///         fails, with that reason.
class Nph final : public Dynamics {
public:
    /// Throws ConfigError for a value outside the ranges of the options.
    explicit Nph(NphOptions const& options);

    [[nodiscard]] std::string_view name() const override { return "nph"; }
    [[nodiscard]] std::vector<FieldSpec> state_fields() const override;
    void bind(Batch& batch) override;
    void admit(UpdateContext const& context) override;
    void pre_update(UpdateContext const& context) override;
    void post_update(UpdateContext const& context) override;
    [[nodiscard]] bool has_physical_velocities() const override { return true; }
    [[nodiscard]] std::unique_ptr<DeviceDynamics> on_device(DeviceColumns const&) const override;
    [[nodiscard]] bool needs_stress() const override { return true; }
    [[nodiscard]] bool needs_finite_stress() const override { return true; }

    /// Kinetic and potential energy, W Tr(ε' ε')/2 and p V [eV], between steps.
    [[nodiscard]] double conserved_energy(BatchView const& batch, SystemIndex system) const;

private:
    BarostatStep step_;
    double* strain_rate_ = nullptr;
};

}  // namespace athanor
