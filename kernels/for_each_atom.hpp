// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/for_each_system.hpp"
#include "kernels/share_out.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Runs body(row) for every atom of the listed systems, each once, in no order: over systems, over
/// the atoms of large ones, on one thread when there are few. For bodies of some nanoseconds, such
/// as a kick.
template <class Body>
void for_each_atom(BatchView const& batch, std::span<SystemIndex const> systems, Body const& body) {
    double const nanoseconds = 4.0;
    for_each_system(batch, systems, nanoseconds, [&](int k) {
        int const first = batch.atom_begin[systems[k].value()];
        share_out_each(batch.atom_count[systems[k].value()], nanoseconds,
                       [&](int atom) { body(first + atom); });
    });
}

}  // namespace athanor
