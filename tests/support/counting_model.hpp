// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A model that counts what is asked of it; its device variant is that of the model inside.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "runtime/model.hpp"

namespace athanor::test {

template <class Inner>
class CountingModel final : public Model {
public:
    explicit CountingModel(Inner inner) : inner_(std::move(inner)) {}

    [[nodiscard]] ModelNeeds needs() const override { return inner_.needs(); }
    [[nodiscard]] int species_index(std::int64_t atomic_number) const override {
        return inner_.species_index(atomic_number);
    }
    [[nodiscard]] std::size_t memory_bound(int systems, int atoms) const override {
        return inner_.memory_bound(systems, atoms);
    }
    [[nodiscard]] std::string describe() const override { return inner_.describe(); }
    void compute(ModelInput const& input, ModelOutputs outputs) override {
        auto const systems = static_cast<std::int64_t>(input.systems.size());
        if (outputs.energy_and_forces) host_evaluations += systems;
        if (outputs.stress) (outputs.energy_and_forces ? joint_stresses : lone_stresses) += systems;
        inner_.compute(input, outputs);
    }
    [[nodiscard]] std::unique_ptr<DeviceModel> on_device(
        DeviceQueue& queue, BatchCapacity capacity, DeviceListOptions const& lists) const override {
        DeviceListOptions options = lists;
        if (options.row_capacity == 0) options.row_capacity = guessed_row_capacity;
        auto made = inner_.on_device(queue, capacity, options);
        row_capacities.push_back(made->row_capacity());
        return made;
    }

    std::int64_t host_evaluations = 0;  ///< forces of systems: one at admission, one for each step
    std::int64_t joint_stresses = 0;    ///< of systems, with their forces
    std::int64_t lone_stresses = 0;     ///< in an evaluation of their own
    int guessed_row_capacity = 0;       ///< where nobody says; 0: what the model inside guesses
    mutable std::vector<int> row_capacities;  ///< of the models that were made for devices

private:
    Inner inner_;
};

}  // namespace athanor::test
