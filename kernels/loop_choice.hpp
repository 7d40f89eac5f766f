// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace athanor {

/// Two ways of sharing the same work among threads: which one is faster now, by measurement. Both
/// are tried once; then the cheaper one is taken, and the other looked at again after 64 calls, and
/// after twice as many as long as it stays the dearer one, up to 4096. The results of both ways
/// must be the same bits, since nobody can tell beforehand which one is taken.
/// Threads: one.
class LoopChoice {
public:
    /// 0 or 1: what to do this time. The answer stays until took().
    [[nodiscard]] int way() const {
        if (cost_[0] < 0.0) return 0;
        if (cost_[1] < 0.0) return 1;
        return calls_left_ == 0 ? 1 - cheaper_ : cheaper_;
    }
    /// That way took `seconds` for `work`, which has any unit that stays the same; 0 is no work.
    void took(int way, double seconds, double work) {
        if (!(work > 0.0)) return;
        double const now = seconds / work;
        double& cost = cost_[static_cast<std::size_t>(way)];
        cost = cost < 0.0 ? now : cost + 0.25 * (now - cost);
        if (cost_[0] < 0.0 || cost_[1] < 0.0) return;
        int const was = cheaper_;
        cheaper_ = cost_[1] < cost_[0] ? 1 : 0;
        bool const looked = way != was;
        if (cheaper_ != was)
            interval_ = first_interval;
        else if (looked)
            interval_ = std::min(2 * interval_, last_interval);
        if (cheaper_ != was || looked)
            calls_left_ = interval_;
        else
            --calls_left_;
    }

private:
    static constexpr int first_interval = 64, last_interval = 4096;

    std::array<double, 2> cost_{-1.0, -1.0};  // seconds for a unit of work; below 0: not known
    int cheaper_ = 0;
    int interval_ = first_interval;
    int calls_left_ = first_interval;
};

}  // namespace athanor
