// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/sample_reduce.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "kernels/lanes.hpp"
#include "kernels/share_out.hpp"
#include "kernels/sum_blocks.hpp"
#include "kernels/sum_terms.hpp"

namespace athanor {
namespace {

using Accumulator = std::array<double, lane_count>;

/// The tree of Lanes::sum().
double sum_lanes(Accumulator const& v) {
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/// Σ term(k) of first <= k < last, element k in lane (k - first) mod 8.
template <class Term>
double sum_block(std::size_t first, std::size_t last, Term const& term) {
    Accumulator lanes{};
    std::size_t k = first;
    for (; k + lane_count <= last; k += lane_count)
        for (std::size_t lane = 0; lane < lane_count; ++lane) lanes[lane] += term(k + lane);
    for (std::size_t lane = 0; k < last; ++k, ++lane) lanes[lane] += term(k);
    return sum_lanes(lanes);
}

/// Σ term(sum, k) for every sum, blocks shared out; `nanoseconds`: of an element.
template <std::size_t sums, class Term>
std::array<double, sums> sum_terms(std::size_t count, double nanoseconds, Term const& term) {
    std::array<double, sums> total{};
    if (count <= SumBlocks::usual) {
        for (std::size_t sum = 0; sum < sums; ++sum)
            total[sum] = sum_block(0, count, [&](std::size_t k) { return term(sum, k); });
        return total;
    }
    SumBlocks const blocks(count);
    std::array<std::array<double, SumBlocks::most>, sums> parts;
    share_out_each(blocks.count, nanoseconds * static_cast<double>(blocks.elements), [&](int b) {
        for (std::size_t sum = 0; sum < sums; ++sum)
            parts[sum][static_cast<std::size_t>(b)] = sum_block(
                blocks.begin_of(b), blocks.end_of(b), [&](std::size_t k) { return term(sum, k); });
    });
    for (std::size_t sum = 0; sum < sums; ++sum)
        total[sum] = sum_block(0, static_cast<std::size_t>(blocks.count),
                               [&](std::size_t b) { return parts[sum][b]; });
    return total;
}

/// The same for one sum of term(k).
template <class Term>
double sum_terms(std::size_t count, double nanoseconds, Term const& term) {
    return sum_terms<1>(count, nanoseconds, [&](std::size_t, std::size_t k) { return term(k); })[0];
}

}  // namespace

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
