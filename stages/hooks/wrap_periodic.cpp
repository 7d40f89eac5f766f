// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/wrap_periodic.hpp"

#include <cmath>
#include <cstddef>

#include "kernels/cell_frame.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

/// Moves one atom by whole vectors; true when it has moved.
bool wrap_once(double* r, CellFrame const& frame) {
    auto const s = frame.fractional(r);
    bool moved = false;
    for (std::size_t k = 0; k < 3; ++k) {
        double const cells = std::floor(s[k]);
        if (!frame.periodic[k] || cells == 0.0 || !std::isfinite(cells)) continue;
        for (std::size_t x = 0; x < 3; ++x) r[x] -= cells * frame.vectors[3 * k + x];
        moved = true;
    }
    return moved;
}

}  // namespace

WrapPeriodic::WrapPeriodic(WrapPeriodicOptions const& options) : options_(options) {
    require_option(options.frequency >= 1, "frequency", options.frequency, "1 or more");
}

void WrapPeriodic::fire(HookContext& context) {
    BatchView const view = context.batch.view();
    for (SystemIndex system : context.systems) {
        std::ptrdiff_t const s = system.value();
        std::uint8_t const* const pbc = view.pbc + 3 * s;
        if (pbc[0] == 0 && pbc[1] == 0 && pbc[2] == 0) continue;
        CellFrame const frame = CellFrame::of(view.cell + 9 * s, pbc);
        if (!frame.usable) continue;
        std::ptrdiff_t const first = view.atom_begin[s];
        for (std::ptrdiff_t atom = first; atom < first + view.atom_count[s]; ++atom)
            // An atom a hair below a face lands on the opposite one by rounding; the second time
            // takes it to 0.
            if (wrap_once(view.positions + 3 * atom, frame))
                wrap_once(view.positions + 3 * atom, frame);
    }
}

}  // namespace athanor
