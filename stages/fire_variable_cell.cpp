// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fire_variable_cell.hpp"

#include <algorithm>

#include "runtime/units.hpp"
#include "stages/options_check.hpp"
#include "stages/variable_cell_fields.hpp"

namespace athanor {
namespace {

class DeviceFireVariableCell final : public DeviceDynamics {
public:
    DeviceFireVariableCell(FireSettings const& settings, FireState const& state,
                           CellState const& cell)
        : settings_(settings), state_(state), cell_(cell) {}
    void pre_update(DeviceUpdate const& update) override {
        fire_variable_cell_step(update.queue, update.systems, update.sums, settings_, state_,
                                cell_);
    }
    void post_update(DeviceUpdate const& update) override {
        find_residual_stress(update.queue, update.systems, cell_);
    }

private:
    FireSettings settings_;
    FireState state_;
    CellState cell_;
};

}  // namespace

FireVariableCell::FireVariableCell(FireVariableCellOptions const& options)
    : settings_(fire_settings(options.relaxation)),
      dt_start_(units::time_from_fs(options.relaxation.timestep_fs)) {
    cell_.pressure = units::pressure_from_gpa(
        require_option(true, "pressure_gpa", options.pressure_gpa, "a finite number"));
}

std::vector<FieldSpec> FireVariableCell::state_fields() const {
    char const* const time = "angstrom*sqrt(amu/eV)";
    std::vector<FieldSpec> fields{
        {"fire_timestep", Level::system, Dtype::float64, {1}, time, FieldRole::state},
        {"fire_mixing", Level::system, Dtype::float64, {1}, "", FieldRole::state},
        {"fire_downhill_steps", Level::system, Dtype::int64, {1}, "", FieldRole::state}};
    for (FieldSpec& field : variable_cell_fields()) fields.push_back(std::move(field));
    return fields;
}

void FireVariableCell::bind(Batch& batch) {
    Schema const& schema = batch.schema();
    state_ = {batch.column<double>(*schema.find("fire_timestep")),
              batch.column<double>(*schema.find("fire_mixing")),
              batch.column<std::int64_t>(*schema.find("fire_downhill_steps"))};
    bind_variable_cell(batch, cell_);
}

void FireVariableCell::admit(UpdateContext const& context) {
    for (SystemIndex s : context.systems) {
        state_.dt[s.value()] = dt_start_;
        state_.mixing[s.value()] = settings_.mixing_start;
        state_.downhill[s.value()] = 0;
        std::fill_n(cell_.velocity + 9 * static_cast<std::ptrdiff_t>(s.value()), 9, 0.0);
    }
    find_residual_stress(context.batch, context.systems, cell_);
}

void FireVariableCell::pre_update(UpdateContext const& context) {
    fire_variable_cell_step(context.batch, context.systems, settings_, state_, cell_);
}

void FireVariableCell::post_update(UpdateContext const& context) {
    find_residual_stress(context.batch, context.systems, cell_);
}

std::unique_ptr<DeviceDynamics> FireVariableCell::on_device(DeviceColumns const& columns) const {
    FireState const state{columns.column<double>("fire_timestep"),
                          columns.column<double>("fire_mixing"),
                          columns.column<std::int64_t>("fire_downhill_steps")};
    CellState const cell{columns.column<double>("cell_velocity"),
                         columns.column<double>("residual_stress"), cell_.pressure};
    return std::make_unique<DeviceFireVariableCell>(settings_, state, cell);
}

}  // namespace athanor
