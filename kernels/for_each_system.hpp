// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/parallel_for.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// What a loop must take on one thread to be worth a fork and a join of all of them, which take
/// some microseconds [ns].
inline constexpr double worth_a_fork = 20000.0;

/// True when a loop over the atoms of these systems is. `nanoseconds`: of an atom, to a factor of
/// two or so; nothing but speed depends on it.
[[nodiscard]] inline bool is_worth_a_fork(BatchView const& batch,
                                          std::span<SystemIndex const> systems,
                                          double nanoseconds) {
    double left = worth_a_fork / nanoseconds;
    for (SystemIndex system : systems) {
        left -= batch.atom_count[system.value()];
        if (left <= 0.0) return true;
    }
    return false;
}

/// Runs body(k) for every systems[k], each once, in no order, on several threads where that pays.
/// `nanoseconds`: what an atom takes (is_worth_a_fork()).
template <class Body>
void for_each_system(BatchView const& batch, std::span<SystemIndex const> systems,
                     double nanoseconds, Body const& body) {
    int const count = static_cast<int>(systems.size());
    if (is_worth_a_fork(batch, systems, nanoseconds))
        parallel_for_systems(count, body);
    else
        for (int k = 0; k < count; ++k) body(k);
}

}  // namespace athanor
