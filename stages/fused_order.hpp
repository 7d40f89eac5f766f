// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace athanor {

/// Where in a step of fused stages the one evaluation of forces stands.
enum class FusedOrder {
    standard,   ///< between the updates of all sub-stages, as the integrators want it
    documented  ///< before them: a sub-stage's updates run together, on forces one step old
};

}  // namespace athanor
