// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "runtime/device_array.hpp"
#include "runtime/memory.hpp"

namespace athanor {

/// Rows of columns on a device that move towards the front of their column, where they may overlap
/// the rows that they were. As the threads of a kernel run in any order, they go through a spare
/// buffer, by one kernel there and one back, in as many rounds as the buffer is too small for all.
/// Bound:     as said to the constructor; all memory is taken there.
/// Ownership: owns the buffer and the lists of moves; the queue must outlive it.
/// Threads:   one.
class RowSlide {
public:
    /// A round of this size costs a device more than the two launches that it takes.
    static constexpr std::size_t usual_spare_bytes = std::size_t{32} << 20;

    /// What is moved between two calls of enqueue() at most: bytes, and calls of add().
    struct Most {
        std::size_t bytes, adds;
    };
    /// `spare_bytes`: of the buffer, at most; it is no larger than it has to be.
    RowSlide(DeviceQueue& queue, Most const& most, std::size_t spare_bytes);

    /// Lists a move. Expects: `to` is before `from`; of one column, rows are listed from its front
    /// to its end, and none of them goes to where one stands that is listed later or not at all.
    /// Nothing enqueued before reads the lists any more.
    void add(void* to, void const* from, std::size_t bytes);
    /// Enqueues what was listed, and begins a new list, which nothing may be added to before that
    /// is done.
    void enqueue(DeviceQueue& queue);

private:
    DeviceArray<std::byte> spare_;
    PinnedArray<RowMove> there_, back_;
    std::vector<std::size_t> round_ends_;  ///< in the lists, but for the last round
    std::size_t moves_ = 0, used_ = 0;
};

}  // namespace athanor
