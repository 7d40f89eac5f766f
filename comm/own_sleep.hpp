// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <utility>

namespace athanor {

using Seconds = std::chrono::duration<double>;
using SteadyTime = std::chrono::steady_clock::time_point;

/// Notices that this process itself did not run for a while (stopped, or its machine asleep): it
/// may then blame nobody, for whatever happened meanwhile waits unread.
class OwnSleep {
public:
    OwnSleep(Seconds longest_gap, SteadyTime now) : longest_gap_(longest_gap), last_(now) {}
    /// To be asked often. True when the last time was longer ago than `longest_gap`.
    [[nodiscard]] bool slept(SteadyTime now) {
        return now - std::exchange(last_, now) > longest_gap_;
    }

private:
    Seconds longest_gap_;
    SteadyTime last_;
};

}  // namespace athanor
