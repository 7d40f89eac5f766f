// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fire_variable_cell.hpp"

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
    std::vector<FieldSpec> fields = fields_.specs();
    for (FieldSpec& field : variable_cell_fields()) fields.push_back(std::move(field));
    return fields;
}

void FireVariableCell::bind(Batch& batch) {
    state_ = fields_.of(batch);
    bind_variable_cell(batch, cell_);
}

void FireVariableCell::admit(UpdateContext const& context) {
    begin_relaxation(state_, context.systems, dt_start_, settings_.mixing_start);
    rest_cells(context.systems, cell_);
    find_residual_stress(context.batch, context.systems, cell_);
}

void FireVariableCell::pre_update(UpdateContext const& context) {
    fire_variable_cell_step(context.batch, context.systems, settings_, state_, cell_);
}

void FireVariableCell::post_update(UpdateContext const& context) {
    find_residual_stress(context.batch, context.systems, cell_);
}

std::unique_ptr<DeviceDynamics> FireVariableCell::on_device(DeviceColumns const& columns) const {
    return std::make_unique<DeviceFireVariableCell>(settings_, fields_.of(columns),
                                                    variable_cell(columns, cell_.pressure));
}

}  // namespace athanor
