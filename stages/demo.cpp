// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/demo.hpp"

#include "kernels/demo_step.hpp"
#include "runtime/units.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

class DeviceDemo final : public DeviceDynamics {
public:
    DeviceDemo(double dt, double* acceleration) : dt_(dt), acceleration_(acceleration) {}
    void pre_update(DeviceUpdate const& update) override {
        demo_move(update.queue, update.systems, dt_, acceleration_);
    }
    void post_update(DeviceUpdate const& update) override {
        demo_kick(update.queue, update.systems, dt_, acceleration_);
    }

private:
    double dt_;
    double* acceleration_;
};

}  // namespace

Demo::Demo(DemoOptions const& options)
    : dt_(units::time_from_fs(require_positive("timestep_fs", options.timestep_fs))) {}

std::vector<FieldSpec> Demo::state_fields() const {
    return {{"demo_acceleration",
             Level::atom,
             Dtype::float64,
             {3},
             "eV/(angstrom*amu)",
             FieldRole::state}};
}

void Demo::bind(Batch& batch) {
    acceleration_ = batch.column<double>(*batch.schema().find("demo_acceleration"));
}

void Demo::pre_update(UpdateContext const& context) {
    demo_move(context.batch, context.systems, dt_, acceleration_);
}

void Demo::post_update(UpdateContext const& context) {
    demo_kick(context.batch, context.systems, dt_, acceleration_);
}

std::unique_ptr<DeviceDynamics> Demo::on_device(DeviceColumns const& columns) const {
    return std::make_unique<DeviceDemo>(dt_, columns.column<double>("demo_acceleration"));
}

}  // namespace athanor
