// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/device/kernel_definition.cuh"
#include "kernels/device/slot_tables.hpp"

namespace athanor {
namespace detail {

struct ClearSlotsKernel {
    static constexpr char const* name = "clear_slots";
    static constexpr int threads = 128;
    SlotTables tables;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const k = Thread::index();
        if (k < tables.atom_rows) tables.system_of[k] = -1;
        if (k < SlotTables::sum_rows(tables.atom_rows, tables.system_rows))
            tables.sum_system[k] = -1;
        if (k >= tables.system_rows) return;
        tables.sub_stage[k] = -1;
        tables.atom_count[k] = 0;
    }
};

/// Threads for each change, which are a block.
constexpr int change_threads = 128;

/// The rows of atoms and sums of a slot become `owner`'s, by all threads of a block.
template <class Thread>
ATHANOR_HD void give_rows(Thread, SlotTables const& tables, SlotChange const& rows,
                          std::int32_t owner) {
    for (int k = Thread::thread(); k < rows.atom_count; k += change_threads)
        tables.system_of[rows.atom_begin + k] = owner;
    if (rows.atom_count == 0) return;
    int const first = tables.first_sum_row(rows.slot, rows.atom_begin, rows.atom_count);
    int const blocks = SlotTables::blocks_of(rows.atom_count);
    for (int k = Thread::thread(); k < blocks; k += change_threads) {
        tables.sum_system[first + k] = owner;
        tables.sum_block[first + k] = k;
    }
}

/// A block for each change takes from its slot the rows that it has had.
struct TakeRowsKernel {
    static constexpr char const* name = "take_rows";
    static constexpr int threads = change_threads;
    SlotTables tables;
    SlotChange const* changes;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        std::int32_t const slot = changes[Thread::block()].slot;
        give_rows(thread, tables, {slot, -1, tables.atom_begin[slot], tables.atom_count[slot]}, -1);
    }
};

/// And gives it those that it has now.
struct ChangeSlotsKernel {
    static constexpr char const* name = "change_slots";
    static constexpr int threads = change_threads;
    SlotTables tables;
    SlotChange const* changes;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        SlotChange const change = changes[Thread::block()];
        give_rows(thread, tables, change, change.slot);
        if (Thread::thread() != 0) return;
        tables.atom_begin[change.slot] = change.atom_begin;
        tables.atom_count[change.slot] = change.atom_count;
        if (change.atom_count > 0)
            tables.sum_first[change.slot] =
                tables.first_sum_row(change.slot, change.atom_begin, change.atom_count);
        if (change.code == SlotChange::same_code) return;
        tables.sub_stage[change.slot] = change.code;
        if (change.code >= 0 && tables.arrived != nullptr) tables.arrived[change.slot] = 1;
    }
};

}  // namespace detail

void clear_slots(DeviceQueue& queue, SlotTables const& tables) {
    int const rows =
        std::max(tables.atom_rows, SlotTables::sum_rows(tables.atom_rows, tables.system_rows));
    launch(queue, detail::ClearSlotsKernel{tables}, static_cast<std::size_t>(rows));
}

void change_slots(DeviceQueue& queue, SlotTables const& tables, SlotChange const* changes,
                  std::size_t count) {
    // Rows that one slot leaves may be another's now: all are taken before one is given.
    launch(queue, detail::TakeRowsKernel{tables, changes}, count * detail::change_threads);
    launch(queue, detail::ChangeSlotsKernel{tables, changes}, count * detail::change_threads);
}

}  // namespace athanor
