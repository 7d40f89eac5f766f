// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The edges of a sample by trying every pair with far more images than can matter.
#pragma once

#include <cmath>
#include <cstdint>
#include <tuple>
#include <vector>

#include "runtime/sample.hpp"

namespace athanor::test {

/// (i, j, S): |r_i - r_j - S·h| < cutoff.
using Edge = std::tuple<std::int64_t, std::int64_t, int, int, int>;

/// Images along vector k that can matter: the atoms' spread and the cutoff, in heights of the cell.
inline int image_reach(Sample const& sample, std::size_t k, double cutoff) {
    if (sample.values<std::uint8_t>(Fields::pbc)[k] == 0) return 0;
    auto const r = sample.values<double>(Fields::positions);
    auto const h = sample.values<double>(Fields::cell);
    auto const row = [&h](std::size_t n, std::size_t x) { return h[3 * (n % 3) + x % 3]; };
    double normal[3], length = 0.0, height = 0.0, low = HUGE_VAL, high = -HUGE_VAL;
    for (std::size_t x = 0; x < 3; ++x) {
        normal[x] = row(k + 1, x + 1) * row(k + 2, x + 2) - row(k + 1, x + 2) * row(k + 2, x + 1);
        length += normal[x] * normal[x];
        height += normal[x] * row(k, x);
    }
    if (length == 0.0) return 1;  // a lone periodic direction with no other vectors
    height = std::fabs(height) / std::sqrt(length);
    for (std::size_t i = 0; i < r.size(); i += 3) {
        double const along = (r[i] * normal[0] + r[i + 1] * normal[1] + r[i + 2] * normal[2]) /
                             std::sqrt(length) / height;
        low = std::fmin(low, along);
        high = std::fmax(high, along);
    }
    return static_cast<int>(std::ceil(cutoff / height + (high - low))) + 1;
}

inline std::vector<Edge> brute_force_edges(Sample const& sample, double cutoff) {
    auto const r = sample.values<double>(Fields::positions);
    auto const h = sample.values<double>(Fields::cell);
    int const na = image_reach(sample, 0, cutoff), nb = image_reach(sample, 1, cutoff),
              nc = image_reach(sample, 2, cutoff);
    std::vector<Edge> edges;
    for (int i = 0; i < sample.atom_count(); ++i)
        for (int j = 0; j < sample.atom_count(); ++j)
            for (int a = -na; a <= na; ++a)
                for (int b = -nb; b <= nb; ++b)
                    for (int c = -nc; c <= nc; ++c) {
                        if (i == j && a == 0 && b == 0 && c == 0) continue;
                        double square = 0.0;
                        for (std::size_t x = 0; x < 3; ++x) {
                            double const d = r[3 * static_cast<std::size_t>(i) + x] -
                                             r[3 * static_cast<std::size_t>(j) + x] -
                                             (a * h[x] + b * h[3 + x] + c * h[6 + x]);
                            square += d * d;
                        }
                        if (square < cutoff * cutoff) edges.emplace_back(i, j, a, b, c);
                    }
    return edges;
}

/// What the edge fields of a sample say, in their order.
inline std::vector<Edge> edges_of(Sample const& sample) {
    auto const pairs = sample.values<std::int64_t>(*sample.schema().find("neighbor_list"));
    auto const shifts = sample.values<std::int32_t>(*sample.schema().find("neighbor_list_shifts"));
    std::vector<Edge> edges;
    for (std::size_t e = 0; e < pairs.size() / 2; ++e)
        edges.emplace_back(pairs[2 * e], pairs[2 * e + 1], shifts[3 * e], shifts[3 * e + 1],
                           shifts[3 * e + 2]);
    return edges;
}

}  // namespace athanor::test
