// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>

#include "kernels/nearest_image_functor.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// A spring between two atoms for host and device. Equations: stages/hooks/distance_bias.hpp; what
/// the members are: kernels/bias_step.hpp. Numbers: the force on the first atom.
struct DistanceBiasFunctor {
    static constexpr int sums = 0, numbers = 3;
    double spring_constant;
    int atoms[2];
    bool has_distance;
    double distance;  ///< d0, where it is given; else the memory has it

    [[nodiscard]] ATHANOR_HD int memory_size() const { return has_distance ? 0 : 1; }
    [[nodiscard]] ATHANOR_HD static int element_count(int) { return 0; }
    [[nodiscard]] ATHANOR_HD static double term(BatchView const&, int, std::size_t, std::size_t) {
        return 0.0;
    }
    /// From the first atom to the nearest image of the second.
    [[nodiscard]] ATHANOR_HD detail::FrameVector way(BatchView const& batch, int system) const {
        double const* const first =
            batch.positions + 3 * static_cast<std::ptrdiff_t>(batch.atom_begin[system]);
        double const* const i = first + 3 * static_cast<std::ptrdiff_t>(atoms[0]);
        double const* const j = first + 3 * static_cast<std::ptrdiff_t>(atoms[1]);
        double const r[3] = {j[0] - i[0], j[1] - i[1], j[2] - i[2]};
        return detail::nearest_image_of(r, batch.cell + 9 * static_cast<std::ptrdiff_t>(system),
                                        batch.pbc + 3 * static_cast<std::ptrdiff_t>(system));
    }
    [[nodiscard]] ATHANOR_HD static double length(detail::FrameVector const& r) {
        return std::sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]);
    }
    ATHANOR_HD double energy(BatchView const& batch, int system, double const*,
                             double const* memory, double* numbers_of) const {
        detail::FrameVector const r = way(batch, system);
        double const d = length(r);
        double const stretch = d - (has_distance ? distance : memory[0]);
        for (std::size_t x = 0; x < 3; ++x)
            numbers_of[x] = d != 0.0 ? spring_constant * stretch * (r[x] / d) : 0.0;
        return 0.5 * spring_constant * stretch * stretch;
    }
    ATHANOR_HD void add_force(BatchView const& batch, int system, std::ptrdiff_t row,
                              double const* numbers_of, double* force) const {
        std::ptrdiff_t const atom = row - batch.atom_begin[system];
        for (int x = 0; x < 3; ++x) {
            if (atom == atoms[0]) force[x] += numbers_of[x];
            if (atom == atoms[1]) force[x] -= numbers_of[x];
        }
    }
};

}  // namespace athanor
