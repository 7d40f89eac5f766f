// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Lennard-Jones argon for tests and benchmarks.
#pragma once

#include "kernels/lennard_jones.hpp"

namespace athanor::test {

/// Switched off over the last 1 Å before the cutoff [Å]. A short one is as good for whatever
/// does not depend on the substance.
inline LennardJones switched_argon(double cutoff) {
    LennardJonesOptions options;
    options.cutoff = cutoff;
    options.switch_width = 1.0;
    options.species[18] = {0.0104, 3.40};
    return LennardJones(options);
}

/// That of the reference trajectories.
inline LennardJones reference_argon(Precision precision = Precision::float64) {
    LennardJonesOptions options = switched_argon(8.5).options();
    options.precision = precision;
    return LennardJones(options);
}

}  // namespace athanor::test
