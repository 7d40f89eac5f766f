// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/degrees_of_freedom.hpp"

#include <algorithm>

namespace athanor {

std::int64_t count_degrees_of_freedom(BatchView const& batch, SystemIndex system,
                                      DegreesOfFreedom way, MotionLimits const& limits) {
    int const s = system.value();
    double const* const mass = batch.atomic_masses + batch.atom_begin[s];
    std::int64_t const massive =
        std::count_if(mass, mass + batch.atom_count[s], [](double m) { return m > 0.0; });
    if (way == DegreesOfFreedom::three_n) return 3 * massive;
    if (limits.constrained > 0) return std::max<std::int64_t>(0, 3 * massive - limits.constrained);
    bool const fewer = limits.momentum_is_zero && massive > 0 && batch.atom_count[s] >= 2;
    return 3 * massive - (fewer ? 3 : 0);
}

}  // namespace athanor
