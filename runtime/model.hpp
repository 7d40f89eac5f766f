// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "runtime/batch.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/device_model.hpp"
#include "runtime/ids.hpp"
#include "runtime/neighbor_view.hpp"

namespace athanor {

/// What a model needs before it can answer.
struct ModelNeeds {
    double cutoff = 0.0;  ///< neighbours within this distance [Å]
};

/// Which results to fill. Energy and forces belong together: both or neither.
struct ModelOutputs {
    bool energy_and_forces = true;
    bool stress = false;
};

/// One evaluation: the listed systems, and the list that was brought up to date for them.
/// `neighbors[k]` belongs to `systems[k]`.
struct ModelInput {
    BatchView batch;
    std::span<SystemIndex const> systems;
    std::span<SystemNeighbors const> neighbors;
};

/// A potential: fills energies, forces and, on request, stress of some systems of a batch.
/// Shapes:  writes energy, forces, stress rows of the listed systems and touches nothing else.
/// Order:   the result for a system is a pure function of that system (DESIGN section 1), whatever
///          else is in the batch, however many threads work, and whichever outputs are asked for:
///          a stress comes with forces or alone, and forces with or without it.
/// Threads: one compute() at a time per instance; it may use threads inside.
/// Units:   eV, eV/Å, eV/Å³ (stress: tension positive, potential part only).
class Model {
public:
    virtual ~Model() = default;

    [[nodiscard]] virtual ModelNeeds needs() const = 0;
    /// The model's own number of a species, from 0; -1 when it has no parameters for it.
    [[nodiscard]] virtual int species_index(std::int64_t atomic_number) const = 0;
    /// Upper bound of the memory a batch of this size takes in compute(), beyond batch and list.
    [[nodiscard]] virtual std::size_t memory_bound(int systems, int atoms) const = 0;
    virtual void compute(ModelInput const& input, ModelOutputs outputs) = 0;
    [[nodiscard]] virtual std::string describe() const = 0;
    /// The same on a device, for batches of that capacity; null when it has no such variant. The
    /// queue must outlive it.
    [[nodiscard]] virtual std::unique_ptr<DeviceModel> on_device(
        DeviceQueue& /*queue*/, BatchCapacity /*capacity*/,
        DeviceListOptions const& /*lists*/) const {
        return nullptr;
    }
};

}  // namespace athanor
