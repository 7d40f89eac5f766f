// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/parallel_for.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Runs body(row) for every atom of the listed systems, each once, in no order: over systems when
/// there are several, over the atoms of a lone one.
template <class Body>
void for_each_atom(BatchView const& batch, std::span<SystemIndex const> systems, Body const& body) {
    if (systems.size() == 1) {
        int const first = batch.atom_begin[systems[0].value()];
        parallel_for(batch.atom_count[systems[0].value()], [&](int k) { body(first + k); });
        return;
    }
    parallel_for_systems(static_cast<int>(systems.size()), [&](int k) {
        int const first = batch.atom_begin[systems[k].value()];
        int const end = first + batch.atom_count[systems[k].value()];
        for (int atom = first; atom < end; ++atom) body(atom);
    });
}

}  // namespace athanor
