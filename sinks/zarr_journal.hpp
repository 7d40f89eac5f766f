// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sinks/journal.hpp"
#include "sinks/journal_replay.hpp"
#include "sinks/zarr_layout.hpp"

namespace athanor {

class ZarrStoreWriter;
struct RowCounts;

// The rows of one write() as a record of a journal, and journals back into their store.
// Payload: ten int64, little-endian: samples, atoms, edges, bytes of names and bytes of texts in
//          the store before, then the same of this record; then, for every array in the order of
//          its key, the rows that the record adds, as the array stores them before any codec.

/// Of keys, types and sizes of rows: records fit arrays of the same fingerprint alone.
[[nodiscard]] std::uint64_t journal_fingerprint(std::vector<StoredArray> const& arrays);

/// Numbers of the arrays in the order of their keys.
[[nodiscard]] std::vector<std::size_t> in_order_of_keys(std::vector<StoredArray> const& arrays);

/// Begins a record of the rows that every array of `writer` is to be extended by: sets `rows`, by
/// array, to where they go. `order`: in_order_of_keys(). Expects: `writer` has not counted them.
void begin_rows(Journal& journal, ZarrStoreWriter const& writer, std::span<std::size_t const> order,
                RowCounts const& added, std::vector<std::span<std::byte>>& rows);

/// Appends the rows of the store's journal that its arrays lack, commits them, and removes the
/// journal when they are on the disk, whatever the durability of the storage is: that is `commit`
/// at least from then on. May die at any moment and be done again.
/// Torn:   the first record that is not whole ends a file; records that do not follow on what is
///         there (only what no sync had promised can be missing between) are cut off with it.
/// Throws: StorageError, and nothing was changed, when the journal is that of another store, of
///         other arrays, or does not fit what the store has become.
JournalReplay replay_journal(ZarrStoreWriter& writer);

/// What replay_journal() would find, without changing anything, beside a store of which the caller
/// has seen `samples`: what came into its arrays since then counts as rows of the journal.
/// Live:    a writer may be at work. Where its commits change files or the store under a look,
///          which then meets damage that is none, there is another look; nothing is known when
///          several in a row met that.
/// Throws:  StorageError as replay_journal(), as far as it can be seen without the arrays.
[[nodiscard]] std::optional<JournalReplay> look_at_journal(Storage& storage, std::int64_t samples);

}  // namespace athanor
