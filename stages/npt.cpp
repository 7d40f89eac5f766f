// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/npt.hpp"

#include <algorithm>

#include "kernels/sample_reduce.hpp"
#include "runtime/units.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

NoseHooverChain chain_of(NptOptions const& options, char const* key, double time_fs) {
    double const period = units::time_from_fs(require_positive(key, time_fs));
    return {
        units::thermal_energy(require_positive("temperature_kelvin", options.temperature_kelvin)),
        period * period, options.chain_length, options.yoshida_order};
}

FieldSpec chain_field(char const* name, char const* unit) {
    return {name, Level::system, Dtype::float64, {nose_hoover_links}, unit, FieldRole::state};
}

constexpr char const* rate_unit = "1/(angstrom*sqrt(amu/eV))";

/// What a step works on: chains and columns of one device.
struct DeviceNptState {
    NoseHooverChain atom_chain, cell_chain;
    NoseHooverState atom_state, cell_state;
    double* strain_rate;
};

class DeviceNpt final : public DeviceDynamics {
public:
    DeviceNpt(BarostatStep const& step, DeviceNptState const& state) : step_(step), state_(state) {}
    void pre_update(DeviceUpdate const& update) override {
        advance_chains(update);
        barostat_kick_and_drift(update.queue, update.systems, update.sums, step_,
                                state_.strain_rate);
    }
    void post_update(DeviceUpdate const& update) override {
        barostat_kick(update.queue, update.systems, update.sums, step_, state_.strain_rate);
        advance_chains(update);
    }

private:
    void advance_chains(DeviceUpdate const& update) const {
        double const half = 0.5 * step_.dt;
        advance_nose_hoover(update.queue, update.systems, update.sums, {state_.atom_chain, half},
                            state_.atom_state);
        advance_barostat_chain(update.queue, update.systems, step_.barostat,
                               {state_.cell_chain, half}, {state_.cell_state, state_.strain_rate});
    }

    BarostatStep step_;
    DeviceNptState state_;
};

}  // namespace

Npt::Npt(NptOptions const& options)
    : atom_chain_(chain_of(options, "thermostat_time_fs", options.thermostat_time_fs)),
      cell_chain_(chain_of(options, "barostat_time_fs", options.barostat_time_fs)) {
    require_option(true, "pressure_ev_per_a3", options.pressure_ev_per_a3, "a finite pressure");
    require_option(options.chain_length >= 1 && options.chain_length <= nose_hoover_links,
                   "chain_length", options.chain_length, "1 to 8");
    require_option(
        options.yoshida_order == 1 || options.yoshida_order == 3 || options.yoshida_order == 5,
        "yoshida_order", options.yoshida_order, "1, 3 or 5");
    step_ = {{options.pressure_coupling, options.pressure_ev_per_a3, cell_chain_.thermal,
              cell_chain_.period_squared},
             units::time_from_fs(require_positive("timestep_fs", options.timestep_fs))};
}

std::vector<FieldSpec> Npt::state_fields() const {
    return {chain_field("nose_hoover_position", ""),
            chain_field("nose_hoover_velocity", rate_unit),
            chain_field("barostat_chain_position", ""),
            chain_field("barostat_chain_velocity", rate_unit),
            {"strain_rate", Level::system, Dtype::float64, {6}, rate_unit, FieldRole::state}};
}

void Npt::bind(Batch& batch) {
    auto const column = [&](char const* name) {
        return batch.column<double>(*batch.schema().find(name));
    };
    atom_state_ = {column("nose_hoover_position"), column("nose_hoover_velocity")};
    cell_state_ = {column("barostat_chain_position"), column("barostat_chain_velocity")};
    strain_rate_ = column("strain_rate");
}

void Npt::admit(UpdateContext const& context) {
    for (SystemIndex s : context.systems) {
        for (NoseHooverState const* state : {&atom_state_, &cell_state_})
            for (double* column : {state->position, state->velocity})
                std::fill_n(column + nose_hoover_links * s.value(), nose_hoover_links, 0.0);
        std::fill_n(strain_rate_ + 6 * s.value(), 6, 0.0);
    }
}

void Npt::advance_chains(UpdateContext const& context) {
    double const half = 0.5 * step_.dt;
    advance_nose_hoover(context.batch, context.systems, {atom_chain_, half}, atom_state_);
    advance_barostat_chain(context.batch, context.systems, step_.barostat, {cell_chain_, half},
                           {cell_state_, strain_rate_});
}

void Npt::pre_update(UpdateContext const& context) {
    advance_chains(context);
    barostat_kick_and_drift(context.batch, context.systems, step_, strain_rate_);
}

void Npt::post_update(UpdateContext const& context) {
    barostat_kick(context.batch, context.systems, step_, strain_rate_);
    advance_chains(context);
}

std::unique_ptr<DeviceDynamics> Npt::on_device(DeviceColumns const& columns) const {
    auto const column = [&](char const* name) { return columns.column<double>(name); };
    DeviceNptState const state{
        atom_chain_,
        cell_chain_,
        {column("nose_hoover_position"), column("nose_hoover_velocity")},
        {column("barostat_chain_position"), column("barostat_chain_velocity")},
        column("strain_rate")};
    return std::make_unique<DeviceNpt>(step_, state);
}

double Npt::conserved_energy(BatchView const& batch, SystemIndex system) const {
    int const s = system.value();
    int const first = batch.atom_begin[s];
    auto const chain = [&](NoseHooverChain const& of, int freedom, NoseHooverState const& state) {
        return of.energy(freedom, state.position + nose_hoover_links * s,
                         state.velocity + nose_hoover_links * s);
    };
    return kinetic_energy(batch.velocities + 3 * first, batch.atomic_masses + first,
                          batch.atom_count[s]) +
           batch.energy[s] + barostat_energy(batch, system, step_, strain_rate_) +
           chain(atom_chain_, static_cast<int>(batch.degrees_of_freedom[s]), atom_state_) +
           chain(cell_chain_, step_.barostat.freedom(), cell_state_);
}

}  // namespace athanor
