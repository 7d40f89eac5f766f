// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace athanor {

/// Several ways of sharing the same work among threads: which one is fastest now, by measurement.
/// Each is looked at once; then the cheapest is taken, and one of the others in turn looked at
/// again after 64 calls, and after twice as many as long as the cheapest stays the same, up to 512.
/// A look takes six calls, of which the first two wake the threads and do not count. The results
/// of all ways must be the same bits, since nobody can tell beforehand which one is taken.
/// Threads: one.
template <int ways>
class LoopChoice {
public:
    /// 0 .. ways - 1: what to do this time. The answer stays until took().
    [[nodiscard]] int way() const { return calls_until_look_ > 0 ? cheapest_ : looked_at_; }

    /// way() took `seconds` for `work`, which has any unit that stays the same; 0 is no work.
    void took(double seconds, double work) {
        if (!(work > 0.0)) return;
        double const now = seconds / work;
        if (calls_until_look_ > 0) {
            double& cost = cost_[static_cast<std::size_t>(cheapest_)];
            cost += (now - cost) / look_calls;
            if (--calls_until_look_ == 0) look_call_ = 0;
            return;
        }
        if (look_call_ == warm_up_calls) look_seconds_ = 0.0;
        look_seconds_ += now;
        if (++look_call_ == warm_up_calls + look_calls) end_look();
    }

private:
    void end_look() {
        cost_[static_cast<std::size_t>(looked_at_)] = look_seconds_ / look_calls;
        look_call_ = 0;
        bool const first_round = known_ways_ < ways;
        if (first_round) ++known_ways_;
        if (known_ways_ < ways) {
            ++looked_at_;
            return;
        }
        int const was = cheapest_;
        cheapest_ = static_cast<int>(std::ranges::min_element(cost_) - cost_.begin());
        interval_ = first_round || cheapest_ != was ? first_interval
                                                    : std::min(2 * interval_, last_interval);
        calls_until_look_ = interval_;
        looked_at_ = (looked_at_ + 1) % ways;
        if (looked_at_ == cheapest_) looked_at_ = (looked_at_ + 1) % ways;
    }

    static constexpr int first_interval = 64, last_interval = 512;
    static constexpr int warm_up_calls = 2, look_calls = 4;

    std::array<double, ways> cost_{};  // seconds for a unit of work
    int known_ways_ = 0;
    int cheapest_ = 0;
    int interval_ = first_interval;
    int calls_until_look_ = 0;
    int looked_at_ = 0;
    int look_call_ = 0;
    double look_seconds_ = 0.0;
};

}  // namespace athanor
