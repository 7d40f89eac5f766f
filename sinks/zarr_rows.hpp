// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/batch.hpp"
#include "runtime/memory.hpp"
#include "runtime/outcome.hpp"
#include "runtime/sample.hpp"
#include "sinks/zarr_layout.hpp"
#include "sinks/zarr_store_writer.hpp"

namespace athanor {

/// The samples of one write to a store, in a batch or alone, and the rows that its arrays get of
/// them. Those of fields stay where they are until the caller makes the copies.
/// Ownership: points into the batch or the sample, which stay as they are meanwhile.
struct ZarrRows {
    struct One {
        int atoms;
        int edges;
        std::string const* name;
        std::string const* text;
        SystemIndex system;  ///< in `batch`
    };

    ZarrRows(Batch const& from, std::span<SystemIndex const> systems, RowKind what);
    ZarrRows(Sample const& from, RowKind what);

    /// Where the fields lie.
    [[nodiscard]] MemorySpace& space() const;
    [[nodiscard]] std::byte const* begin(FieldIndex field, One const& one) const;
    [[nodiscard]] RowCounts counts() const;

    /// Adds to `moves` the copies of all rows of `field` into `pieces`, which have just the room
    /// for them.
    void move_into(std::span<std::span<std::byte> const> pieces, FieldIndex field, RowAxis axis,
                   std::vector<RowMove>& moves) const;
    /// Writes the rows of an array that holds no field, behind what the store has, to `to`.
    /// `masks_quarantined`: whether the mask of a quarantined sample is 0.
    void write_own(StoredArray const& array, RowCounts const& before, bool masks_quarantined,
                   std::byte* to) const;
    /// Changes the edges at `to`, whose atoms count from 0 in each sample, to atoms of the store,
    /// which has `atoms` before these samples.
    void number_atoms_from(std::int64_t atoms, std::byte* to) const;

    Batch const* batch = nullptr;    ///< or
    Sample const* sample = nullptr;  ///< one of the two
    RowKind kind;
    std::vector<One> list;
};

}  // namespace athanor
