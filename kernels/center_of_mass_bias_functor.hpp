// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "kernels/sorted_indices.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// A spring on the centre of mass for host and device. Equations:
/// stages/hooks/center_of_mass_bias.hpp; what the members are: kernels/bias_step.hpp.
/// Sums: m x, m y, m z and m. Numbers: the force on all atoms together, and their mass.
struct CenterOfMassBiasFunctor {
    static constexpr int sums = 4, numbers = 4;
    double spring_constant;
    bool has_center;
    double center[3];     ///< R0, where it is given; else the memory has it
    SortedIndices atoms;  ///< none: all

    [[nodiscard]] ATHANOR_HD int memory_size() const { return has_center ? 0 : 3; }
    [[nodiscard]] ATHANOR_HD int element_count(int atom_count) const {
        return atoms.count > 0 ? atoms.count : atom_count;
    }
    [[nodiscard]] ATHANOR_HD double term(BatchView const& batch, int system, std::size_t sum,
                                         std::size_t element) const {
        int const atom = atoms.count > 0 ? atoms.indices[element] : static_cast<int>(element);
        std::ptrdiff_t const row = batch.atom_begin[system] + static_cast<std::ptrdiff_t>(atom);
        double const mass = batch.atomic_masses[row];
        return sum == 3 ? mass : mass * batch.positions[3 * row + static_cast<std::ptrdiff_t>(sum)];
    }
    /// R along one axis.
    [[nodiscard]] ATHANOR_HD static double place(double const* totals, int axis) {
        return totals[axis] / totals[3];
    }
    ATHANOR_HD double energy(BatchView const&, int, double const* totals, double const* memory,
                             double* numbers_of) const {
        double square = 0.0;
        for (int x = 0; x < 3; ++x) {
            double const way = place(totals, x) - (has_center ? center[x] : memory[x]);
            square += way * way;
            numbers_of[x] = -spring_constant * way;
        }
        numbers_of[3] = totals[3];
        return 0.5 * spring_constant * square;
    }
    ATHANOR_HD void add_force(BatchView const& batch, int system, std::ptrdiff_t row,
                              double const* numbers_of, double* force) const {
        if (atoms.count > 0 && !atoms.has(static_cast<int>(row) - batch.atom_begin[system])) return;
        double const share = batch.atomic_masses[row] / numbers_of[3];
        for (int x = 0; x < 3; ++x) force[x] += share * numbers_of[x];
    }
};

}  // namespace athanor
