// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace athanor {

/// Where hooks run inside a step, in the order of the step. The values are part of the interface.
enum class HookPoint : int {
    before_step = 0,
    before_pre_update = 1,
    after_pre_update = 2,
    before_compute = 3,
    after_compute = 4,
    before_post_update = 5,
    after_post_update = 6,
    after_step = 7,
    on_converge = 8,  ///< once per sample, for exactly the samples that converged
    /// once when a sample enters a stage, with its forces up to date, before the dynamics sets its
    /// state from them
    on_admission = 9
};

}  // namespace athanor
