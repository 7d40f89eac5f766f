// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "sinks/zarr_metadata.hpp"

namespace athanor {

/// One array read by rows, whatever its chunk grid and codecs.
/// Bound:   keeps the chunks decoded last, as many as fit `cache_bytes`, at least one.
/// Threads: one at a time.
/// Throws:  StorageError that names the object.
class ZarrArrayReader {
public:
    /// `every_chunk`: an absent chunk is a loss and not the fill value.
    ZarrArrayReader(Storage& storage, std::string key, ArrayMetadata metadata, bool every_chunk,
                    std::size_t cache_bytes);

    /// Rows begin .. end-1 in C order, in the machine's byte order. Expects: 0 <= begin <= end.
    /// Throws StorageError when the array ends before.
    void read_rows(std::int64_t begin, std::int64_t end, std::byte* out);
    [[nodiscard]] Bytes read_rows(std::int64_t begin, std::int64_t end);

    [[nodiscard]] std::string const& key() const { return key_; }
    [[nodiscard]] ArrayMetadata const& metadata() const { return metadata_; }
    [[nodiscard]] std::int64_t rows() const { return metadata_.shape[0]; }
    [[nodiscard]] std::size_t row_bytes() const { return row_bytes_; }
    /// Shape of one row.
    [[nodiscard]] std::vector<int> row_shape() const;

private:
    struct Chunk {
        Extents index;
        Bytes data;
    };
    [[nodiscard]] Bytes const& chunk_at(Extents const& index);
    [[nodiscard]] Bytes load(Extents const& index) const;

    Storage* storage_;
    std::string key_;
    ArrayMetadata metadata_;
    ChunkForm form_;
    bool every_chunk_;
    std::size_t row_bytes_;
    std::size_t cached_chunks_;
    std::list<Chunk> cache_;  ///< the one used last is first
};

/// The metadata of the array `key` from its own document. Throws StorageError when there is none.
[[nodiscard]] ArrayMetadata load_array_metadata(Storage& storage, std::string const& key);

}  // namespace athanor
