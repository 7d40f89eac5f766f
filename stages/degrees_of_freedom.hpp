// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "runtime/batch_view.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// What a temperature is worked out with: 2 E_kin / (f k_B).
enum class DegreesOfFreedom {
    automatic,  ///< 3N without what constraints and a total momentum of zero take off
    three_n     ///< three per atom with a mass, whatever is held
};

/// What is known about the motion of a sample in its stage.
struct MotionLimits {
    int constrained = 0;            ///< degrees that constraints take
    bool momentum_is_zero = false;  ///< taken out by the campaign, and nothing puts it back
};

/// f of one system, 0 or above. An atom without a mass counts nothing. A total momentum of zero
/// takes off 3, but not of a lone atom (a draw of velocities leaves it its own) and not where atoms
/// are held: those that move push against them.
[[nodiscard]] std::int64_t count_degrees_of_freedom(BatchView const& batch, SystemIndex system,
                                                    DegreesOfFreedom way,
                                                    MotionLimits const& limits);

}  // namespace athanor
