// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "runtime/batch_view.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// A soft wall for host and device. Equations: stages/hooks/wall_bias.hpp; what the members are:
/// kernels/bias_step.hpp.
struct WallBiasFunctor {
    static constexpr int sums = 1, numbers = 0;
    double spring_constant;
    double position;
    double outward;  ///< 1 where atoms may be below the wall, -1 where above
    int axis;

    [[nodiscard]] ATHANOR_HD static int memory_size() { return 0; }
    [[nodiscard]] ATHANOR_HD static int element_count(int atom_count) { return atom_count; }
    /// How far an atom is beyond the wall, 0 on its side.
    [[nodiscard]] ATHANOR_HD double depth(BatchView const& batch, std::ptrdiff_t row) const {
        double const beyond = outward * (batch.positions[3 * row + axis] - position);
        return beyond > 0.0 ? beyond : 0.0;
    }
    [[nodiscard]] ATHANOR_HD double term(BatchView const& batch, int system, std::size_t,
                                         std::size_t atom) const {
        double const by =
            depth(batch, batch.atom_begin[system] + static_cast<std::ptrdiff_t>(atom));
        return 0.5 * spring_constant * by * by;
    }
    ATHANOR_HD static double energy(BatchView const&, int, double const* totals, double const*,
                                    double*) {
        return totals[0];
    }
    ATHANOR_HD void add_force(BatchView const& batch, int, std::ptrdiff_t row, double const*,
                              double* force) const {
        double const by = depth(batch, row);
        for (int x = 0; x < 3; ++x)  // a known number for each value, so that all stay in registers
            if (x == axis && by > 0.0) force[x] -= outward * spring_constant * by;
    }
};

}  // namespace athanor
