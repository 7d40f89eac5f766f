// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "kernels/fire2_functor.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Per-system columns of FIRE2's state, one value per row of the batch.
struct Fire2State {
    double* dt;
    double* mixing;
    std::int64_t* downhill;
};

/// One whole FIRE2 step of the listed systems (stages/fire2.hpp): kick, sums, one decision per
/// system, mixing, move.
void fire2_step(BatchView const& batch, std::span<SystemIndex const> systems,
                Fire2Settings const& settings, Fire2State const& state);

}  // namespace athanor
