// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/hook.hpp"

namespace athanor {

/// Which atoms stand still: those of one category, or those of a list. One of the two is given.
struct FreezeAtomsOptions {
    std::optional<std::int64_t> category;  ///< value of the field atom_categories
    std::vector<int> indices;              ///< atoms of every sample, from 0
    bool zero_forces = true;               ///< forces of frozen atoms count as zero
    bool operator==(FreezeAtomsOptions const&) const = default;
};

/// Holds atoms where they were when their sample entered the stage.
/// Points:   on_admission takes the positions and sets velocities to zero; before_compute puts both
///           back, so that forces belong to the frozen positions, whatever the dynamics did to them
///           (noise, a barostat); after_post_update does the same again. With zero_forces
///           the forces of frozen atoms are set to zero after every evaluation (on_admission,
///           after_compute): an optimizer does not see them, and fmax leaves them out.
/// Order:    after hooks that move atoms at admission (align_cell) and that add forces.
/// Meaning:  positions are Cartesian: in a cell that changes a frozen atom keeps its place, not its
///           fractional coordinates. A frozen atom with a mass takes three degrees of freedom off;
///           velocities are drawn with their momentum where there is one. Energy and stress stay
///           the model's.
/// Failure:  a sample without an atom of one of the indices fails at admission.
class FreezeAtoms final : public Hook {
public:
    /// Throws ConfigError unless either a category or non-negative indices are given.
    explicit FreezeAtoms(FreezeAtomsOptions options);

    [[nodiscard]] std::string name() const override { return "freeze_atoms"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override;
    [[nodiscard]] std::vector<FieldSpec> state_fields() const override;
    void mark_held(Batch const& batch, SystemIndex system,
                   std::span<std::uint8_t> held) const override;
    /// Throws ConfigError when there is a category, but no atom_categories of integers.
    void bind(Schema const& schema) override;
    void fire(HookContext& context) override;
    [[nodiscard]] std::unique_ptr<DeviceHook> on_device(
        DeviceQueue& queue, DeviceColumns const& columns,
        std::span<FieldIndex const> state) const override;

private:
    template <class Body>
    void for_each_frozen(Batch const& batch, SystemIndex system, Body const& body) const;
    void admit(HookContext& context) const;

    FreezeAtomsOptions options_;
    FieldIndex categories_{0};
    bool wide_categories_ = true;  // int64, else int32
};

}  // namespace athanor
