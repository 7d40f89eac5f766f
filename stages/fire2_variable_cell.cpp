// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fire2_variable_cell.hpp"

#include "runtime/units.hpp"
#include "stages/options_check.hpp"
#include "stages/variable_cell_fields.hpp"

namespace athanor {
namespace {

class DeviceFire2VariableCell final : public DeviceDynamics {
public:
    DeviceFire2VariableCell(Fire2Settings const& settings, FireState const& state,
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
    FireState state_;
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
    std::vector<FieldSpec> fields = fields_.specs();
    for (FieldSpec& field : variable_cell_fields()) fields.push_back(std::move(field));
    return fields;
}

void Fire2VariableCell::bind(Batch& batch) {
    state_ = fields_.of(batch);
    bind_variable_cell(batch, cell_);
}

void Fire2VariableCell::admit(UpdateContext const& context) {
    begin_relaxation(state_, context.systems, dt_start_, settings_.mixing_start);
    rest_cells(context.systems, cell_);
    find_residual_stress(context.batch, context.systems, cell_);
}

void Fire2VariableCell::pre_update(UpdateContext const& context) {
    fire2_variable_cell_step(context.batch, context.systems, settings_, state_, cell_);
}

void Fire2VariableCell::post_update(UpdateContext const& context) {
    find_residual_stress(context.batch, context.systems, cell_);
}

std::unique_ptr<DeviceDynamics> Fire2VariableCell::on_device(DeviceColumns const& columns) const {
    return std::make_unique<DeviceFire2VariableCell>(settings_, fields_.of(columns),
                                                     variable_cell(columns, cell_.pressure));
}

}  // namespace athanor
