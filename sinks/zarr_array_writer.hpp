// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "sinks/zarr_metadata.hpp"

namespace athanor {

/// One array that grows along its first axis: the rows since the last full chunk wait in memory.
/// Bound:   the tail holds less than one chunk between writes; during a write, also its rows.
/// Order:   a chunk object always holds all rows that an earlier object of the same key held.
/// Threads: one at a time.
class ZarrArrayWriter {
public:
    /// Expects: `metadata` has no sharding, and chunks that are whole in all axes but the first.
    ZarrArrayWriter(std::string key, ArrayMetadata metadata);

    /// An array that has `rows` rows already: takes the last, partial chunk into the tail.
    void resume(Storage& storage, std::int64_t rows);
    /// Room for `rows` more rows at the end, for the caller to fill; valid until the next call.
    [[nodiscard]] std::byte* extend(std::int64_t rows);
    /// Writes the chunks that are full.
    void put_full_chunks(Storage& storage, EncodeScratch& scratch);
    /// Writes the last chunk, padded with zeros, if it holds rows that its object lacks.
    void put_tail(Storage& storage, EncodeScratch& scratch);
    /// Writes the document if it does not say what rows() says. Expects: the chunks are written.
    void put_document(Storage& storage);

    [[nodiscard]] std::string const& key() const { return key_; }
    [[nodiscard]] std::int64_t rows() const { return rows_; }
    [[nodiscard]] std::size_t row_bytes() const { return row_bytes_; }

private:
    void encode_and_put(Storage& storage, EncodeScratch& scratch, std::int64_t chunk,
                        std::span<std::byte const> rows) const;
    void reserve(std::size_t bytes);

    std::string key_;
    ArrayMetadata metadata_;
    ChunkForm form_;
    std::int64_t chunk_rows_;
    std::size_t row_bytes_;
    std::size_t chunk_bytes_;

    std::int64_t rows_ = 0;         ///< of the array, those of the tail included
    std::int64_t first_row_ = 0;    ///< the row at the beginning of the tail
    std::int64_t stored_rows_ = 0;  ///< rows whose chunk objects are written
    bool document_stands_ = false;  ///< the document was written at least once
    std::unique_ptr<std::byte[]> tail_;
    std::size_t capacity_ = 0;
};

}  // namespace athanor
