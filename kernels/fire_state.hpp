// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace athanor {

/// Per-system columns of what FIRE keeps, in either form: one value per row of the batch.
struct FireState {
    double* dt;
    double* mixing;
    std::int64_t* downhill;
};

}  // namespace athanor
