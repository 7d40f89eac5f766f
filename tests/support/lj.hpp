// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The Lennard-Jones argon of the reference trajectories: switched, cutoff 8.5 Å.
#pragma once

#include "kernels/lennard_jones.hpp"

namespace athanor::test {

inline LennardJones reference_argon() {
    LennardJonesOptions options;
    options.cutoff = 8.5;
    options.switch_width = 1.0;
    options.species[18] = {0.0104, 3.40};
    return LennardJones(options);
}

}  // namespace athanor::test
