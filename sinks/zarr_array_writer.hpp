// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sinks/write_queue.hpp"
#include "sinks/zarr_metadata.hpp"

namespace athanor {

/// One array that grows along its first axis: the rows since the last full chunk wait in memory.
/// Bound:   the tail holds less than one chunk between writes; during a write, also its rows.
/// Order:   a chunk object always holds all rows that an earlier object of the same key held.
/// Threads: one at a time; what is const may be called while another thread does the rest.
class ZarrArrayWriter {
public:
    /// Expects: `metadata` has chunks that are whole in all axes but the first.
    ZarrArrayWriter(std::string key, ArrayMetadata metadata);

    /// An array that has `rows` rows already: takes the last, partial chunk into the tail.
    void resume(Storage& storage, std::int64_t rows);
    /// Room for `rows` more rows at the end, for the caller to fill; valid until the next call.
    [[nodiscard]] std::byte* extend(std::int64_t rows);
    /// The same where the rows need not lie together: appends pieces that end where chunks end to
    /// `pieces`, so that nothing is copied again when a chunk is full. Their memory is spare one of
    /// `queue`, to which push_full_chunks() must give the chunks before the next call.
    void extend_in_pieces(std::int64_t rows, WriteQueue& queue,
                          std::vector<std::span<std::byte>>& pieces);
    /// Gives the chunks that are full to `queue`, as those of array number `array`. The buffer of
    /// the tail goes along where it holds little more than one chunk, and another takes its place,
    /// unless the queue does the chunk at once.
    void push_full_chunks(WriteQueue& queue, std::size_t array);
    /// The same with the last chunk, padded with zeros, if it holds rows that its object lacks.
    void push_tail(WriteQueue& queue, std::size_t array);
    /// The same with the document, if it does not say what rows() says. Expects: so are the chunks.
    void push_document(WriteQueue& queue, std::size_t array);

    /// What the queue asks for later.
    void put_chunk(Storage& storage, EncodeScratch& scratch, WriteTask const& task) const;
    void put_document(Storage& storage, std::int64_t rows) const;

    [[nodiscard]] std::string const& key() const { return key_; }
    [[nodiscard]] std::int64_t rows() const { return rows_; }
    [[nodiscard]] std::size_t row_bytes() const { return row_bytes_; }

private:
    void reserve(std::size_t bytes);
    [[nodiscard]] WriteTask full_chunk(std::size_t array, std::int64_t chunk,
                                       std::byte const* rows) const;
    void push_pieces(WriteQueue& queue, std::size_t array);
    [[nodiscard]] std::string chunk_key(std::int64_t chunk) const;

    std::string key_;
    ArrayMetadata metadata_;
    ChunkForm form_;
    std::int64_t chunk_rows_;
    std::size_t row_bytes_;
    std::size_t chunk_bytes_;

    std::int64_t rows_ = 0;            ///< of the array, those of the tail included
    std::int64_t first_row_ = 0;       ///< the row at the beginning of the tail
    std::int64_t pushed_rows_ = 0;     ///< rows whose chunks were pushed
    std::int64_t document_rows_ = -1;  ///< what the last document says
    RowBuffer tail_;
    std::vector<RowBuffer> ahead_;  ///< the chunks after the one that begins in the tail
};

}  // namespace athanor
