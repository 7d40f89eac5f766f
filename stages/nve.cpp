// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/nve.hpp"

#include "kernels/velocity_verlet.hpp"
#include "runtime/units.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

class DeviceNve final : public DeviceDynamics {
public:
    explicit DeviceNve(double dt) : dt_(dt) {}
    void pre_update(DeviceUpdate const& update) override {
        kick_and_drift(update.queue, update.systems, dt_);
    }
    void post_update(DeviceUpdate const& update) override {
        half_kick(update.queue, update.systems, dt_);
    }

private:
    double dt_;
};

}  // namespace

Nve::Nve(NveOptions const& options)
    : dt_(units::time_from_fs(require_positive("timestep_fs", options.timestep_fs))) {}

void Nve::pre_update(UpdateContext const& context) {
    kick_and_drift(context.batch, context.systems, dt_);
}

void Nve::post_update(UpdateContext const& context) {
    half_kick(context.batch, context.systems, dt_);
}

std::unique_ptr<DeviceDynamics> Nve::on_device(DeviceColumns const& /*columns*/) const {
    return std::make_unique<DeviceNve>(dt_);
}

}  // namespace athanor
