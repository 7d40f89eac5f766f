// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/sum_blocks.hpp"
#include "runtime/device_queue.hpp"
#include "runtime/host_device.hpp"

namespace athanor {

/// What becomes of a slot, which is a system row on the device; its rows of atoms, if any, are
/// `atom_count` from `atom_begin` on.
struct SlotChange {
    static constexpr std::int32_t same_code = -3;

    std::int32_t slot;
    std::int32_t code;  ///< of its sub-stage, -1 when it makes no step, or same_code
    std::int32_t atom_begin, atom_count;
};

/// The tables of DeviceSystems on the device, which alone writes them: the host sends what changes,
/// and rows of atoms and of the table of sums that are a slot's are looked up here.
/// Sums:      a slot of one block has the row of its own number, so that it never moves. One of n
///            more has its rows behind those of all slots, by where its atoms stand: as n - 1 of
///            its blocks are full, twice the full blocks in front of an atom is a place that no
///            other slot's rows reach.
/// Ownership: none.
struct SlotTables {
    int atom_rows, system_rows;
    std::int32_t* system_of;
    std::int32_t *sum_system, *sum_block, *sum_first;
    int *atom_begin, *atom_count;
    std::int32_t* sub_stage;
    std::uint8_t* arrived;  ///< by slot, set to 1 for those that come; null: nobody asks

    /// Rows of the table of sums for so many rows of atoms and systems.
    [[nodiscard]] ATHANOR_HD static int sum_rows(int atom_rows, int system_rows) {
        return system_rows + 2 * full_blocks(atom_rows);
    }
    /// Full blocks of three elements an atom in so many atoms.
    [[nodiscard]] ATHANOR_HD static int full_blocks(int atoms) {
        return static_cast<int>(3 * static_cast<std::int64_t>(atoms) /
                                static_cast<std::int64_t>(SumBlocks::usual));
    }
    [[nodiscard]] ATHANOR_HD static int blocks_of(int atom_count) {
        return SumBlocks(3 * static_cast<std::size_t>(atom_count)).count;
    }
    /// First row of the table of sums of a slot with atoms.
    [[nodiscard]] ATHANOR_HD int first_sum_row(int slot, int begin, int count) const {
        return blocks_of(count) == 1 ? slot : system_rows + 2 * full_blocks(begin);
    }
};

/// Enqueues tables in which no slot has atoms and none makes steps.
void clear_slots(DeviceQueue& queue, SlotTables const& tables);

/// Enqueues `count` changes, each of another slot: none of them keeps the rows it had, and what
/// they have now is nobody else's. `changes` is read on the device, which reaches it there or in
/// pinned memory.
void change_slots(DeviceQueue& queue, SlotTables const& tables, SlotChange const* changes,
                  std::size_t count);

}  // namespace athanor
