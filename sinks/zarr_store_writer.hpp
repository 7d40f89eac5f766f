// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sinks/row_keys.hpp"
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

    [[nodiscard]] std::int64_t of(RowAxis axis) const;
    bool operator==(RowCounts const&) const = default;
};

/// The arrays of one store, and the order in which they reach the storage (STORE_FORMAT.md,
/// "Order").
/// Order:   a reader sees the samples of one commit() or of the next, never anything between,
///          wherever the writer dies.
/// Threads: one at a time.
/// Throws:  StorageError; the writer must not be used afterwards, for its tails and the store
///          differ.
class ZarrStoreWriter {
public:
    /// A new store without samples, made aside; publish() shows it.
    ZarrStoreWriter(std::unique_ptr<Storage> storage, std::vector<StoredArray> arrays,
                    ChunkRows const& chunk_rows, CodecChain const& compressors,
                    std::string const& provenance);
    /// An existing store of ours: what a torn append left is cut off, a finished one rolled
    ///                            forward.
    explicit ZarrStoreWriter(std::unique_ptr<Storage> storage);

    /// Lets the source of every array follow `plan`. Throws StorageError when the store has other
    /// arrays than the plan.
    void adopt(std::vector<StoredArray> const& plan);
    void set_provenance(std::string const& json);
    void publish() { storage_->publish(); }

    [[nodiscard]] std::vector<StoredArray> const& arrays() const { return arrays_; }
    [[nodiscard]] ZarrArrayWriter& writer(std::size_t array) { return writers_[array]; }
    /// To be called once every array was extended by `added`.
    void add(RowCounts const& added);
    void put_full_chunks();
    void commit();

    [[nodiscard]] RowCounts const& counts() const { return counts_; }
    [[nodiscard]] std::int64_t committed_samples() const { return committed_.samples; }
    [[nodiscard]] Dtype floats() const;
    /// The keys of all samples of the store as it is on the storage. For resuming.
    [[nodiscard]] RowKeys load_keys() const;
    [[nodiscard]] Storage& storage() const { return *storage_; }

private:
    void put_text(std::string const& key, std::string const& text);
    void put_root();
    void put_provenance();
    void put_document(std::size_t array) { writers_[array].put_document(*storage_); }
    [[nodiscard]] std::size_t find(std::string_view key) const;

    std::unique_ptr<Storage> storage_;
    std::vector<StoredArray> arrays_;
    std::vector<ZarrArrayWriter> writers_;
    EncodeScratch scratch_;
    RowCounts counts_;
    RowCounts committed_;
    std::string provenance_ = "{}";
    bool provenance_changed_ = false;
};

}  // namespace athanor
