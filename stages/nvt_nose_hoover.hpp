// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/nose_hoover.hpp"
#include "runtime/dynamics.hpp"

namespace athanor {

struct NvtNoseHooverOptions {
    double timestep_fs = 1.0;           ///< [fs], above 0
    double temperature_kelvin = 300.0;  ///< [K], above 0
    double thermostat_time_fs = 100.0;  ///< τ [fs], above 0
    int chain_length = 3;               ///< C, 1 to 8
    int yoshida_order = 3;              ///< 1, 3 or 5
    bool operator==(NvtNoseHooverOptions const&) const = default;
};

/// Constant temperature without random numbers: a chain of C Nosé-Hoover thermostats.
///   chain(dt/2);  v += dt/2 F/m;  r += dt v;  forces;  v += dt/2 F/m;  chain(dt/2)
/// With n degrees of freedom, Q_1 = n kT τ², Q_k = kT τ², G_1 = (Σ m v² - n kT)/Q_1,
/// G_k = (Q_(k-1) η'_(k-1)² - kT)/Q_k, a chain step of length h is, for each weight w with δ = w h:
///   k = C .. 1: η'_k = (η'_k e + δ/2 G_k) e, e = exp(-δ/4 η'_(k+1)), 1 for the last;
///   v *= exp(-δ η'_1);  η_k += δ η'_k;  the same for k = 1 .. C, with the new G_k.
/// Weights: order 1: 1. Order 3: 1/(2 - 2^(1/3)) twice and the rest in the middle. Order 5:
///          1/(4 - 4^(1/3)) four times and the rest in the middle.
/// Source:  Martyna, Tuckerman, Tobias, Klein, Mol. Phys. 87, 1117 (1996), eqs. 29-35; weights:
///          Yoshida, Phys. Lett. A 150, 262 (1990), Suzuki, J. Math. Phys. 32, 400 (1991).
/// Order:   second order in dt, time-reversible. conserved_energy() stays, up to dt².
/// State:   η = η' = 0 on admission; eight columns each, whatever the chain's length.
class NvtNoseHoover final : public Dynamics {
public:
    /// Throws ConfigError for a value outside the ranges of the options.
    explicit NvtNoseHoover(NvtNoseHooverOptions const& options);

    [[nodiscard]] std::string_view name() const override { return "nvt_nose_hoover"; }
    [[nodiscard]] std::vector<FieldSpec> state_fields() const override;
    void bind(Batch& batch) override;
    void admit(UpdateContext const& context) override;
    void pre_update(UpdateContext const& context) override;
    void post_update(UpdateContext const& context) override;
    [[nodiscard]] bool has_physical_velocities() const override { return true; }
    [[nodiscard]] std::unique_ptr<DeviceDynamics> on_device(DeviceColumns const&) const override;

    /// Kinetic + potential energy + Σ Q_k η'_k²/2 + n kT η_1 + kT Σ_(k>1) η_k [eV], between steps.
    [[nodiscard]] double conserved_energy(BatchView const& batch, SystemIndex system) const;

private:
    double dt_;
    NoseHooverChain chain_;
    NoseHooverState state_{};
};

}  // namespace athanor
