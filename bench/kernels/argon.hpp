// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Kernels on argon crystals, without dynamics.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "bench/kernels/argon_crystal.hpp"
#include "kernels/lennard_jones.hpp"
#include "kernels/neighbor_list.hpp"
#include "runtime/batch.hpp"

namespace athanor::bench {

/// A batch of crystals with its model and its neighbour lists.
class ArgonRun {
public:
    ArgonRun(int systems, int repeats, double kelvin = 40.0,
             LennardJonesOptions const& options = argon_model())
        : model_(options),
          list_({.cutoff = argon_cutoff,
                 .skin = argon_skin,
                 .species_index = [this](std::int64_t z) { return model_.species_index(z); }},
                systems),
          batch_(std::make_shared<Schema const>(),
                 {systems, systems * 4 * repeats * repeats * repeats, 0}) {
        for (int s = 0; s < systems; ++s) {
            batch_.append(argon_crystal(repeats, kelvin, static_cast<std::uint64_t>(s) + 1));
            list_.add(SystemIndex{s});
            systems_.push_back(SystemIndex{s});
        }
        evaluate();
    }
    ArgonRun(ArgonRun const&) = delete;
    ArgonRun& operator=(ArgonRun const&) = delete;

    std::span<SystemNeighbors const> update() { return list_.update(batch_.view(), systems_); }
    void compute(std::span<SystemNeighbors const> neighbors, ModelOutputs outputs = {}) {
        model_.compute({batch_.view(), systems_, neighbors}, outputs);
    }
    void evaluate() { compute(update()); }

    [[nodiscard]] int atom_count() const { return batch_.used_atoms(); }
    NeighborList& list() { return list_; }
    std::vector<SystemIndex> const& systems() const { return systems_; }

private:
    LennardJones model_;
    NeighborList list_;
    Batch batch_;
    std::vector<SystemIndex> systems_;
};

}  // namespace athanor::bench
