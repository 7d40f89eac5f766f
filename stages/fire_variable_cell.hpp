// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/variable_cell_step.hpp"
#include "runtime/dynamics.hpp"
#include "stages/fire.hpp"

namespace athanor {

struct FireVariableCellOptions {
    FireOptions relaxation;     ///< keep_velocities has no meaning here
    double pressure_gpa = 0.0;  ///< external pressure [GPa]
    bool operator==(FireVariableCellOptions const&) const = default;
};

/// FIRE (stages/fire.hpp) of positions and cell together. The lattice vectors h (rows) have a
/// velocity, a force and a mass of their own,
///   Fc = -V (h⁻¹)ᵀ (σ + P 1) / N,  m_c = Σ m / N,
/// which enter sums, mixing and kick like those of a further atom. With Δh = dt ḣ, no vector moving
/// further than max_step, the atoms go along before they move on their own: r += r h⁻¹ Δh. At the
/// minimum σ = -P 1.
/// Cells:  one of lower triangular form keeps that form. Only cells that are periodic in all three
///         directions move; other samples relax as with fire.
/// Fields: residual_stress [3,3] = σ + P 1 [eV/Å³] for convergence criteria, beside stress.
/// Source: fire2_variable_cell's extension of FIRE. The reference's class of this name never moves
///         the cell, so there is nothing to follow.
class FireVariableCell final : public Dynamics {
public:
    /// Throws ConfigError for a value outside the ranges of the options.
    explicit FireVariableCell(FireVariableCellOptions const& options);

    [[nodiscard]] std::string_view name() const override { return "fire_variable_cell"; }
    [[nodiscard]] std::vector<FieldSpec> state_fields() const override;
    void bind(Batch& batch) override;
    void admit(UpdateContext const& context) override;
    void pre_update(UpdateContext const& context) override;
    void post_update(UpdateContext const& context) override;
    [[nodiscard]] bool has_physical_velocities() const override { return false; }
    [[nodiscard]] std::unique_ptr<DeviceDynamics> on_device(DeviceColumns const&) const override;
    [[nodiscard]] bool needs_stress() const override { return true; }

private:
    FireSettings settings_;
    double dt_start_;
    FireFields fields_{"fire"};
    FireState state_{};
    CellState cell_{};
};

}  // namespace athanor
