// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/biased_potential.hpp"

#include <cmath>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "runtime/expects.hpp"

namespace athanor {
namespace {

class FunctionBias final : public Bias {
public:
    explicit FunctionBias(BiasedPotential::Function function) : function_(std::move(function)) {
        ATHANOR_EXPECTS(static_cast<bool>(function_));
    }
    double add(BatchView const& batch, SystemIndex system, std::span<double const> /*memory*/,
               std::span<double> forces) const override {
        return function_(batch, system, forces);
    }

private:
    BiasedPotential::Function function_;
};

}  // namespace

BiasedPotential::BiasedPotential(std::unique_ptr<Bias const> bias) : bias_(std::move(bias)) {
    ATHANOR_EXPECTS(bias_ != nullptr);
}

BiasedPotential::BiasedPotential(Function function)
    : BiasedPotential(std::make_unique<FunctionBias const>(std::move(function))) {}

std::vector<FieldSpec> BiasedPotential::state_fields() const {
    int const size = bias_->memory_size();
    if (size == 0) return {};
    // The size in the name: in a fused stage a hook at the same place may keep another number.
    return {{fmt::format("bias_memory_{}", size),
             Level::system,
             Dtype::float64,
             {size},
             "",
             FieldRole::state}};
}

/// Empty when all went well; otherwise energy and forces of the sample are as they were.
std::string BiasedPotential::fault_of(HookContext& context, SystemIndex system) {
    BatchView const view = context.batch.view();
    auto const memory_size = static_cast<std::size_t>(bias_->memory_size());
    std::span<double> memory;
    if (memory_size > 0)
        memory = {context.batch.column<double>(context.state[0]) +
                      memory_size * static_cast<std::size_t>(system.value()),
                  memory_size};
    if (context.point == HookPoint::on_admission) bias_->admit(view, system, memory);
    forces_.assign(3 * static_cast<std::size_t>(context.batch.atom_count(system)), 0.0);
    double const energy = bias_->add(view, system, memory, forces_);
    if (!std::isfinite(energy)) return fmt::format("the energy of the bias is {}", energy);
    for (std::size_t k = 0; k < forces_.size(); ++k)
        if (!std::isfinite(forces_[k]))
            return fmt::format("the force of the bias on atom {} is not finite", k / 3);
    view.energy[system.value()] += energy;
    double* const forces = view.forces + 3 * context.batch.atom_begin(system);
    for (std::size_t k = 0; k < forces_.size(); ++k) forces[k] += forces_[k];
    return {};
}

void BiasedPotential::fire(HookContext& context) {
    forces_.reserve(3 * static_cast<std::size_t>(context.batch.capacity().atoms));
    for (SystemIndex system : context.systems) {
        std::string fault;
        try {
            fault = fault_of(context, system);
        } catch (std::exception const& error) {
            fault = error.what();
        } catch (...) {
            fault = "the bias threw something that is no std::exception";
        }
        if (!fault.empty()) context.fail(system, std::move(fault));
    }
}

std::unique_ptr<DeviceHook> BiasedPotential::on_device(DeviceQueue& queue,
                                                       DeviceColumns const& columns,
                                                       std::span<FieldIndex const> state) const {
    return bias_->on_device(queue, state.empty() ? nullptr : columns.column<double>(state[0]));
}

}  // namespace athanor
