// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fire.hpp"

#include "runtime/units.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

class DeviceFire final : public DeviceDynamics {
public:
    DeviceFire(FireSettings const& settings, FireState const& state)
        : settings_(settings), state_(state) {}
    void pre_update(DeviceUpdate const& update) override {
        fire_step(update.queue, update.systems, update.sums, settings_, state_);
    }
    void post_update(DeviceUpdate const&) override {}

private:
    FireSettings settings_;
    FireState state_;
};

}  // namespace

FireSettings fire_settings(FireOptions const& options) {
    double const dt_start =
        units::time_from_fs(require_positive("timestep_fs", options.timestep_fs));
    require_not_negative("timestep_max_fs", options.timestep_max_fs);
    require_not_negative("timestep_min_fs", options.timestep_min_fs);
    double const dt_max = options.timestep_max_fs > 0.0
                              ? units::time_from_fs(options.timestep_max_fs)
                              : 10.0 * dt_start;
    double const dt_min = options.timestep_min_fs > 0.0
                              ? units::time_from_fs(options.timestep_min_fs)
                              : 0.02 * dt_start;
    require_option(dt_min <= dt_start && dt_start <= dt_max, "timestep_fs", options.timestep_fs,
                   "a value from timestep_min_fs to timestep_max_fs");
    require_option(options.downhill_steps >= 0, "downhill_steps", options.downhill_steps,
                   "0 or more");
    require_option(options.timestep_increase > 1.0, "timestep_increase", options.timestep_increase,
                   "a factor above 1");
    require_option(options.timestep_decrease > 0.0 && options.timestep_decrease < 1.0,
                   "timestep_decrease", options.timestep_decrease, "a factor between 0 and 1");
    require_option(options.mixing_start > 0.0 && options.mixing_start <= 1.0, "mixing_start",
                   options.mixing_start, "a value above 0, at most 1");
    require_option(options.mixing_decrease > 0.0 && options.mixing_decrease <= 1.0,
                   "mixing_decrease", options.mixing_decrease, "a factor above 0, at most 1");
    return {.dt_max = dt_max,
            .dt_min = dt_min,
            .max_step = require_positive("max_step", options.max_step),
            .downhill_steps = options.downhill_steps,
            .increase = options.timestep_increase,
            .decrease = options.timestep_decrease,
            .mixing_start = options.mixing_start,
            .mixing_decrease = options.mixing_decrease};
}

Fire::Fire(FireOptions const& options)
    : settings_(fire_settings(options)),
      dt_start_(units::time_from_fs(options.timestep_fs)),
      keep_velocities_(options.keep_velocities) {}

std::vector<FieldSpec> Fire::state_fields() const { return fields_.specs(); }

void Fire::bind(Batch& batch) { state_ = fields_.of(batch); }

void Fire::admit(UpdateContext const& context) {
    begin_relaxation(state_, context.systems, dt_start_, settings_.mixing_start);
}

void Fire::pre_update(UpdateContext const& context) {
    fire_step(context.batch, context.systems, settings_, state_);
}

std::unique_ptr<DeviceDynamics> Fire::on_device(DeviceColumns const& columns) const {
    return std::make_unique<DeviceFire>(settings_, fields_.of(columns));
}

}  // namespace athanor
