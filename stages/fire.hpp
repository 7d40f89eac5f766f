// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/fire_step.hpp"
#include "runtime/dynamics.hpp"
#include "stages/fire_fields.hpp"

namespace athanor {

struct FireOptions {
    double timestep_fs = 1.0;        ///< first time step [fs], above 0
    double timestep_max_fs = 0.0;    ///< [fs]; 0 means 10 · timestep_fs
    double timestep_min_fs = 0.0;    ///< [fs]; 0 means 0.02 · timestep_fs
    double max_step = 0.2;           ///< largest move of one atom in one step [Å], above 0
    int downhill_steps = 5;          ///< steps downhill before the time step grows
    double timestep_increase = 1.1;  ///< above 1
    double timestep_decrease = 0.5;  ///< in (0, 1)
    double mixing_start = 0.1;       ///< α at the start and after a step uphill, in (0, 1]
    double mixing_decrease = 0.99;   ///< in (0, 1]
    bool keep_velocities = false;    ///< start from the sample's velocities and leave them behind
    bool operator==(FireOptions const&) const = default;
};

/// The options checked and in internal units. Throws ConfigError for a value out of range.
[[nodiscard]] FireSettings fire_settings(FireOptions const& options);

/// Fast inertial relaxation engine, one decision per sample and step, real masses.
/// With vf = Σ v·F, vv = Σ v·v, ff = Σ F·F over the sample and (α, dt, n) of its own:
///   1. vf > 0: n += 1, and when n >= downhill_steps: dt' = min(dt f_inc, dt_max), α' = α f_α.
///      else:   n = 0, dt' = max(dt f_dec, dt_min), α' = α_start.
///   2. vf > 0: v = (1 - α') v + α' sqrt(vv/ff) F;  else v = 0.
///   3. v += dt F/m and Δr = dt v with the old dt, each atom's |Δr| at most max_step; r += Δr.
/// Source: Bitzek, Koskinen, Gähler, Moseler, Gumbsch, Phys. Rev. Lett. 97, 170201 (2006), in the
///         order that the reference means (mixing with the new α, moving with the old dt).
/// Note:   the reference's released kernel races on α, dt and n; this is the intended algorithm.
class Fire final : public Dynamics {
public:
    /// Throws ConfigError for a value outside the ranges of the options.
    explicit Fire(FireOptions const& options);

    [[nodiscard]] std::string_view name() const override { return "fire"; }
    [[nodiscard]] std::vector<FieldSpec> state_fields() const override;
    void bind(Batch& batch) override;
    void admit(UpdateContext const& context) override;
    void pre_update(UpdateContext const& context) override;
    void post_update(UpdateContext const&) override {}
    [[nodiscard]] bool has_physical_velocities() const override { return keep_velocities_; }
    [[nodiscard]] std::unique_ptr<DeviceDynamics> on_device(DeviceColumns const&) const override;

private:
    FireSettings settings_;
    double dt_start_;
    bool keep_velocities_;
    FireFields fields_{"fire"};
    FireState state_{};
};

}  // namespace athanor
