// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "kernels/real.hpp"
#include "kernels/share_out.hpp"
#include "kernels/sum_blocks.hpp"

/// The loops of the host's sums over terms (sum_terms.hpp), in the order that sample_reduce.hpp
/// says; device/sum_parts.cuh has those of a device.
namespace athanor::detail {

using Accumulator = std::array<double, lane_count>;

/// The tree of Lanes::sum().
inline double sum_lanes(Accumulator const& v) {
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

}  // namespace athanor::detail
