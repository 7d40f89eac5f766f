// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/variable_cell_step.hpp"
#include "runtime/dynamics.hpp"
#include "stages/fire2.hpp"

namespace athanor {

struct Fire2VariableCellOptions {
    Fire2Options relaxation;    ///< keep_velocities has no meaning here
    double pressure_gpa = 0.0;  ///< external pressure [GPa]
    bool operator==(Fire2VariableCellOptions const&) const = default;
};

/// FIRE 2.0 (stages/fire2.hpp) of positions and cell together. The lattice vectors h (rows) have a
/// velocity and a force of their own,
///   Fc = -V (h⁻¹)ᵀ (σ + P 1) / N,
/// which enter kick, sums and mixing like those of further atoms. With Δh = f dt' ḣ the atoms go
/// along: Δr = r h⁻¹ Δh + f dt' v; the largest Δr of an atom is scaled down to max_step, and Δh and
/// dt with it. At the minimum σ = -P 1.
/// Cells:  one of lower triangular form keeps that form. Only cells that are periodic in all three
///         directions move; other samples relax as with fire2.
/// Fields: residual_stress [3,3] = σ + P 1 [eV/Å³] for convergence criteria, beside stress.
/// Source: as the reference means it (there N, the form of the cell and the order are the same; it
///         has no external pressure, and its released kernel races on α, dt and n).
class Fire2VariableCell final : public Dynamics {
public:
    /// Throws ConfigError for a value outside the ranges of the options.
    explicit Fire2VariableCell(Fire2VariableCellOptions const& options);

    [[nodiscard]] std::string_view name() const override { return "fire2_variable_cell"; }
    [[nodiscard]] std::vector<FieldSpec> state_fields() const override;
    void bind(Batch& batch) override;
    void admit(UpdateContext const& context) override;
    void pre_update(UpdateContext const& context) override;
    void post_update(UpdateContext const& context) override;
    [[nodiscard]] bool has_physical_velocities() const override { return false; }
    [[nodiscard]] std::unique_ptr<DeviceDynamics> on_device(DeviceColumns const&) const override;
    [[nodiscard]] bool needs_stress() const override { return true; }

private:
    Fire2Settings settings_;
    double dt_start_;
    FireFields fields_{"fire2"};
    FireState state_{};
    CellState cell_{};
};

}  // namespace athanor
