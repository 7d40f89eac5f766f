// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/nvt_langevin.hpp"

#include "kernels/langevin.hpp"
#include "kernels/velocity_verlet.hpp"
#include "runtime/portable_math.hpp"
#include "runtime/units.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

class DeviceNvtLangevin final : public DeviceDynamics {
public:
    /// `step` lacks stage and seed, which come with the update.
    DeviceNvtLangevin(LangevinStep const& step, bool frictionless)
        : step_(step), frictionless_(frictionless) {}
    void pre_update(DeviceUpdate const& update) override {
        if (frictionless_) return kick_and_drift(update.queue, update.systems, step_.dt);
        langevin_kick_and_drift(
            update.queue, update.systems,
            {step_.dt, step_.kept, step_.noise_energy, update.stage, update.seed});
    }
    void post_update(DeviceUpdate const& update) override {
        half_kick(update.queue, update.systems, step_.dt);
    }

private:
    LangevinStep step_;
    bool frictionless_;
};

}  // namespace

NvtLangevin::NvtLangevin(NvtLangevinOptions const& options)
    : dt_(units::time_from_fs(require_positive("timestep_fs", options.timestep_fs))) {
    double const friction =
        units::rate_from_per_fs(require_not_negative("friction_per_fs", options.friction_per_fs));
    double const thermal = units::thermal_energy(
        require_not_negative("temperature_kelvin", options.temperature_kelvin));
    double const exponent = friction * dt_;
    require_option(exponent <= 700.0, "friction_per_fs", options.friction_per_fs,
                   "a friction of at most 700 per time step");
    kept_ = portable::exp(-exponent);
    noise_energy_ = thermal * (1.0 - kept_ * kept_);
    frictionless_ = friction == 0.0;
}

void NvtLangevin::pre_update(UpdateContext const& context) {
    if (frictionless_)
        kick_and_drift(context.batch, context.systems, dt_);
    else
        langevin_kick_and_drift(context.batch, context.systems,
                                {dt_, kept_, noise_energy_, context.stage, context.seed});
}

void NvtLangevin::post_update(UpdateContext const& context) {
    half_kick(context.batch, context.systems, dt_);
}

std::unique_ptr<DeviceDynamics> NvtLangevin::on_device(DeviceColumns const& /*columns*/) const {
    return std::make_unique<DeviceNvtLangevin>(LangevinStep{dt_, kept_, noise_energy_, {}, 0},
                                               frictionless_);
}

}  // namespace athanor
