// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>

#include "kernels/real.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// Eight doubles (or floats, as `Number` says), one in each thread of a group: what Lanes
/// (lanes.hpp) is to a processor's vectors, with the same bits.
/// Expects: all eight threads of the group make the same calls; sum() is where they meet.
template <class Thread, class Number = double>
struct GroupLanes {
    /// The same lanes of another kind of number.
    template <class Other>
    using Of = GroupLanes<Thread, Other>;

    /// What a comparison gave in this thread's lane.
    struct Mask {
        bool set;
    };

    Number value;

    ATHANOR_HD static GroupLanes load(Number const* from) { return {from[Thread::lane()]}; }
    ATHANOR_HD static GroupLanes all(double value) { return {static_cast<Number>(value)}; }
    /// Rounded to a float, or a float as a double.
    template <class Other>
    ATHANOR_HD static GroupLanes from(GroupLanes<Thread, Other> a) {
        return {static_cast<Number>(a.value)};
    }
    /// Lanes 0 .. count-1 set, the others not.
    ATHANOR_HD static Mask first(int count) { return {Thread::lane() < count}; }

    ATHANOR_HD friend GroupLanes operator+(GroupLanes a, GroupLanes b) {
        return {a.value + b.value};
    }
    ATHANOR_HD friend GroupLanes operator-(GroupLanes a, GroupLanes b) {
        return {a.value - b.value};
    }
    ATHANOR_HD friend GroupLanes operator*(GroupLanes a, GroupLanes b) {
        return {a.value * b.value};
    }
    ATHANOR_HD friend GroupLanes operator/(GroupLanes a, GroupLanes b) {
        return {a.value / b.value};
    }
    ATHANOR_HD friend Mask operator==(GroupLanes a, GroupLanes b) { return {a.value == b.value}; }
    ATHANOR_HD friend GroupLanes select(Mask mask, GroupLanes a, GroupLanes b) {
        return mask.set ? a : b;
    }
    ATHANOR_HD friend GroupLanes max_of(GroupLanes a, GroupLanes b) {
        return {max_of(a.value, b.value)};
    }
    ATHANOR_HD friend GroupLanes sqrt_of(GroupLanes a) { return {sqrt_of(a.value)}; }
    /// ((0+4)+(2+6)) + ((1+5)+(3+7)) in every thread of the group.
    ATHANOR_HD friend double sum(GroupLanes a) requires std::same_as<Number, double> {
        double v = a.value;
        for (int distance = lane_count / 2; distance > 0; distance /= 2)
            v += Thread::shuffle(v, Thread::lane() ^ distance);
        return v;
    }
};

/// Σ term(k) of first <= k < last, by the threads of a group; all of them have the answer. The bits
/// are those of the host's sums (sample_reduce.hpp).
template <class Thread, class Term>
[[nodiscard]] ATHANOR_HD double sum_block(Thread, std::size_t first, std::size_t last,
                                          Term const& term) {
    double lane = 0.0;
    for (std::size_t k = first + static_cast<std::size_t>(Thread::lane()); k < last;
         k += lane_count)
        lane += term(k);
    return sum(GroupLanes<Thread>{lane});
}

}  // namespace athanor
