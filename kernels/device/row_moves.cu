// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "kernels/device/kernel_definition.cuh"
#include "kernels/device/row_moves.hpp"

namespace athanor {
namespace detail {

/// Four moves a block, each by 32 threads: words while both ends allow them, then bytes.
struct MoveRowsKernel {
    static constexpr char const* name = "move_rows";
    static constexpr int threads = 128;
    static constexpr int per_move = 32;
    RowMove const* moves;
    std::size_t count;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        auto const thread = static_cast<std::size_t>(Thread::index());
        if (thread / per_move >= count) return;
        RowMove const move = moves[thread / per_move];
        std::size_t const first = thread % per_move;
        auto const both =
            reinterpret_cast<std::uintptr_t>(move.to) | reinterpret_cast<std::uintptr_t>(move.from);
        std::size_t const words =
            both % sizeof(std::uint64_t) == 0 ? move.bytes / sizeof(std::uint64_t) : std::size_t{0};
        auto* const to = static_cast<std::uint64_t*>(move.to);
        auto const* const from = static_cast<std::uint64_t const*>(move.from);
        for (std::size_t k = first; k < words; k += per_move) to[k] = from[k];
        auto* const to_byte = static_cast<unsigned char*>(move.to);
        auto const* const from_byte = static_cast<unsigned char const*>(move.from);
        for (std::size_t k = words * sizeof(std::uint64_t) + first; k < move.bytes; k += per_move)
            to_byte[k] = from_byte[k];
    }
};

}  // namespace detail

void move_rows(DeviceQueue& queue, RowMove const* moves, std::size_t count) {
    launch(queue, detail::MoveRowsKernel{moves, count}, count * detail::MoveRowsKernel::per_move);
}

}  // namespace athanor
