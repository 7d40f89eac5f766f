// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/sink.hpp"
#include "sinks/journal_replay.hpp"
#include "sinks/row_keys.hpp"
#include "sinks/storage.hpp"
#include "sinks/zarr_layout.hpp"
#include "sinks/zarr_sink_options.hpp"

namespace athanor {

class ZarrStoreWriter;
struct ZarrRows;

/// A Zarr v3 store in the layout of STORE_FORMAT.md that grows by the samples written.
/// Rows:    built-in and user fields; state fields are not stored. A row whose (system_id, stage,
///          step, kind) is in the store already is skipped silently.
///          What write() took counts as written, and is lost when the sink fails before it is
///          committed, or stands in the journal.
/// Order:   at every instant a reader sees the samples up to some commit, whatever kills the
///          writer. The path does not exist before the store is readable.
/// Journal: with one (sinks/journal.hpp), flush() keeps rows without showing them to readers, and
///          what write() took survives the process as soon as a thread has written it, at once
///          without threads. reopen() brings the rows of a journal in first, whatever `journal`
///          says.
/// Bound:   a chunk (or shard) of memory per array, besides the rows of one write(), `queue_bytes`
///          (as many again with a journal) and 30 bytes a row.
/// Threads: every member may be called from any thread. write() copies rows; threads of the sink
///          encode and write. It helps them where they fall behind (WriteQueue), waits where their
///          queue is full (both in stalled_seconds()), and with Durability::strict until the rows
///          are kept; flush() and close() wait for everything.
/// Throws:  StorageError that says how many committed samples are kept, from the next call after a
///          thread failed. From then on the sink takes nothing more, and every call repeats the
///          error; the committed samples stay readable.
/// Units:   as the fields; positions Å, energies eV, velocities sqrt(eV/amu).
class ZarrSink final : public Sink {
public:
    /// A new store, made when the schema is known. Throws ConfigError when the path exists and may
    /// not be overwritten, or when an option is impossible.
    explicit ZarrSink(ZarrSinkOptions options);
    /// The same over any storage that was made for a new store; `options.path` is not looked at.
    ZarrSink(ZarrSinkOptions options, std::unique_ptr<Storage> storage);
    /// Goes on with a store that a sink wrote, perhaps one that was killed: a torn append is cut
    /// off, and rows of a journal come in. Type, chunks and codec are those of the store.
    [[nodiscard]] static std::unique_ptr<ZarrSink> reopen(ZarrSinkOptions options);
    [[nodiscard]] static std::unique_ptr<ZarrSink> reopen(ZarrSinkOptions options,
                                                          std::unique_ptr<Storage> storage);
    /// Commits what it can, without a word; call close() to hear of errors. A store that was to
    /// appear at close() is given up.
    ~ZarrSink() override;

    /// Makes the store for the fields of `schema`, or checks that it has them. The first write()
    /// does this, too; close() alone makes an empty store of the built-in fields.
    void open(Schema const& schema);
    /// A JSON value to stand as the attribute `provenance` of the group athanor/, from the next
    /// commit.
    void set_provenance(std::string const& json);

    void write(Batch const& batch, std::span<SystemIndex const> systems, RowKind kind) override;
    /// The same for a sample by value.
    void write(Sample const& sample, RowKind kind);
    void flush() override;
    void close() override;
    /// Rows taken by write(); those skipped as known do not count.
    [[nodiscard]] std::int64_t rows_written() const override;
    /// Not for a store in memory.
    [[nodiscard]] bool keeps_rows() const override { return keeps_rows_; }
    [[nodiscard]] bool stores(FieldSpec const& field) const override {
        return field.role != FieldRole::state;
    }
    [[nodiscard]] std::string describe() const override;

    [[nodiscard]] double stalled_seconds() const override;

    /// Samples in the store that readers see.
    [[nodiscard]] std::int64_t committed_samples() const;
    /// What the journal held that reopen() found.
    [[nodiscard]] JournalReplay const& replayed() const { return replayed_; }
    /// Rows of these keys stand elsewhere: they are skipped as if they were here.
    void know(std::span<RowKey const> keys);
    /// True when a row of this key was written, or was there before.
    [[nodiscard]] bool contains(RowKey const& key) const;

private:
    struct Binding;
    struct ResumeTag {};
    ZarrSink(ResumeTag, ZarrSinkOptions options, std::unique_ptr<Storage> storage);

    template <class Body>
    void guarded(Body body);
    void open_locked(Schema const& schema);
    [[nodiscard]] Binding const& binding_for(SchemaPtr const& schema);
    void append(ZarrRows const& rows, Binding const& binding);
    void write_rows(SchemaPtr const& schema, ZarrRows& rows);
    void commit_when_due();
    void commit_locked(bool wait);

    ZarrSinkOptions options_;
    CodecChain compressors_;
    mutable std::mutex mutex_;          ///< guards everything below
    std::unique_ptr<Storage> storage_;  ///< until writer_ takes it
    std::unique_ptr<ZarrStoreWriter> writer_;
    std::vector<StoredArray> plan_;  ///< empty until the schema is known
    std::vector<Binding> bindings_;
    RowKeys keys_;
    std::string provenance_ = "{}";
    std::string place_;
    bool keeps_rows_ = true;
    std::string error_;  ///< of the write or commit that failed
    bool closed_ = false;
    JournalReplay replayed_;
    std::int64_t rows_written_ = 0;
    std::int64_t bytes_since_commit_ = 0;
    std::chrono::steady_clock::time_point last_commit_;
    Bytes scratch_;
    std::vector<RowMove> moves_;
    std::vector<std::span<std::byte>> pieces_;
};

}  // namespace athanor
