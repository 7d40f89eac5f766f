// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "comm/slot.hpp"

namespace athanor::detail {

/// How much more the shared memory of this node holds [bytes]; 0 where there is none.
[[nodiscard]] std::uint64_t free_shared_bytes();

/// What the halves of an edge tell each other, each in a cache line that one of them writes. Who
/// writes releases, who reads acquires: the sender's `posted` covers what it put into the slot and
/// its message_bytes, `shown` the beginning of the message that is being packed (as
/// shared_slot_halves.cpp writes it), the receiver's `given_back` that it reads them no more.
struct SlotCounters {
    alignas(64) std::uint64_t posted = 0;
    std::uint64_t shown = 0;
    alignas(64) std::uint64_t given_back = 0;
};

/// The slots of one edge and its counters, in memory that both halves see.
/// Shapes:    message_bytes()[k] is how much is in slot k, header included.
/// Ownership: between processes the memory lives until both have let go, or are dead.
/// Throws:    MpiError when there is no room, or the other end has another room.
class SharedSlots {
public:
    /// Within this process; both halves hold the one object.
    explicit SharedSlots(SlotRoom const& room);
    /// Between two processes of a node: both ask for them by the same name, in any order; the
    /// second takes the name away, so that nothing is left behind when a process is killed later.
    SharedSlots(std::string const& name, SlotRoom const& room);
    ~SharedSlots();
    SharedSlots(SharedSlots const&) = delete;
    SharedSlots& operator=(SharedSlots const&) = delete;

    [[nodiscard]] int count() const { return static_cast<int>(slots_.size()); }
    [[nodiscard]] Slot& operator[](int k) { return slots_[static_cast<std::size_t>(k)]; }
    [[nodiscard]] SlotCounters& counters() { return *counters_; }
    [[nodiscard]] std::span<std::uint64_t> message_bytes() { return message_bytes_; }

private:
    class Segment;
    SharedSlots(std::unique_ptr<Segment> segment, SlotRoom const& room);

    std::unique_ptr<Segment> segment_;
    SlotCounters* counters_ = nullptr;
    std::span<std::uint64_t> message_bytes_;
    std::vector<Slot> slots_;  // before the segment in destruction, for they lie in it
};

}  // namespace athanor::detail
