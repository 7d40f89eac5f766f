// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fire2_variable_cell.hpp"

#include <algorithm>

#include "runtime/units.hpp"
#include "stages/options_check.hpp"
#include "stages/variable_cell_fields.hpp"

namespace athanor {
namespace {

class DeviceFire2VariableCell final : public DeviceDynamics {
public:
    DeviceFire2VariableCell(Fire2Settings const& settings, Fire2State const& state,
                            CellState const& cell)
        : settings_(settings), state_(state), cell_(cell) {}
    void pre_update(DeviceUpdate const& update) override {
        fire2_variable_cell_step(update.queue, update.systems, update.sums, settings_, state_,
                                 cell_);
    }
    void post_update(DeviceUpdate const& update) override {
        find_residual_stress(update.queue, update.systems, cell_);
    }

private:
    Fire2Settings settings_;
    Fire2State state_;
    CellState cell_;
};

}  // namespace

Fire2VariableCell::Fire2VariableCell(Fire2VariableCellOptions const& options)
    : settings_(fire2_settings(options.relaxation)),
      dt_start_(units::time_from_fs(options.relaxation.timestep_fs)) {
    cell_.pressure = units::pressure_from_gpa(
        require_option(true, "pressure_gpa", options.pressure_gpa, "a finite number"));
}

std::vector<FieldSpec> Fire2VariableCell::state_fields() const {
    char const* const time = "angstrom*sqrt(amu/eV)";
    std::vector<FieldSpec> fields{
        {"fire2_timestep", Level::system, Dtype::float64, {1}, time, FieldRole::state},
        {"fire2_mixing", Level::system, Dtype::float64, {1}, "", FieldRole::state},
        {"fire2_downhill_steps", Level::system, Dtype::int64, {1}, "", FieldRole::state}};
    for (FieldSpec& field : variable_cell_fields()) fields.push_back(std::move(field));
    return fields;
}

void Fire2VariableCell::bind(Batch& batch) {
    Schema const& schema = batch.schema();
    state_ = {batch.column<double>(*schema.find("fire2_timestep")),
              batch.column<double>(*schema.find("fire2_mixing")),
              batch.column<std::int64_t>(*schema.find("fire2_downhill_steps"))};
    bind_variable_cell(batch, cell_);
}

void Fire2VariableCell::admit(UpdateContext const& context) {
    for (SystemIndex s : context.systems) {
        state_.dt[s.value()] = dt_start_;
        state_.mixing[s.value()] = settings_.mixing_start;
        state_.downhill[s.value()] = 0;
        std::fill_n(cell_.velocity + 9 * static_cast<std::ptrdiff_t>(s.value()), 9, 0.0);
    }
    find_residual_stress(context.batch, context.systems, cell_);
}

void Fire2VariableCell::pre_update(UpdateContext const& context) {
    fire2_variable_cell_step(context.batch, context.systems, settings_, state_, cell_);
}

void Fire2VariableCell::post_update(UpdateContext const& context) {
    find_residual_stress(context.batch, context.systems, cell_);
}

std::unique_ptr<DeviceDynamics> Fire2VariableCell::on_device(DeviceColumns const& columns) const {
    Fire2State const state{columns.column<double>("fire2_timestep"),
                           columns.column<double>("fire2_mixing"),
                           columns.column<std::int64_t>("fire2_downhill_steps")};
    CellState const cell{columns.column<double>("cell_velocity"),
                         columns.column<double>("residual_stress"), cell_.pressure};
    return std::make_unique<DeviceFire2VariableCell>(settings_, state, cell);
}

}  // namespace athanor
