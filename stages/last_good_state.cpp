// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/last_good_state.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include <fmt/format.h>

#include "kernels/for_each_system.hpp"
#include "kernels/sample_reduce.hpp"
#include "kernels/share_out.hpp"

namespace athanor {
namespace {

constexpr double nanoseconds_per_atom = 10.0;

void copy_rows(double const* from, double* to, int first, int last, int width) {
    std::copy(from + static_cast<std::ptrdiff_t>(width) * first,
              from + static_cast<std::ptrdiff_t>(width) * last,
              to + static_cast<std::ptrdiff_t>(width) * first);
}

/// All but the stress, which may be undefined.
bool is_finite(BatchView const& batch, int s) {
    std::ptrdiff_t const begin = 3 * static_cast<std::ptrdiff_t>(batch.atom_begin[s]);
    std::size_t const numbers = 3 * static_cast<std::size_t>(batch.atom_count[s]);
    return all_finite(batch.positions + begin, batch.forces + begin, batch.energy[s],
                      batch.atom_count[s]) &&
           all_finite({batch.velocities + begin, numbers}) && all_finite({batch.cell + 9 * s, 9});
}

}  // namespace

LastGoodState::LastGoodState(BatchCapacity const& room)
    : positions_(3 * static_cast<std::size_t>(room.atoms)),
      velocities_(positions_.size()),
      forces_(positions_.size()),
      cells_(9 * static_cast<std::size_t>(room.systems)),
      stresses_(cells_.size()),
      energies_(static_cast<std::size_t>(room.systems)) {}

void LastGoodState::keep(BatchView const& batch, std::span<SystemIndex const> systems) {
    for_each_system(batch, systems, nanoseconds_per_atom, [&](int k) {
        int const s = systems[k].value();
        copy_rows(batch.cell, cells_.data(), s, s + 1, 9);
        copy_rows(batch.stress, stresses_.data(), s, s + 1, 9);
        copy_rows(batch.energy, energies_.data(), s, s + 1, 1);
        int const begin = batch.atom_begin[s];
        share_out(batch.atom_count[s], nanoseconds_per_atom, [&](int first, int last) {
            copy_rows(batch.positions, positions_.data(), begin + first, begin + last, 3);
            copy_rows(batch.velocities, velocities_.data(), begin + first, begin + last, 3);
            copy_rows(batch.forces, forces_.data(), begin + first, begin + last, 3);
        });
    });
}

void LastGoodState::copy_back(BatchView const& batch, int s) const {
    copy_rows(cells_.data(), batch.cell, s, s + 1, 9);
    copy_rows(stresses_.data(), batch.stress, s, s + 1, 9);
    copy_rows(energies_.data(), batch.energy, s, s + 1, 1);
    int const begin = batch.atom_begin[s], end = begin + batch.atom_count[s];
    copy_rows(positions_.data(), batch.positions, begin, end, 3);
    copy_rows(velocities_.data(), batch.velocities, begin, end, 3);
    copy_rows(forces_.data(), batch.forces, begin, end, 3);
}

std::string LastGoodState::put_back(BatchView const& batch, SystemIndex system,
                                    bool stress_is_current) const {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    int const s = system.value();
    bool const goes_back = moment_ != Moment::end || !is_finite(batch, s);
    if (goes_back) copy_back(batch, s);
    bool const has_no_results = moment_ == Moment::admission && batch.total_steps[s] == 0;
    if (has_no_results) {
        batch.energy[s] = unknown;
        std::fill_n(batch.forces + 3 * static_cast<std::ptrdiff_t>(batch.atom_begin[s]),
                    3 * batch.atom_count[s], unknown);
    }
    if (has_no_results || !stress_is_current) std::fill_n(batch.stress + 9 * s, 9, unknown);
    if (!goes_back || moment_ != Moment::end) return {};
    return fmt::format("; what is stored of it is its state after step {}",
                       batch.stage_step[s] - 1);
}

}  // namespace athanor
