// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/nvt_nose_hoover.hpp"

#include <algorithm>

#include "kernels/sample_reduce.hpp"
#include "kernels/velocity_verlet.hpp"
#include "runtime/units.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

class DeviceNvtNoseHoover final : public DeviceDynamics {
public:
    DeviceNvtNoseHoover(double dt, NoseHooverChain const& chain, NoseHooverState const& state)
        : dt_(dt), chain_(chain), state_(state) {}
    void pre_update(DeviceUpdate const& update) override {
        advance_chain(update);
        kick_and_drift(update.queue, update.systems, dt_);
    }
    void post_update(DeviceUpdate const& update) override {
        half_kick(update.queue, update.systems, dt_);
        advance_chain(update);
    }

private:
    void advance_chain(DeviceUpdate const& update) const {
        advance_nose_hoover(update.queue, update.systems, update.sums, {chain_, 0.5 * dt_}, state_);
    }

    double dt_;
    NoseHooverChain chain_;
    NoseHooverState state_;
};

}  // namespace

NvtNoseHoover::NvtNoseHoover(NvtNoseHooverOptions const& options)
    : dt_(units::time_from_fs(require_positive("timestep_fs", options.timestep_fs))),
      chain_{
          units::thermal_energy(require_positive("temperature_kelvin", options.temperature_kelvin)),
          0.0, options.chain_length, options.yoshida_order} {
    double const period =
        units::time_from_fs(require_positive("thermostat_time_fs", options.thermostat_time_fs));
    chain_.period_squared = period * period;
    require_option(chain_.length >= 1 && chain_.length <= nose_hoover_links, "chain_length",
                   chain_.length, "1 to 8");
    require_option(chain_.order == 1 || chain_.order == 3 || chain_.order == 5, "yoshida_order",
                   chain_.order, "1, 3 or 5");
}

std::vector<FieldSpec> NvtNoseHoover::state_fields() const {
    return {{"nose_hoover_position",
             Level::system,
             Dtype::float64,
             {nose_hoover_links},
             "",
             FieldRole::state},
            {"nose_hoover_velocity",
             Level::system,
             Dtype::float64,
             {nose_hoover_links},
             "1/(angstrom*sqrt(amu/eV))",
             FieldRole::state}};
}

void NvtNoseHoover::bind(Batch& batch) {
    state_.position = batch.column<double>(*batch.schema().find("nose_hoover_position"));
    state_.velocity = batch.column<double>(*batch.schema().find("nose_hoover_velocity"));
}

void NvtNoseHoover::admit(UpdateContext const& context) {
    for (SystemIndex s : context.systems)
        for (double* column : {state_.position, state_.velocity})
            std::fill_n(column + nose_hoover_links * s.value(), nose_hoover_links, 0.0);
}

void NvtNoseHoover::pre_update(UpdateContext const& context) {
    advance_nose_hoover(context.batch, context.systems, {chain_, 0.5 * dt_}, state_);
    kick_and_drift(context.batch, context.systems, dt_);
}

void NvtNoseHoover::post_update(UpdateContext const& context) {
    half_kick(context.batch, context.systems, dt_);
    advance_nose_hoover(context.batch, context.systems, {chain_, 0.5 * dt_}, state_);
}

double NvtNoseHoover::conserved_energy(BatchView const& batch, SystemIndex system) const {
    int const s = system.value();
    int const first = batch.atom_begin[s];
    return kinetic_energy(batch.velocities + 3 * first, batch.atomic_masses + first,
                          batch.atom_count[s]) +
           batch.energy[s] +
           chain_.energy(static_cast<int>(batch.degrees_of_freedom[s]),
                         state_.position + nose_hoover_links * s,
                         state_.velocity + nose_hoover_links * s);
}

std::unique_ptr<DeviceDynamics> NvtNoseHoover::on_device(DeviceColumns const& columns) const {
    NoseHooverState const state{columns.column<double>("nose_hoover_position"),
                                columns.column<double>("nose_hoover_velocity")};
    return std::make_unique<DeviceNvtNoseHoover>(dt_, chain_, state);
}

}  // namespace athanor
