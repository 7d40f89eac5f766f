// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/hook.hpp"
#include "stages/hooks/bias.hpp"

namespace athanor {

/// Adds a bias to the model: energy += E, forces += -dE/dr, for each sample by itself.
/// Points:   after every evaluation: on_admission and after_compute, so that the first half step
///           sees it too. Everything that reads energy or forces afterwards sees the biased ones:
///           the dynamics, convergence, the outcome and rows.
/// Stress:   stays the model's. A stage whose dynamics moves the cell by it refuses the hook.
/// Order:    before freeze_atoms and max_force_clamp; after align_cell.
/// Failure:  an exception of the bias, an energy or a force of it that is not finite: that sample
///           fails with the reason, and keeps the model's energy and forces.
/// State:    what the bias remembers of a sample, in the batch.
class BiasedPotential final : public Hook {
public:
    /// A bias without memory in one call: adds to three values per atom of the sample [eV/Å] and
    /// returns the energy [eV]. It must not depend on which image of an atom the positions show
    /// where a wrap_periodic shares its stage.
    using Function =
        std::function<double(BatchView const& batch, SystemIndex system, std::span<double> forces)>;

    /// Expects: there is a bias.
    explicit BiasedPotential(std::unique_ptr<Bias const> bias);
    explicit BiasedPotential(Function function);

    [[nodiscard]] std::string name() const override { return "biased_potential"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::on_admission || point == HookPoint::after_compute;
    }
    [[nodiscard]] std::vector<FieldSpec> state_fields() const override;
    [[nodiscard]] bool adds_forces_without_stress() const override { return true; }
    [[nodiscard]] bool depends_on_images() const override { return bias_->depends_on_images(); }
    void fire(HookContext& context) override;
    /// That of the bias; none for a function, which is on the host alone.
    [[nodiscard]] std::unique_ptr<DeviceHook> on_device(
        DeviceQueue& queue, DeviceColumns const& columns,
        std::span<FieldIndex const> state) const override;

private:
    [[nodiscard]] std::string fault_of(HookContext& context, SystemIndex system);

    std::unique_ptr<Bias const> bias_;
    std::vector<double> forces_;  // of the bias alone, on one sample
};

}  // namespace athanor
