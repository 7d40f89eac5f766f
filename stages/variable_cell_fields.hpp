// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "kernels/variable_cell_step.hpp"
#include "runtime/batch.hpp"
#include "runtime/device_columns.hpp"

namespace athanor {

/// The state fields of every relaxation that moves the cell. `residual_stress` is for convergence
/// criteria: zero at the minimum whatever the external pressure.
[[nodiscard]] inline std::vector<FieldSpec> variable_cell_fields() {
    return {
        {"cell_velocity", Level::system, Dtype::float64, {3, 3}, "sqrt(eV/amu)", FieldRole::state},
        {"residual_stress",
         Level::system,
         Dtype::float64,
         {3, 3},
         "eV/angstrom^3",
         FieldRole::state}};
}

/// Finds the columns of those fields.
inline void bind_variable_cell(Batch& batch, CellState& cell) {
    cell.velocity = batch.column<double>(*batch.schema().find("cell_velocity"));
    cell.residual = batch.column<double>(*batch.schema().find("residual_stress"));
}
[[nodiscard]] inline CellState variable_cell(DeviceColumns const& columns, double pressure) {
    return {columns.column<double>("cell_velocity"), columns.column<double>("residual_stress"),
            pressure};
}

/// No cell of these systems moves yet.
inline void rest_cells(std::span<SystemIndex const> systems, CellState const& cell) {
    for (SystemIndex s : systems)
        std::fill_n(cell.velocity + 9 * static_cast<std::ptrdiff_t>(s.value()), 9, 0.0);
}

}  // namespace athanor
