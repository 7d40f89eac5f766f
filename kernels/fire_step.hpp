// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "kernels/fire_functor.hpp"
#include "runtime/batch_view.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Per-system columns of FIRE's state, one value per row of the batch.
struct FireState {
    double* dt;
    double* mixing;
    std::int64_t* downhill;
};

/// One whole FIRE step of the listed systems (stages/fire.hpp): sums, one decision per system,
/// move.
void fire_step(BatchView const& batch, std::span<SystemIndex const> systems,
               FireSettings const& settings, FireState const& state);

}  // namespace athanor
