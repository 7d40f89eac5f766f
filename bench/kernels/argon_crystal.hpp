// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The argon crystal to measure with, the same as bench/peers/lammps_lj.py gives to LAMMPS.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>

#include "kernels/lennard_jones.hpp"
#include "runtime/sample.hpp"
#include "runtime/units.hpp"

namespace athanor::bench {

inline constexpr double argon_lattice = 5.26;  // fcc [Å]
inline constexpr double argon_mass = 39.948;
inline constexpr double argon_cutoff = 8.5;
inline constexpr double argon_skin = 2.0;

inline LennardJonesOptions argon_model() {
    return {
        .cutoff = argon_cutoff, .species = {{18, {.epsilon = 0.0104, .sigma = 3.40}}}, .pairs = {}};
}

/// Uniform numbers in [-1, 1) that are the same everywhere.
class Uniform {
public:
    explicit Uniform(std::uint64_t seed) : state_(seed) {}
    double operator()() {
        state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<double>(state_ >> 11) * (2.0 / 9007199254740992.0) - 1.0;
    }

private:
    std::uint64_t state_;
};

/// fcc argon of repeats³ cells; velocities give `kelvin` after half of the kinetic energy has
/// become potential energy, so twice that at the start, and no drift.
inline Sample argon_crystal(int repeats, double kelvin, std::uint64_t seed) {
    static auto const schema = std::make_shared<Schema const>();
    int const atoms = 4 * repeats * repeats * repeats;
    Sample sample(schema, SampleId{static_cast<std::int64_t>(seed)}, "argon", atoms);
    auto const positions = sample.values<double>(Fields::positions);
    auto const velocities = sample.values<double>(Fields::velocities);
    double const basis[4][3] = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
    std::size_t next = 0;
    for (int a = 0; a < repeats; ++a)
        for (int b = 0; b < repeats; ++b)
            for (int c = 0; c < repeats; ++c)
                for (auto const& at : basis) {
                    positions[next++] = argon_lattice * (a + at[0]);
                    positions[next++] = argon_lattice * (b + at[1]);
                    positions[next++] = argon_lattice * (c + at[2]);
                }
    Uniform uniform(seed);
    double drift[3] = {};
    for (std::size_t k = 0; k < velocities.size(); ++k) {
        velocities[k] = uniform();
        drift[k % 3] += velocities[k] / atoms;
    }
    double squares = 0.0;
    for (std::size_t k = 0; k < velocities.size(); ++k) {
        velocities[k] -= drift[k % 3];
        squares += velocities[k] * velocities[k];
    }
    double const wanted = 3.0 * atoms * units::thermal_energy(2.0 * kelvin) / argon_mass;
    for (double& v : velocities) v *= std::sqrt(wanted / squares);
    for (double& m : sample.values<double>(Fields::atomic_masses)) m = argon_mass;
    for (std::int64_t& z : sample.values<std::int64_t>(Fields::atomic_numbers)) z = 18;
    for (std::size_t k = 0; k < 3; ++k) {
        sample.values<double>(Fields::cell)[4 * k] = argon_lattice * repeats;
        sample.values<std::uint8_t>(Fields::pbc)[k] = 1;
    }
    return sample;
}

}  // namespace athanor::bench
