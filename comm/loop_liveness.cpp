// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/loop_liveness.hpp"

#include <utility>

namespace athanor {

LoopLiveness::LoopLiveness(Seconds timeout, SteadyTime now)
    : timeout_(timeout), sleep_(timeout / 2, now), moved_(now), looked_(now) {}

void LoopLiveness::restart(SteadyTime now) {
    static_cast<void>(sleep_.slept(now));
    moved_ = looked_ = now;
}

std::optional<double> LoopLiveness::stuck(std::uint64_t progress, Seconds cpu, SteadyTime now) {
    bool const computes =
        cpu - std::exchange(cpu_, cpu) >= computing_share * (now - std::exchange(looked_, now));
    bool const progressed = std::exchange(progress_, progress) != progress;
    if (sleep_.slept(now) || progressed || computes) moved_ = now;
    double const seconds = Seconds(now - moved_).count();
    return seconds > timeout_.count() ? std::optional(seconds) : std::nullopt;
}

}  // namespace athanor
