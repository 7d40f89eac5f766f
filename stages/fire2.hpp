// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/fire2_step.hpp"
#include "runtime/dynamics.hpp"
#include "stages/fire_fields.hpp"

namespace athanor {

struct Fire2Options {
    double timestep_fs = 0.5;         ///< first time step [fs], above 0
    double timestep_max_fs = 0.8;     ///< [fs], timestep_fs or above
    double timestep_min_fs = 0.05;    ///< [fs], above 0, timestep_fs or below
    double max_step = 0.1;            ///< largest move of one atom in one step [Å], above 0
    int delay_steps = 60;             ///< steps downhill before the time step grows
    double timestep_increase = 1.05;  ///< above 1
    double timestep_decrease = 0.75;  ///< in (0, 1)
    double mixing_start = 0.09;       ///< α at the start and after a step uphill, in (0, 1]
    double mixing_decrease = 0.985;   ///< in (0, 1]
    bool keep_velocities = false;     ///< start from the sample's velocities and leave them behind
    bool operator==(Fire2Options const&) const = default;
};

/// The options checked and in internal units. Throws ConfigError for a value out of range.
[[nodiscard]] Fire2Settings fire2_settings(Fire2Options const& options);

/// FIRE 2.0 with semi-implicit Euler steps, every atom with a mass of 1 amu. With (α, dt, n) of the
/// sample's own:
///   1. u = v + dt F;  P = Σ u·F, uu = Σ u·u, ff = Σ F·F over the sample.
///   2. P > 0: n += 1, and when n > delay_steps: dt' = min(dt f_inc, dt_max), α' = α f_α.
///      else:  n = 0, dt' = max(dt f_dec, dt_min), α' = α_start.
///   3. v = (1 - α') u + α' sqrt(uu/ff) F.
///   4. P > 0: Δr = dt' v.  else: Δr = -1/2 dt' v, half a step back, then v = 0.
///   5. c = min(1, max_step / max |Δr|);  r += c Δr, dt = c dt': the sample slows down as a whole.
/// Source: Guénolé, Nöhring, Vaid, Houllé, Xie, Prakash, Bitzek, Comput. Mater. Sci. 175, 109584
///         (2020); steps 3 and 5 in the order of the reference (kick before the decision).
/// Note:   the reference's released kernel races on α, dt and n; this is the intended algorithm.
class Fire2 final : public Dynamics {
public:
    /// Throws ConfigError for a value outside the ranges of the options.
    explicit Fire2(Fire2Options const& options);

    [[nodiscard]] std::string_view name() const override { return "fire2"; }
    [[nodiscard]] std::vector<FieldSpec> state_fields() const override;
    void bind(Batch& batch) override;
    void admit(UpdateContext const& context) override;
    void pre_update(UpdateContext const& context) override;
    void post_update(UpdateContext const&) override {}
    [[nodiscard]] bool has_physical_velocities() const override { return keep_velocities_; }
    [[nodiscard]] std::unique_ptr<DeviceDynamics> on_device(DeviceColumns const&) const override;

private:
    Fire2Settings settings_;
    double dt_start_;
    bool keep_velocities_;
    FireFields fields_{"fire2"};
    FireState state_{};
};

}  // namespace athanor
