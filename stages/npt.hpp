// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/barostat.hpp"
#include "runtime/dynamics.hpp"

namespace athanor {

struct NptOptions {
    double timestep_fs = 1.0;           ///< [fs], above 0
    double temperature_kelvin = 300.0;  ///< [K], above 0
    double pressure_ev_per_a3 = 0.0;    ///< p [eV/Å³], any
    double barostat_time_fs = 1000.0;   ///< τ_p [fs], above 0
    double thermostat_time_fs = 100.0;  ///< τ of the atoms' chain [fs], above 0
    PressureCoupling pressure_coupling = PressureCoupling::isotropic;
    int chain_length = 3;   ///< of both chains, 1 to 8
    int yoshida_order = 3;  ///< of both chains, 1, 3 or 5
    bool operator==(NptOptions const&) const = default;
};

/// Constant temperature and pressure: the equations of Martyna, Tobias and Klein, with chains on
/// the atoms and on the cell. ε' is the strain rate, symmetric, so that the cell never turns; n the
/// degrees of freedom of the atoms, V the volume, σ the stress of the model:
///   r' = v + ε' r;  h' = ε' h (each lattice vector);  v' = F/m - (ε' + Tr ε'/n) v
///   W dε'/dt = Σ m v v - V σ - p V 1 + (Σ m v²/n) 1,  W = (n + 3)/3 kT τ_p²
/// "isotropic" keeps a third of the trace of the right side, "anisotropic" its diagonal.
/// Step: chains(dt/2); ε' dt/2; v dt/2; r, h dt; forces, stress; v dt/2; ε' dt/2; chains(dt/2)
///   with v: exp(-dt/4 A) v, + dt/2 F/m, exp(-dt/4 A), A = ε' + Tr ε'/n;
///   r: exp(dt/2 ε') r, + dt v, exp(dt/2 ε');  h: exp(dt ε') h.
/// The cell's chain has 1, 3 or 6 degrees of freedom and τ_p; chains: stages/nvt_nose_hoover.hpp.
/// Source: Martyna, Tobias, Klein, J. Chem. Phys. 101, 4177 (1994), eqs. 2.9 and 2.17; Martyna,
///         Tuckerman, Tobias, Klein, Mol. Phys. 87, 1117 (1996), section 3.
/// Order:  second order in dt, time-reversible. conserved_energy() stays, up to dt².
/// Needs:  a cell that is periodic in all directions and a model with stress; a sample without
///         fails, with that reason.
class Npt final : public Dynamics {
public:
    /// Throws ConfigError for a value outside the ranges of the options.
    explicit Npt(NptOptions const& options);

    [[nodiscard]] std::string_view name() const override { return "npt"; }
    [[nodiscard]] std::vector<FieldSpec> state_fields() const override;
    void bind(Batch& batch) override;
    void admit(UpdateContext const& context) override;
    void pre_update(UpdateContext const& context) override;
    void post_update(UpdateContext const& context) override;
    [[nodiscard]] bool has_physical_velocities() const override { return true; }
    [[nodiscard]] std::unique_ptr<DeviceDynamics> on_device(DeviceColumns const&) const override;
    [[nodiscard]] bool needs_stress() const override { return true; }
    [[nodiscard]] bool needs_finite_stress() const override { return true; }

    /// Kinetic and potential energy, W Tr(ε' ε')/2, p V and both chains [eV], between steps.
    [[nodiscard]] double conserved_energy(BatchView const& batch, SystemIndex system) const;

private:
    void advance_chains(UpdateContext const& context);

    BarostatStep step_;
    NoseHooverChain atom_chain_, cell_chain_;
    NoseHooverState atom_state_{}, cell_state_{};
    double* strain_rate_ = nullptr;
};

}  // namespace athanor
