// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/list_reference.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "kernels/share_out.hpp"

namespace athanor {
namespace {

/// Distances are rounded; a list is given up this much before it could fail.
constexpr double rounding_reserve = 1e-12;

using Map = std::array<double, 9>;

/// F = h₀⁻¹ h, which takes a row vector from the one cell to the other.
Map map_between(CellFrame const& from, CellFrame const& to) {
    Map map{};
    for (std::size_t a = 0; a < 3; ++a)
        for (std::size_t b = 0; b < 3; ++b)
            for (std::size_t k = 0; k < 3; ++k)
                map[3 * a + b] += from.inverse[3 * a + k] * to.vectors[3 * k + b];
    return map;
}

/// |F - 1| as Frobenius norm: no vector gets shorter by a larger share.
double strain_of(Map const& map) {
    double squares = 0.0;
    for (std::size_t k = 0; k < 9; ++k) {
        double const f = map[k] - (k % 4 == 0 ? 1.0 : 0.0);
        squares += f * f;
    }
    return std::sqrt(squares);
}

/// True when no atom has moved further than `limit`, beyond what `map` (rows; null: the identity)
/// has done to all of them.
bool stayed_within(std::vector<double> const& from, double const* to, double limit,
                   double const* map) {
    double const limit_squared = limit * limit;
    auto const some_strayed = [&](int first, int last) {
        int strayed = 0;
        for (auto i = 3 * static_cast<std::size_t>(first); i < 3 * static_cast<std::size_t>(last);
             i += 3) {
            double x = from[i], y = from[i + 1], z = from[i + 2];
            if (map != nullptr) {
                double const mx = x * map[0] + y * map[3] + z * map[6];
                double const my = x * map[1] + y * map[4] + z * map[7];
                z = x * map[2] + y * map[5] + z * map[8];
                x = mx;
                y = my;
            }
            double const dx = to[i] - x, dy = to[i + 1] - y, dz = to[i + 2] - z;
            strayed |= static_cast<int>(!(dx * dx + dy * dy + dz * dz <= limit_squared));
        }
        return static_cast<double>(strayed);
    };
    return largest_part(static_cast<int>(from.size() / 3), 2.0, some_strayed) == 0.0;
}

}  // namespace

bool still_holds(ListReference const& reference, double const* positions, double const* cell,
                 CellFrame const& frame, ListRadii radii) {
    double const reserve = radii.needed * (1.0 + rounding_reserve);
    if (std::equal(reference.cell.begin(), reference.cell.end(), cell)) {
        double const left = radii.known - reserve;
        return left >= 0.0 && stayed_within(reference.positions, positions, 0.5 * left, nullptr);
    }
    Map const map = map_between(reference.frame, frame);
    double const left = radii.known * (1.0 - strain_of(map)) - reserve;
    return left >= 0.0 && stayed_within(reference.positions, positions, 0.5 * left, map.data());
}

}  // namespace athanor
