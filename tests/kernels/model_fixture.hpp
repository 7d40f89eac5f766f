// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// A model, its neighbour list and a batch, ready to be evaluated.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/lennard_jones.hpp"
#include "kernels/neighbor_list.hpp"
#include "tests/support/golden.hpp"

namespace athanor::test {

/// Argon of the golden data: ε 0.0104 eV, σ 3.40 Å.
inline LennardJonesOptions argon_options(double cutoff = 8.5) {
    LennardJonesOptions options;
    options.cutoff = cutoff;
    options.species[18] = {.epsilon = 0.0104, .sigma = 3.40};
    return options;
}

/// Argon, krypton and xenon; one unlike pair by itself, the others mixed.
inline LennardJonesOptions three_species() {
    LennardJonesOptions options = argon_options();
    options.species[36] = {.epsilon = 0.0141, .sigma = 3.65};
    options.species[54] = {.epsilon = 0.0198, .sigma = 3.95};
    options.pairs[{36, 18}] = {.epsilon = 0.0115, .sigma = 3.5};
    return options;
}

[[nodiscard]] inline LennardJonesOptions in_mixed_precision(LennardJonesOptions options) {
    options.precision = Precision::mixed;
    return options;
}

class Evaluation {
public:
    Evaluation(std::vector<Sample> const& samples, LennardJonesOptions const& options,
               double skin = 2.0, NeighborSearch search = NeighborSearch::automatic)
        : model_(options),
          list_({.cutoff = options.cutoff,
                 .skin = skin,
                 .species_index = [this](std::int64_t z) { return model_.species_index(z); },
                 .search = search},
                static_cast<int>(samples.size())),
          batch_(make_batch(samples)) {
        for (int s = 0; s < batch_.system_count(); ++s) {
            list_.add(SystemIndex{s});
            systems_.push_back(SystemIndex{s});
        }
    }
    Evaluation(Evaluation const&) = delete;
    Evaluation& operator=(Evaluation const&) = delete;

    void compute(ModelOutputs outputs = {.energy_and_forces = true, .stress = true}) {
        auto const neighbors = list_.update(batch_.view(), systems_);
        model_.compute({batch_.view(), systems_, neighbors}, outputs);
    }
    /// The energy of a system by itself, after compute().
    [[nodiscard]] double energy(int system = 0) { return batch_.view().energy[system]; }
    [[nodiscard]] std::span<double> positions(int system = 0) {
        return rows(batch_.view().positions, system);
    }
    [[nodiscard]] std::span<double> forces(int system = 0) {
        return rows(batch_.view().forces, system);
    }
    [[nodiscard]] std::span<double> stress(int system = 0) {
        return {batch_.view().stress + 9 * system, 9};
    }
    [[nodiscard]] std::span<double> cell(int system = 0) {
        return {batch_.view().cell + 9 * system, 9};
    }
    /// Energy, forces and stress in one row, to compare with ==.
    [[nodiscard]] std::vector<double> result(int system = 0) {
        std::vector<double> values{energy(system)};
        auto const f = forces(system);
        values.insert(values.end(), f.begin(), f.end());
        auto const s = stress(system);
        values.insert(values.end(), s.begin(), s.end());
        return values;
    }

    LennardJones& model() { return model_; }
    NeighborList& list() { return list_; }
    Batch& batch() { return batch_; }
    std::vector<SystemIndex> const& systems() const { return systems_; }

private:
    std::span<double> rows(double* column, int system) {
        return {column + 3 * static_cast<std::ptrdiff_t>(batch_.atom_begin(SystemIndex{system})),
                3 * static_cast<std::size_t>(batch_.atom_count(SystemIndex{system}))};
    }

    LennardJones model_;
    NeighborList list_;
    Batch batch_;
    std::vector<SystemIndex> systems_;
};

/// Of a sample that is alone.
inline std::vector<double> result_of(Sample const& sample, LennardJonesOptions const& options,
                                     double skin = 2.0) {
    Evaluation evaluation({sample}, options, skin);
    evaluation.compute();
    return evaluation.result();
}

/// Equal bits; a NaN equals a NaN.
inline bool same_bits(std::span<double const> a, std::span<double const> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double x, double y) { return x == y || (x != x && y != y); });
}

}  // namespace athanor::test
