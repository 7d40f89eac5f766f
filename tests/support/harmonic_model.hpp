// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Model X of the reference numbers: every atom bound to the origin, no neighbours.
#pragma once

#include <limits>

#include "runtime/model.hpp"

namespace athanor::test {

/// F = -(kx, ky, kz)∘r, E = 1/2 Σ k·r²; the cutoff is short so that lists stay empty.
class HarmonicModel final : public Model {
public:
    explicit HarmonicModel(double kx = 1.0, double ky = 2.0, double kz = 3.0) : k_{kx, ky, kz} {}

    [[nodiscard]] ModelNeeds needs() const override { return {0.1}; }
    [[nodiscard]] int species_index(std::int64_t atomic_number) const override {
        return atomic_number == 18 ? 0 : -1;
    }
    [[nodiscard]] std::size_t memory_bound(int, int) const override { return 0; }
    [[nodiscard]] std::string describe() const override { return "harmonic"; }

    void compute(ModelInput const& input, ModelOutputs outputs) override {
        ++computes;
        BatchView const& b = input.batch;
        for (SystemIndex system : input.systems) {
            int const s = system.value();
            if (outputs.stress)
                for (int k = 0; k < 9; ++k)
                    b.stress[9 * s + k] = std::numeric_limits<double>::quiet_NaN();
            if (!outputs.energy_and_forces) continue;
            double energy = 0.0;
            for (int a = b.atom_begin[s]; a < b.atom_begin[s] + b.atom_count[s]; ++a)
                for (int c = 0; c < 3; ++c) {
                    double const r = b.positions[3 * a + c];
                    b.forces[3 * a + c] = -k_[c] * r;
                    energy += 0.5 * k_[c] * r * r;
                }
            b.energy[s] = energy;
        }
    }

    int computes = 0;

private:
    double k_[3];
};

}  // namespace athanor::test
