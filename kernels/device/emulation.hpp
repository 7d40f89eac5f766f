// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "runtime/device_queue.hpp"

namespace athanor {

/// In which order the threads of a block take turns between two places where they meet. A kernel
/// that is right gives the same bits in all; one whose threads race for scratch or for each other's
/// rows does not.
struct EmulationOrder {
    enum class Kind : std::uint8_t { ascending, descending, shuffled };
    Kind kind = Kind::ascending;
    std::uint64_t seed = 0;  ///< of `shuffled`; also the order of the blocks
};

/// Runs a launch on the calling thread: blocks one after the other, the threads of a block in turns
/// between the places where they meet (ballot, shuffle, sync). Scratch of a block is filled with
/// NaNs first.
/// Throws: CampaignError when threads of a group or block do not meet at the same place, or one
///         left while others wait for it: on a device that is undefined, or for ever.
void emulate(KernelLaunch const& launch, EmulationOrder const& order);

namespace detail {
/// Meets of the emulated thread that runs at present. `value` of the own lane goes in, those of all
/// eight come out.
enum class MeetKind : std::uint8_t { ballot, shuffle, sync };
struct GroupValues {
    std::uint64_t lane[8];
};
[[nodiscard]] GroupValues meet(MeetKind kind, std::uint64_t value);
struct EmulatedPlace {
    int thread, block, threads;
};
[[nodiscard]] EmulatedPlace emulated_place();
}  // namespace detail

/// A thread of an emulated kernel; kernel_entry.hpp says what the members mean.
struct EmulatedThread {
    static constexpr int group_size = 8;

    static int thread() { return detail::emulated_place().thread; }
    static int block() { return detail::emulated_place().block; }
    static int index() {
        detail::EmulatedPlace const place = detail::emulated_place();
        return place.block * place.threads + place.thread;
    }
    static int lane() { return thread() % group_size; }
    static int group() { return index() / group_size; }

    static unsigned ballot(bool value) {
        detail::GroupValues const values = detail::meet(detail::MeetKind::ballot, value ? 1 : 0);
        unsigned bits = 0;
        for (int k = 0; k < group_size; ++k) bits |= static_cast<unsigned>(values.lane[k]) << k;
        return bits;
    }
    template <class T>
    static T shuffle(T value, int lane) {
        static_assert(std::is_arithmetic_v<T> && sizeof(T) <= 8);
        std::uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof(T));
        bits = detail::meet(detail::MeetKind::shuffle, bits).lane[lane];
        std::memcpy(&value, &bits, sizeof(T));
        return value;
    }
    static void sync() { static_cast<void>(detail::meet(detail::MeetKind::sync, 0)); }
    static int add(int* to, int value) {
        int const before = *to;
        *to += value;
        return before;
    }
    static int exchange(int* to, int value) {
        int const before = *to;
        *to = value;
        return before;
    }
};

}  // namespace athanor
