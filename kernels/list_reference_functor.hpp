// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "kernels/cell_frame.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// A list held every pair within `known` when it was made, and must still hold all within `needed`.
struct ListRadii {
    double known = 0.0;   ///< [Å]
    double needed = 0.0;  ///< [Å]
};

/// How far atoms may have gone before a list fails them; list_reference.hpp has the reasons.
struct MotionLimit {
    bool holds = false;   ///< false: the cell alone has used up the reserve
    bool mapped = false;  ///< the cell has changed: `map` is what that does to a place (rows)
    std::array<double, 9> map{};
    double squared = 0.0;  ///< of an atom's own motion beyond that [Å²]

    [[nodiscard]] ATHANOR_HD double const* map_or_null() const {
        return mapped ? map.data() : nullptr;
    }
};

namespace detail {

/// Distances are rounded; a list is given up this much before it could fail.
inline constexpr double rounding_reserve = 1e-12;

using PlaceMap = std::array<double, 9>;

/// F = h₀⁻¹ h, which takes a row vector from the one cell to the other.
ATHANOR_HD inline PlaceMap map_between(CellFrame const& from, CellFrame const& to) {
    PlaceMap map{};
    for (std::size_t a = 0; a < 3; ++a)
        for (std::size_t b = 0; b < 3; ++b)
            for (std::size_t k = 0; k < 3; ++k)
                map[3 * a + b] += from.inverse[3 * a + k] * to.vectors[3 * k + b];
    return map;
}

/// |F - 1| as Frobenius norm: no vector gets shorter by a larger share.
ATHANOR_HD inline double strain_of(PlaceMap const& map) {
    double squares = 0.0;
    for (std::size_t k = 0; k < 9; ++k) {
        double const f = map[k] - (k % 4 == 0 ? 1.0 : 0.0);
        squares += f * f;
    }
    return std::sqrt(squares);
}

ATHANOR_HD inline bool same_cell(double const* a, double const* b) {
    for (int k = 0; k < 9; ++k)
        if (!(a[k] == b[k])) return false;
    return true;
}

}  // namespace detail

/// Expects: both frames are usable, and of these cells.
[[nodiscard]] ATHANOR_HD inline MotionLimit motion_limit(double const* cell_then,
                                                         CellFrame const& frame_then,
                                                         double const* cell, CellFrame const& frame,
                                                         ListRadii radii) {
    MotionLimit limit;
    double const reserve = radii.needed * (1.0 + detail::rounding_reserve);
    double left = radii.known - reserve;
    if (!detail::same_cell(cell_then, cell)) {
        limit.mapped = true;
        limit.map = detail::map_between(frame_then, frame);
        left = radii.known * (1.0 - detail::strain_of(limit.map)) - reserve;
    }
    limit.holds = left >= 0.0;
    limit.squared = (0.5 * left) * (0.5 * left);
    return limit;
}

/// True when an atom has gone further than `limit_squared` allows, beyond what `map` (rows; null:
/// the identity) has done to all, or stands nowhere.
[[nodiscard]] ATHANOR_HD ATHANOR_INLINE bool has_strayed(double const* from, double const* to,
                                                         double limit_squared, double const* map) {
    double x = from[0], y = from[1], z = from[2];
    if (map != nullptr) {
        double const mx = x * map[0] + y * map[3] + z * map[6];
        double const my = x * map[1] + y * map[4] + z * map[7];
        z = x * map[2] + y * map[5] + z * map[8];
        x = mx;
        y = my;
    }
    double const dx = to[0] - x, dy = to[1] - y, dz = to[2] - z;
    return !(dx * dx + dy * dy + dz * dz <= limit_squared);
}

}  // namespace athanor
