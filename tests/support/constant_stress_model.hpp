// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The harmonic model of the reference numbers with its constant stress.
#pragma once

#include <algorithm>

#include "tests/support/harmonic_model.hpp"

namespace athanor::test {

class ConstantStressModel final : public Model {
public:
    [[nodiscard]] ModelNeeds needs() const override { return forces_.needs(); }
    [[nodiscard]] int species_index(std::int64_t z) const override {
        return forces_.species_index(z);
    }
    [[nodiscard]] std::size_t memory_bound(int, int) const override { return 0; }
    [[nodiscard]] std::string describe() const override { return "harmonic, constant stress"; }
    void compute(ModelInput const& input, ModelOutputs outputs) override {
        static constexpr double stress[9] = {.01, .002, 0, .002, -.02, .003, 0, .003, .015};
        forces_.compute(input, outputs);
        if (!outputs.stress) return;
        for (SystemIndex s : input.systems)
            std::copy_n(stress, 9, input.batch.stress + 9 * static_cast<std::ptrdiff_t>(s.value()));
    }

private:
    HarmonicModel forces_;
};

}  // namespace athanor::test
