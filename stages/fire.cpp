// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fire.hpp"

#include "kernels/fire_step.hpp"
#include "runtime/units.hpp"
#include "stages/options_check.hpp"

namespace athanor {

Fire::Fire(FireOptions const& options)
    : dt_start_(units::time_from_fs(require_positive("timestep_fs", options.timestep_fs))),
      max_step_(require_positive("max_step", options.max_step)),
      downhill_steps_(options.downhill_steps),
      increase_(options.timestep_increase),
      decrease_(options.timestep_decrease),
      mixing_start_(options.mixing_start),
      mixing_decrease_(options.mixing_decrease),
      keep_velocities_(options.keep_velocities) {
    require_not_negative("timestep_max_fs", options.timestep_max_fs);
    require_not_negative("timestep_min_fs", options.timestep_min_fs);
    dt_max_ = options.timestep_max_fs > 0.0 ? units::time_from_fs(options.timestep_max_fs)
                                            : 10.0 * dt_start_;
    dt_min_ = options.timestep_min_fs > 0.0 ? units::time_from_fs(options.timestep_min_fs)
                                            : 0.02 * dt_start_;
    require_option(dt_min_ <= dt_start_ && dt_start_ <= dt_max_, "timestep_fs", options.timestep_fs,
                   "a value from timestep_min_fs to timestep_max_fs");
    require_option(downhill_steps_ >= 0, "downhill_steps", downhill_steps_, "0 or more");
    require_option(increase_ > 1.0, "timestep_increase", increase_, "a factor above 1");
    require_option(decrease_ > 0.0 && decrease_ < 1.0, "timestep_decrease", decrease_,
                   "a factor between 0 and 1");
    require_option(mixing_start_ > 0.0 && mixing_start_ <= 1.0, "mixing_start", mixing_start_,
                   "a value above 0, at most 1");
    require_option(mixing_decrease_ > 0.0 && mixing_decrease_ <= 1.0, "mixing_decrease",
                   mixing_decrease_, "a factor above 0, at most 1");
}

std::vector<FieldSpec> Fire::state_fields() const {
    return {{"fire_timestep",
             Level::system,
             Dtype::float64,
             {1},
             "angstrom*sqrt(amu/eV)",
             FieldRole::state},
            {"fire_mixing", Level::system, Dtype::float64, {1}, "", FieldRole::state},
            {"fire_downhill_steps", Level::system, Dtype::int64, {1}, "", FieldRole::state}};
}

void Fire::bind(Batch& batch) {
    dt_ = batch.column<double>(*batch.schema().find("fire_timestep"));
    mixing_ = batch.column<double>(*batch.schema().find("fire_mixing"));
    downhill_ = batch.column<std::int64_t>(*batch.schema().find("fire_downhill_steps"));
}

void Fire::admit(UpdateContext const& context) {
    for (SystemIndex s : context.systems) {
        dt_[s.value()] = dt_start_;
        mixing_[s.value()] = mixing_start_;
        downhill_[s.value()] = 0;
    }
}

void Fire::pre_update(UpdateContext const& context) {
    fire_step(context.batch, context.systems,
              {dt_max_, dt_min_, max_step_, downhill_steps_, increase_, decrease_, mixing_start_,
               mixing_decrease_},
              {dt_, mixing_, downhill_});
}

}  // namespace athanor
