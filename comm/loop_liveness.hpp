// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "comm/own_sleep.hpp"

namespace athanor {

/// Whether a loop moves: its figure of progress grows, or this process computes. A loop that waits
/// inside a call for longer than the timeout, with the processor idle, is stuck; one long step is
/// not. (A loop that computes without end cannot be told from a long step.)
class LoopLiveness {
public:
    /// Share of one core from which a process counts as computing. Waiting threads of ours take a
    /// fifth of that; a thread that computes gets so much on any machine that still does anything.
    static constexpr double computing_share = 0.02;

    LoopLiveness(Seconds timeout, SteadyTime now);
    /// `cpu` is the processor time that the process has used so far. Gives the seconds since the
    /// loop last moved when they are more than the timeout. Nothing to watch: call restart().
    [[nodiscard]] std::optional<double> stuck(std::uint64_t progress, Seconds cpu, SteadyTime now);
    void restart(SteadyTime now);

private:
    Seconds timeout_;
    OwnSleep sleep_;
    SteadyTime moved_, looked_;
    std::uint64_t progress_ = 0;
    Seconds cpu_{0.0};
};

}  // namespace athanor
