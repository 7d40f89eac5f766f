// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/demo_step.hpp"

#include "kernels/demo_functor.hpp"
#include "kernels/for_each_atom.hpp"

namespace athanor {

void demo_move(BatchView const& batch, std::span<SystemIndex const> systems, double dt,
               double* acceleration) {
    for_each_atom(batch, systems, DemoMove{batch, acceleration, dt});
}

void demo_kick(BatchView const& batch, std::span<SystemIndex const> systems, double dt,
               double const* acceleration) {
    for_each_atom(batch, systems, DemoKick{batch, acceleration, dt});
}

}  // namespace athanor
