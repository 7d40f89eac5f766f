// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "kernels/parallel_for.hpp"
#include "kernels/share_out.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Systems beyond this many atoms are looped over one after the other, each shared out over its
/// atoms, and the rest over systems.
struct SystemsSplit {
    bool pays = false;        ///< to fork at all
    double most_alone = 0.0;  ///< atoms
};

/// A system is shared out over its atoms when it is worth forks of its own and would keep one
/// thread busy for longer than half the share of a thread, so that the others would wait for it.
/// `nanoseconds`: of an atom, to a factor of two or so; nothing but speed depends on it.
[[nodiscard]] inline SystemsSplit split_systems(BatchView const& batch,
                                                std::span<SystemIndex const> systems,
                                                double nanoseconds) {
    std::int64_t atoms = 0;
    for (SystemIndex system : systems) atoms += batch.atom_count[system.value()];
    auto const all = static_cast<double>(atoms);
    double const least = worth_a_fork / nanoseconds;
    if (all < least) return {};  // before OpenMP is asked for anything
    int const threads = thread_count();
    if (threads == 1) return {};
    return {true, std::max(least, all / (2.0 * threads))};
}

/// Runs body(k) for every systems[k], each once, in no order: on several threads where that pays,
/// and large systems outside of any fork, so that the loops over atoms in `body` (share_out.hpp,
/// sample_reduce.hpp) can fork.
/// `nanoseconds`: what an atom takes (split_systems()).
template <class Body>
void for_each_system(BatchView const& batch, std::span<SystemIndex const> systems,
                     double nanoseconds, Body const& body) {
    int const count = static_cast<int>(systems.size());
    SystemsSplit const split = split_systems(batch, systems, nanoseconds);
    if (!split.pays) {
        for (int k = 0; k < count; ++k) body(k);
        return;
    }
    auto const is_large = [&](int k) {
        return batch.atom_count[systems[k].value()] >= split.most_alone;
    };
    int large = 0;
    for (int k = 0; k < count; ++k) {
        if (!is_large(k)) continue;
        ++large;
        body(k);
    }
    if (large == count) return;
    parallel_for_systems(count, [&](int k) {
        if (large == 0 || !is_large(k)) body(k);
    });
}

}  // namespace athanor
