// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sinks/journal.hpp"
#include "sinks/row_keys.hpp"
#include "sinks/write_queue.hpp"
#include "sinks/zarr_array_writer.hpp"
#include "sinks/zarr_layout.hpp"

namespace athanor {

/// Rows of each kind in a store.
struct RowCounts {
    std::int64_t atoms = 0;
    std::int64_t edges = 0;
    std::int64_t samples = 0;
    std::int64_t name_bytes = 0;
    std::int64_t text_bytes = 0;

    /// Rows of an array along `axis` in a store of so many.
    [[nodiscard]] std::int64_t of(RowAxis axis) const;
    /// Rows that it grows by when so many are added: a pointer for each sample.
    [[nodiscard]] std::int64_t added_along(RowAxis axis) const {
        return axis == RowAxis::pointer ? samples : of(axis);
    }
    bool operator==(RowCounts const&) const = default;
};
[[nodiscard]] RowCounts operator+(RowCounts const& a, RowCounts const& b);

/// The identity that a store shares with its journal; nothing where it has none.
[[nodiscard]] std::optional<JournalIdentity> journal_identity_of(Storage& storage);

/// The arrays of one store, and the order in which they reach the storage (STORE_FORMAT.md,
/// "Order").
/// Order:   a reader sees the samples of one commit() or of the next, never anything between,
///          wherever the writer dies.
/// Threads: one at a time; committed_samples() and stalled() from any.
/// Throws:  StorageError, also for what a thread of the queue met since the last call; the writer
///          must not be used afterwards, for its tails and the store differ.
class ZarrStoreWriter {
public:
    /// How the objects get from the caller to the storage.
    struct Queue {
        int threads = 0;                            ///< that encode and write; 0: the caller's
        std::size_t room = std::size_t{128} << 20;  ///< for chunks that wait [bytes]
    };

    /// A new store without samples, made aside; publish() shows it.
    ZarrStoreWriter(std::unique_ptr<Storage> storage, std::vector<StoredArray> arrays,
                    StoreForm const& form, std::string const& provenance, Queue const& queue);
    /// An existing store of ours: what a torn append left is cut off, a finished one rolled
    ///                            forward.
    ZarrStoreWriter(std::unique_ptr<Storage> storage, Queue const& queue);

    /// Lets the source of every array follow `plan`. Throws StorageError when the store has other
    /// arrays than the plan.
    void adopt(std::vector<StoredArray> const& plan);
    void set_provenance(std::string const& json);
    void publish() { storage_->publish(); }

    [[nodiscard]] std::vector<StoredArray> const& arrays() const { return arrays_; }
    [[nodiscard]] ZarrArrayWriter& writer(std::size_t array) { return writers_[array]; }
    [[nodiscard]] ZarrArrayWriter const& writer(std::size_t array) const { return writers_[array]; }
    /// Room for rows of `array` that need not lie together: see ZarrArrayWriter.
    void extend_in_pieces(std::size_t array, std::int64_t rows,
                          std::vector<std::span<std::byte>>& pieces) {
        writers_[array].extend_in_pieces(rows, queue_, pieces);
    }
    /// To be called once every array was extended by `added`.
    void add(RowCounts const& added);
    void push_full_chunks();
    /// Everything added so far becomes visible to readers, at the latest when drain() returns.
    void commit();

    /// From now on journal_rows() is to be called for everything that arrays are extended by, and a
    /// commit removes what it brings into the arrays. Expects: the storage has a journal_place().
    void start_journal();
    /// Where the journal takes the new rows of every array, by array, until add(), after which they
    /// wait for write_journal() or sync_journal().
    [[nodiscard]] std::span<std::span<std::byte> const> journal_rows(RowCounts const& added);
    /// A thread writes the rows that wait: they survive this process when it is done.
    void write_journal();
    /// All rows of the journal survive a power cut from here on.
    void sync_journal() { journal_->sync(); }
    /// Without a journal from now on. Expects: everything is committed.
    void end_journal();
    [[nodiscard]] bool has_journal() const { return journal_ != nullptr; }
    [[nodiscard]] std::optional<JournalIdentity> const& journal_identity() const {
        return identity_;
    }
    /// Samples that the arrays show, or the journal holds.
    [[nodiscard]] std::int64_t kept_samples() const;

    /// Waits for the threads.
    void drain() { queue_.drain(); }

    [[nodiscard]] RowCounts const& counts() const { return counts_; }
    [[nodiscard]] std::int64_t committed_samples() const { return committed_samples_.load(); }
    /// How long the caller has waited for room in the queue, or done its work.
    [[nodiscard]] std::chrono::nanoseconds stalled() const;
    [[nodiscard]] std::size_t queue_bytes() const { return queue_.held_bytes(); }
    [[nodiscard]] Dtype floats() const;
    /// The keys of all samples of the store as it is on the storage. For resuming.
    [[nodiscard]] RowKeys load_keys() const;
    [[nodiscard]] Storage& storage() const { return *storage_; }

private:
    void perform(WriteTask const& task, EncodeScratch& scratch);
    void push_text(std::string key, std::string text);
    void push_sync(std::int64_t samples_committed = -1);
    void push_provenance();
    void push_documents();
    void open_arrays(RootAttributes const& attributes);
    void resume_arrays();
    [[nodiscard]] std::size_t find(std::string_view key) const;

    std::unique_ptr<Storage> storage_;
    std::vector<StoredArray> arrays_;
    std::vector<ArrayMetadata> found_;  ///< of an existing store, until its arrays are resumed
    std::vector<ZarrArrayWriter> writers_;
    RowCounts counts_;
    RowCounts pushed_;  ///< what the last commit holds
    std::atomic<std::int64_t> committed_samples_{0};
    std::string attributes_ = "{}";  ///< of the root group, those of others included
    std::string provenance_ = "{}";
    bool provenance_changed_ = false;
    std::optional<JournalIdentity> identity_;  ///< of the store and its journal
    std::unique_ptr<Journal> journal_;
    std::vector<std::size_t> journal_order_;          ///< of the arrays in its records
    std::vector<std::span<std::byte>> journal_rows_;  ///< of the record under way
    std::size_t journal_room_;
    std::chrono::nanoseconds journal_stalled_{0};  ///< of one that has ended
    WriteQueue queue_;                             ///< the last member: its threads use the others
};

}  // namespace athanor
