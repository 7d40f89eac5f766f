// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "kernels/variable_cell_step.hpp"
#include "runtime/batch.hpp"

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

}  // namespace athanor
