// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "comm/slot.hpp"

namespace athanor::detail {

/// How much more the shared memory of this node holds [bytes]; 0 where there is none.
[[nodiscard]] std::uint64_t free_shared_bytes();

/// The slots of one edge in memory that two processes of a node share. Both ask for them by the
/// same name, in any order; the second takes the name away, so that nothing is left behind when a
/// process is killed later.
/// Ownership: the memory lives until both have let go, or are dead.
/// Throws:    MpiError when there is no room, or the other end has another room.
class SharedSlots {
public:
    SharedSlots(std::string const& name, SlotRoom const& room);
    ~SharedSlots();
    SharedSlots(SharedSlots const&) = delete;
    SharedSlots& operator=(SharedSlots const&) = delete;

    [[nodiscard]] int count() const { return static_cast<int>(slots_.size()); }
    /// Of slot k, header included.
    [[nodiscard]] std::size_t bytes_of(int k) const {
        return slots_[static_cast<std::size_t>(k)].size();
    }
    [[nodiscard]] Slot& operator[](int k) { return slots_[static_cast<std::size_t>(k)]; }

private:
    class Segment;
    std::unique_ptr<Segment> segment_;
    std::vector<Slot> slots_;  // before the segment in destruction, for they lie in it
};

}  // namespace athanor::detail
