// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/for_each_system.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Runs body(row) for every atom of the listed systems, each once, in no order: over systems when
/// there are several, over the atoms of a lone one, on one thread when there are few. For bodies of
/// some nanoseconds, such as a kick.
template <class Body>
void for_each_atom(BatchView const& batch, std::span<SystemIndex const> systems, Body const& body) {
    double const nanoseconds = 4.0;
    if (systems.size() == 1 && is_worth_a_fork(batch, systems, nanoseconds)) {
        int const first = batch.atom_begin[systems[0].value()];
        parallel_for(batch.atom_count[systems[0].value()], [&](int k) { body(first + k); });
        return;
    }
    for_each_system(batch, systems, nanoseconds, [&](int k) {
        int const first = batch.atom_begin[systems[k].value()];
        int const end = first + batch.atom_count[systems[k].value()];
        for (int atom = first; atom < end; ++atom) body(atom);
    });
}

}  // namespace athanor
