// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/device/field_readers.hpp"
#include "kernels/device/keep_state.hpp"
#include "kernels/device/row_slide.hpp"
#include "kernels/device/slot_tables.hpp"
#include "runtime/batch.hpp"
#include "runtime/device_array.hpp"
#include "runtime/device_columns.hpp"
#include "runtime/device_dynamics.hpp"
#include "runtime/device_systems.hpp"
#include "runtime/extent_allocator.hpp"

namespace athanor {

/// Samples of a host batch that are on a device. Each has a slot, which is its system row there; it
/// is not its row on the host, so that arrivals and departures there move nothing here.
/// Shapes:    all fields of the schema but those of edges.
/// Bound:     as many systems and atoms as the capacity says; staging in pinned memory for all.
/// Ownership: owns its columns and staging; the queue must outlive it.
/// Order:     load(), release() and move_together() take effect with flush(), everything is
///            enqueued in order.
/// Threads:   one.
class DeviceBatch {
public:
    /// `spare_bytes`: of a buffer for move_together(), at most.
    DeviceBatch(DeviceQueue& queue, SchemaPtr schema, BatchCapacity capacity,
                std::size_t spare_bytes = RowSlide::usual_spare_bytes);

    /// True when there is a slot and a run of rows for so many atoms.
    [[nodiscard]] bool fits(int atoms) const;
    /// Where so many rows are free, but in no run: gives systems other rows, as few as possible, so
    /// that fits() says yes. All columns of atoms go with them, those of keep_state() too. Returns
    /// the slots of those that move; none where that does not help. Expects: fits() says no.
    std::span<int const> move_together(int atoms);
    /// Copies the rows of a system; it takes part with sub-stage `code` from flush() on. Returns
    /// its slot. The host's rows may change as soon as the call returns. Expects: fits().
    int load(Batch const& batch, SystemIndex system, int code);
    /// From now on flush() sets flags[slot] to 1 for everyone who comes; an array on the device.
    void flag_arrivals(std::uint8_t* flags) { arrival_flags_ = flags; }
    /// Enqueues what was loaded, released and moved: of the tables, a SlotChange for each of them.
    void flush();

    struct Place {
        int slot;
        SystemIndex system;
    };
    /// Waits for the queue and copies the rows of slots to systems of `batch`, which is the one
    /// they came from. They keep their slots.
    void bring_back(Batch& batch, std::span<Place const> places);
    /// Enqueues a copy of what the systems that take part are like, beside their columns.
    void keep_state();
    /// bring_back() for positions, velocities, forces, cell, stress and energy as they were kept.
    void bring_back_kept(Batch& batch, std::span<Place const> places);
    /// Rows of slots laid out one behind the other, field after field, each from a whole word on.
    struct Layout {
        std::byte* data;  ///< on the device or in pinned memory
        RowMove* moves;   ///< of all that were laid out
        std::size_t bytes = 0, move_count = 0;
    };
    /// What a layout of these fields of all the room there is takes.
    [[nodiscard]] std::size_t most_bytes(ReadFields fields) const;
    [[nodiscard]] std::size_t most_moves(ReadFields fields) const;
    /// Lists the moves of these rows of a slot to the end of a layout.
    void lay_out(int slot, ReadFields fields, Layout& layout) const {
        add_moves(columns_, slot, fields, false, layout);
    }
    /// Copies rows as lay_out() puts them for the same fields, from `laid_out` on, to a system;
    /// where they end. Its other rows stay.
    std::byte const* unpack(std::byte const* laid_out, ReadFields fields, Batch& batch,
                            Place place) const {
        return unpack(columns_, laid_out, fields, batch, place);
    }
    /// The slot is free; nobody takes part there. Expects: nothing that is enqueued uses it, but
    /// what passes over systems that do not take part.
    void release(int slot);

    [[nodiscard]] DeviceColumns columns() const { return {*schema_, columns_}; }
    /// Everyone's turn. Same at every call.
    [[nodiscard]] DeviceSystems systems() const;
    [[nodiscard]] DeviceSums sums() const { return {parts_.data(), totals_.data()}; }
    /// What systems().sub_stage points to, for kernels that end the turn of a system.
    [[nodiscard]] std::int32_t* sub_stage() const { return sub_stage_.data(); }
    /// The rows of a slot's atoms there.
    [[nodiscard]] int atom_begin(int slot) const { return atom_begin_[slot]; }
    [[nodiscard]] int atom_count(int slot) const { return atom_count_[slot]; }
    [[nodiscard]] BatchCapacity const& capacity() const { return capacity_; }
    [[nodiscard]] DeviceQueue& queue() const { return queue_; }

private:
    /// A system whose rows are in staging, from a byte on.
    struct Loaded {
        int slot;
        std::size_t begin;
    };
    static constexpr std::int32_t not_changed = -4;
    static constexpr int not_there = -1;

    void wait_for_staging();
    void change(int slot, std::int32_t code);
    void enqueue_changed();
    void enqueue_moved();
    void enqueue_loaded();
    void bring_back_from(std::vector<void*> const& columns, Batch& batch,
                         std::span<Place const> places);
    void add_moves(std::vector<void*> const& columns, int slot, ReadFields fields, bool to_device,
                   Layout& layout) const;
    std::byte const* unpack(std::vector<void*> const& columns, std::byte const* laid_out,
                            ReadFields fields, Batch& batch, Place place) const;
    [[nodiscard]] KeptState kept() const;
    [[nodiscard]] SlotTables tables() const;
    [[nodiscard]] std::size_t row_bytes(FieldSpec const& field, int slot) const;
    [[nodiscard]] std::byte* rows(void* column, FieldSpec const& field, int slot) const;

    DeviceQueue& queue_;
    SchemaPtr schema_;
    BatchCapacity capacity_;
    ExtentAllocator atoms_;
    std::vector<int> free_slots_;
    std::vector<int> atom_begin_, atom_count_;  ///< by slot
    std::vector<int> rows_there_;               ///< by slot: where they begin until flush()
    std::vector<int> moved_;                    ///< slots in the order of their rows
    bool rows_move_ = false;                    ///< with flush()
    std::vector<std::int32_t> next_code_;       ///< by slot: for changes_, or not_changed
    std::vector<int> changed_;                  ///< slots that flush() will list there
    std::vector<DeviceArray<std::byte>> memory_;
    std::vector<void*> columns_;
    std::vector<DeviceArray<std::byte>> kept_memory_;
    std::vector<void*> kept_columns_;  ///< by field as columns_; null where it is not kept
    DeviceArray<std::int32_t> system_of_, sum_system_, sum_block_, sum_first_, sub_stage_;
    DeviceArray<int> begin_of_, count_of_;
    PinnedArray<SlotChange> changes_;
    DeviceArray<SlotChange> changes_there_;
    std::uint8_t* arrival_flags_ = nullptr;
    DeviceArray<double> parts_, totals_;
    PinnedArray<std::byte> staging_;
    PinnedArray<RowMove> moves_;
    std::vector<Loaded> loaded_;  ///< since the last flush()
    std::size_t loaded_bytes_ = 0;
    RowSlide slide_;
    std::unique_ptr<QueueMark> staging_mark_;
    bool staging_is_read_ = false;  ///< by what stands before the mark
};

}  // namespace athanor
