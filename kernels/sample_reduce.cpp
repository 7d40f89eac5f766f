// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/sample_reduce.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "kernels/share_out.hpp"
#include "kernels/sum_on_host.hpp"
#include "kernels/sum_terms.hpp"

namespace athanor {

using detail::sum_terms;

double sum_values(std::span<double const> values) {
    return sum_terms<1>(values.size(), 0.5, ValueTerms{values.data()})[0];
}

double sum_products(double const* a, double const* b, int atom_count) {
    return sum_terms(3 * static_cast<std::size_t>(atom_count), 0.7,
                     [&](std::size_t k) { return a[k] * b[k]; });
}

PowerSums power_sums(double const* velocities, double const* forces, int atom_count) {
    auto const sums =
        sum_terms<3>(3 * static_cast<std::size_t>(atom_count), 1.2, PowerTerms{velocities, forces});
    return {sums[0], sums[1], sums[2]};
}

double max_norm(double const* vectors, int atom_count) {
    return std::sqrt(largest_part(atom_count, 1.5, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
        LargestNorm largest;
        for (std::ptrdiff_t i = first; i < last; ++i) largest.add(vectors + 3 * i);
        return largest.value();
    }));
}

double kinetic_energy(double const* velocities, double const* masses, int atom_count) {
    return 0.5 * sum_terms<1>(static_cast<std::size_t>(atom_count), 2.5,
                              KineticTerms{velocities, masses})[0];
}

std::array<double, 6> momentum_tensor(double const* velocities, double const* masses,
                                      int atom_count) {
    return sum_terms<6>(static_cast<std::size_t>(atom_count), 8.0,
                        MomentumTerms{velocities, masses});
}

std::array<double, 3> center_of_mass_velocity(double const* velocities, double const* masses,
                                              int atom_count) {
    auto const count = static_cast<std::size_t>(atom_count);
    double const mass = sum_values({masses, count});
    if (mass == 0.0) return {};
    auto velocity = sum_terms<3>(count, 4.0, [&](std::size_t axis, std::size_t i) {
        return masses[i] * velocities[3 * i + axis];
    });
    for (double& v : velocity) v /= mass;
    return velocity;
}

bool all_finite(std::span<double const> values) {
    // x - x is 0 for a number and NaN for the rest: one comparison at the end, no branch for each.
    return sum_terms(values.size(), 0.5, [&](std::size_t k) { return values[k] - values[k]; }) ==
           0.0;
}

bool all_finite(double const* positions, double const* forces, double energy, int atom_count) {
    std::size_t const count = 3 * static_cast<std::size_t>(atom_count);
    return std::isfinite(energy) && all_finite({positions, count}) && all_finite({forces, count});
}

}  // namespace athanor
