// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace athanor {

/// One piece of a column on its way: `bytes` from `from` to `to`. Pieces of one call never overlap.
struct RowMove {
    void* to;
    void const* from;
    std::size_t bytes;
};

/// Where columns live, and the one way whole samples are moved there: append, extract, compact,
/// pack and unpack are all lists of row moves, so a device needs one kernel for all five.
/// Ownership: who allocates gives back; a space outlives what was allocated from it.
/// Threads:   every member may be called from any thread.
/// See:       host_memory() for the host; a device variant is injected by launch.
class MemorySpace {
public:
    virtual ~MemorySpace() = default;

    /// At least `bytes`, zeroed, aligned to 64 bytes. Throws std::bad_alloc.
    [[nodiscard]] virtual void* allocate(std::size_t bytes) = 0;
    virtual void deallocate(void* memory, std::size_t bytes) noexcept = 0;
    /// Does all `moves`; either side of a move is in this space or on the host.
    virtual void move(std::span<RowMove const> moves) = 0;
    /// Fills bytes of this space with zeros. A space that the host cannot write has its own way.
    virtual void zero(std::span<std::byte> bytes);
};

/// Plain host memory.
[[nodiscard]] MemorySpace& host_memory();

}  // namespace athanor
