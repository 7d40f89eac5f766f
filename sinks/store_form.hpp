// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "sinks/codecs.hpp"

namespace athanor {

/// What one row of an array belongs to.
enum class RowAxis : std::uint8_t { atom, edge, system, pointer, name_byte, text_byte };

/// Rows of a chunk, by what they are rows of.
struct ChunkRows {
    std::int64_t atom = 16384;
    std::int64_t edge = 16384;
    std::int64_t system = 1024;

    [[nodiscard]] std::int64_t of(RowAxis axis) const;
};

/// How the arrays of a new store lie on the storage.
struct StoreForm {
    ChunkRows chunk_rows;
    std::int64_t chunks_per_shard = 0;  ///< chunks in one object; 0: each is one, without an index
    CodecChain compressors;             ///< of a chunk, after its bytes
    std::string attributes = "{}";      ///< more attributes of the root group, a JSON object
};

}  // namespace athanor
