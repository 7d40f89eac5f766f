// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/max_force_clamp.hpp"

#include <algorithm>
#include <cmath>

#include "stages/options_check.hpp"

namespace athanor {
namespace {

/// Shortens one force; true when it was too long. The largest component is divided out first, so
/// that a force of 1e200 has a length as well.
bool shorten(double* force, double longest) {
    double const x = force[0], y = force[1], z = force[2];
    if (x * x + y * y + z * z <= longest * longest) return false;
    double const largest = std::max({std::abs(x), std::abs(y), std::abs(z)});
    double const a = x / largest, b = y / largest, c = z / largest;
    double const length = std::sqrt(a * a + b * b + c * c);
    if (!(largest * length > longest)) return false;  // a NaN too
    double const factor = longest / length;
    force[0] = a * factor;
    force[1] = b * factor;
    force[2] = c * factor;
    return true;
}

}  // namespace

MaxForceClamp::MaxForceClamp(MaxForceClampOptions const& options)
    : max_force_(require_positive("max_force", options.max_force)) {}

void MaxForceClamp::fire(HookContext& context) {
    BatchView const view = context.batch.view();
    std::int64_t shortened = 0;
    for (SystemIndex system : context.systems) {
        int const first = view.atom_begin[system.value()];
        for (int atom = first; atom < first + view.atom_count[system.value()]; ++atom)
            shortened += static_cast<int>(shorten(view.forces + 3 * atom, max_force_));
    }
    if (shortened > 0) clamp_count_.fetch_add(shortened, std::memory_order_relaxed);
}

}  // namespace athanor
