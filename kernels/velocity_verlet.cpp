// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/velocity_verlet.hpp"

#include "kernels/for_each_atom.hpp"
#include "kernels/velocity_verlet_functor.hpp"

namespace athanor {

void kick_and_drift(BatchView const& batch, std::span<SystemIndex const> systems, double dt) {
    HalfKick const kick{batch, 0.5 * dt};
    Drift const drift{batch, dt};
    for_each_atom(batch, systems, [&](int atom) {
        kick(atom);
        drift(atom);
    });
}

void half_kick(BatchView const& batch, std::span<SystemIndex const> systems, double dt) {
    for_each_atom(batch, systems, HalfKick{batch, 0.5 * dt});
}

}  // namespace athanor
