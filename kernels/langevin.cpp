// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/langevin.hpp"

#include "kernels/for_each_system.hpp"
#include "kernels/langevin_functor.hpp"
#include "kernels/share_out.hpp"

namespace athanor {

void langevin_kick_and_drift(BatchView const& batch, std::span<SystemIndex const> systems,
                             LangevinStep const& step) {
    double const nanoseconds = 60.0;
    for_each_system(batch, systems, nanoseconds, [&](int k) {
        int const s = systems[k].value();
        share_out_each(batch.atom_count[s], nanoseconds, LangevinMove(batch, s, step));
    });
}

}  // namespace athanor
