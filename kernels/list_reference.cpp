// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/list_reference.hpp"

#include <cstddef>

#include "kernels/share_out.hpp"

namespace athanor {
namespace {

bool stayed_within(std::vector<double> const& from, double const* to, double limit_squared,
                   double const* map) {
    auto const some_strayed = [&](int first, int last) {
        int strayed = 0;
        for (auto i = 3 * static_cast<std::size_t>(first); i < 3 * static_cast<std::size_t>(last);
             i += 3)
            strayed |= static_cast<int>(has_strayed(&from[i], to + i, limit_squared, map));
        return static_cast<double>(strayed);
    };
    return largest_part(static_cast<int>(from.size() / 3), 2.0, some_strayed) == 0.0;
}

}  // namespace

bool still_holds(ListReference const& reference, double const* positions, double const* cell,
                 CellFrame const& frame, ListRadii radii) {
    MotionLimit const limit =
        motion_limit(reference.cell.data(), reference.frame, cell, frame, radii);
    return limit.holds &&
           stayed_within(reference.positions, positions, limit.squared, limit.map_or_null());
}

}  // namespace athanor
