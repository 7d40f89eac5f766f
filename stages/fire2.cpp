// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fire2.hpp"

#include "runtime/units.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

class DeviceFire2 final : public DeviceDynamics {
public:
    DeviceFire2(Fire2Settings const& settings, FireState const& state)
        : settings_(settings), state_(state) {}
    void pre_update(DeviceUpdate const& update) override {
        fire2_step(update.queue, update.systems, update.sums, settings_, state_);
    }
    void post_update(DeviceUpdate const&) override {}

private:
    Fire2Settings settings_;
    FireState state_;
};

}  // namespace

Fire2Settings fire2_settings(Fire2Options const& options) {
    require_positive("timestep_fs", options.timestep_fs);
    require_positive("timestep_min_fs", options.timestep_min_fs);
    require_positive("timestep_max_fs", options.timestep_max_fs);
    require_option(options.timestep_min_fs <= options.timestep_fs &&
                       options.timestep_fs <= options.timestep_max_fs,
                   "timestep_fs", options.timestep_fs,
                   "a value from timestep_min_fs to timestep_max_fs");
    require_option(options.delay_steps >= 0, "delay_steps", options.delay_steps, "0 or more");
    require_option(options.timestep_increase > 1.0, "timestep_increase", options.timestep_increase,
                   "a factor above 1");
    require_option(options.timestep_decrease > 0.0 && options.timestep_decrease < 1.0,
                   "timestep_decrease", options.timestep_decrease, "a factor between 0 and 1");
    require_option(options.mixing_start > 0.0 && options.mixing_start <= 1.0, "mixing_start",
                   options.mixing_start, "a value above 0, at most 1");
    require_option(options.mixing_decrease > 0.0 && options.mixing_decrease <= 1.0,
                   "mixing_decrease", options.mixing_decrease, "a factor above 0, at most 1");
    return {.dt_max = units::time_from_fs(options.timestep_max_fs),
            .dt_min = units::time_from_fs(options.timestep_min_fs),
            .max_step = require_positive("max_step", options.max_step),
            .delay_steps = options.delay_steps,
            .increase = options.timestep_increase,
            .decrease = options.timestep_decrease,
            .mixing_start = options.mixing_start,
            .mixing_decrease = options.mixing_decrease};
}

Fire2::Fire2(Fire2Options const& options)
    : settings_(fire2_settings(options)),
      dt_start_(units::time_from_fs(options.timestep_fs)),
      keep_velocities_(options.keep_velocities) {}

std::vector<FieldSpec> Fire2::state_fields() const { return fields_.specs(); }

void Fire2::bind(Batch& batch) { state_ = fields_.of(batch); }

void Fire2::admit(UpdateContext const& context) {
    begin_relaxation(state_, context.systems, dt_start_, settings_.mixing_start);
}

void Fire2::pre_update(UpdateContext const& context) {
    fire2_step(context.batch, context.systems, settings_, state_);
}

std::unique_ptr<DeviceDynamics> Fire2::on_device(DeviceColumns const& columns) const {
    return std::make_unique<DeviceFire2>(settings_, fields_.of(columns));
}

}  // namespace athanor
