// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// One sample and one bias, without a model: energy, forces, and whether they fit each other.
#pragma once

#include <vector>

#include <gtest/gtest.h>

#include "runtime/batch.hpp"
#include "stages/hooks/bias.hpp"
#include "tests/support/samples.hpp"

namespace athanor::test {

class BiasProbe {
public:
    /// Admits the sample as it is.
    BiasProbe(Bias const& bias, Sample const& sample)
        : bias_(bias),
          batch_(sample.schema_ptr(), {1, sample.atom_count(), 0}),
          memory_(static_cast<std::size_t>(bias.memory_size())),
          forces_(3 * static_cast<std::size_t>(sample.atom_count())) {
        batch_.append(sample);
        bias_.admit(batch_.view(), SystemIndex{0}, memory_);
    }
    double energy() {
        forces_.assign(forces_.size(), 0.0);
        return bias_.add(batch_.view(), SystemIndex{0}, memory_, forces_);
    }
    /// Those of the last energy().
    [[nodiscard]] std::vector<double> const& forces() const { return forces_; }
    double& position(std::size_t k) { return batch_.view().positions[k]; }
    [[nodiscard]] std::vector<double> const& memory() const { return memory_; }

    /// By central differences; their error is h² E'''/6 and rounding over h.
    void expect_forces_are_minus_the_gradient(double tolerance = 1e-8) {
        energy();
        std::vector<double> const analytic = forces_;
        double const h = 1e-5;
        for (std::size_t k = 0; k < analytic.size(); ++k) {
            double const here = position(k);
            position(k) = here + h;
            double const above = energy();
            position(k) = here - h;
            double const below = energy();
            position(k) = here;
            EXPECT_NEAR(analytic[k], -(above - below) / (2 * h), tolerance) << "component " << k;
        }
    }

private:
    Bias const& bias_;
    Batch batch_;
    std::vector<double> memory_;
    std::vector<double> forces_;
};

/// Atoms of argon and one of half the mass at random places in and around a skew cell.
inline Sample scattered_atoms(int atoms, unsigned seed, bool periodic = true) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> place(-9, 9);
    std::vector<double> positions(3 * static_cast<std::size_t>(atoms));
    for (double& x : positions) x = place(random);
    Sample sample = cluster(plain_schema(), 0, positions);
    sample.values<double>(Fields::atomic_masses)[0] *= 0.5;
    double const cell[] = {5, 0.5, 0, -4, 6, 0.25, 0.3, -5, 7};
    std::copy(cell, cell + 9, sample.values<double>(Fields::cell).begin());
    for (std::uint8_t& direction : sample.values<std::uint8_t>(Fields::pbc)) direction = periodic;
    return sample;
}

}  // namespace athanor::test
