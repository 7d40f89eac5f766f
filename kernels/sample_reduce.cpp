// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/sample_reduce.hpp"

#include <cmath>
#include <cstddef>

#include "kernels/lanes.hpp"

namespace athanor {
namespace {

using Accumulator = std::array<double, lane_count>;

/// The tree of Lanes::sum().
double sum_lanes(Accumulator const& v) {
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/// Σ term(k), element k in lane k mod 8.
template <class Term>
double sum_terms(std::size_t count, Term const& term) {
    Accumulator lanes{};
    std::size_t k = 0;
    for (; k + lane_count <= count; k += lane_count)
        for (std::size_t lane = 0; lane < lane_count; ++lane) lanes[lane] += term(k + lane);
    for (std::size_t lane = 0; k < count; ++k, ++lane) lanes[lane] += term(k);
    return sum_lanes(lanes);
}

double squared_norm(double const* v) { return v[0] * v[0] + v[1] * v[1] + v[2] * v[2]; }

}  // namespace

double sum_values(std::span<double const> values) {
    return sum_terms(values.size(), [&](std::size_t k) { return values[k]; });
}

double sum_products(double const* a, double const* b, int atom_count) {
    return sum_terms(3 * static_cast<std::size_t>(atom_count),
                     [&](std::size_t k) { return a[k] * b[k]; });
}

double max_norm(double const* vectors, int atom_count) {
    double largest = 0.0;
    bool ordered = true;
    for (std::ptrdiff_t i = 0; i < atom_count; ++i) {
        double const norm2 = squared_norm(vectors + 3 * i);
        largest = norm2 > largest ? norm2 : largest;
        ordered &= norm2 == norm2;
    }
    return ordered ? std::sqrt(largest) : std::nan("");
}

double kinetic_energy(double const* velocities, double const* masses, int atom_count) {
    return 0.5 * sum_terms(static_cast<std::size_t>(atom_count), [&](std::size_t i) {
               return masses[i] * squared_norm(velocities + 3 * i);
           });
}

std::array<double, 6> momentum_tensor(double const* velocities, double const* masses,
                                      int atom_count) {
    constexpr std::size_t axes[6][2] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
    std::array<double, 6> tensor{};
    for (std::size_t k = 0; k < 6; ++k)
        tensor[k] = sum_terms(static_cast<std::size_t>(atom_count), [&](std::size_t i) {
            return masses[i] * velocities[3 * i + axes[k][0]] * velocities[3 * i + axes[k][1]];
        });
    return tensor;
}

std::array<double, 3> center_of_mass_velocity(double const* velocities, double const* masses,
                                              int atom_count) {
    auto const count = static_cast<std::size_t>(atom_count);
    double const mass = sum_values({masses, count});
    if (mass == 0.0) return {};
    std::array<double, 3> velocity{};
    for (std::size_t axis = 0; axis < 3; ++axis)
        velocity[axis] =
            sum_terms(count, [&](std::size_t i) { return masses[i] * velocities[3 * i + axis]; }) /
            mass;
    return velocity;
}

bool all_finite(std::span<double const> values) {
    // x - x is 0 for a number and NaN for the rest: one comparison at the end, no branch for each.
    return sum_terms(values.size(), [&](std::size_t k) { return values[k] - values[k]; }) == 0.0;
}

bool all_finite(double const* positions, double const* forces, double energy, int atom_count) {
    std::size_t const count = 3 * static_cast<std::size_t>(atom_count);
    return std::isfinite(energy) && all_finite({positions, count}) && all_finite({forces, count});
}

}  // namespace athanor
