// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "runtime/field.hpp"
#include "sinks/codecs.hpp"
#include "sinks/storage.hpp"
#include "sinks/zarr_layout.hpp"

namespace athanor {

struct ZarrSinkOptions {
    std::string path = {};         ///< folder of the store, or its s3://, gs:// or memory:// URL
    Dtype dtype = Dtype::float64;  ///< of floating rows in core: float64 or float32
    ChunkRows chunk_rows = {};     ///< rows of a chunk [atoms, edges, systems]
    std::int64_t chunks_per_shard = 0;  ///< chunks in one object; 0: no shards
    std::string codec = "blosc_lz4:5";  ///< see codecs_from_name()
    Durability durability = Durability::none;
    std::int64_t commit_bytes = std::int64_t{64} << 20;  ///< a commit after this much [bytes]
    double commit_seconds = 10.0;  ///< a write() this long after the last commit commits [s]
    bool overwrite = false;        ///< replace a store that is there
    /// false: the store appears under its name at close(), and commits at flush() and close() only.
    bool visible_at_once = true;
    /// Rows go into a journal beside the store, so that flush(), and every write() that is strict,
    /// costs one sync instead of some hundred; the arrays follow at the commits by bytes and
    /// seconds and at close(). Needs a folder and syncs; for stores that are visible_at_once.
    bool journal = false;
    /// Rows of kind `quarantined` get false in the masks: who reads results passes over them.
    bool mask_quarantined = false;
    int threads = 1;  ///< that encode and write; 0: the one that calls write()
    std::int64_t queue_bytes = std::int64_t{128} << 20;  ///< chunks that may wait for them [bytes]
    std::string attributes = "{}";  ///< more attributes of the store's root, a JSON object
};

/// The compressors that the options name. Throws ConfigError where an option is impossible.
[[nodiscard]] CodecChain checked_codecs(ZarrSinkOptions const& options);

}  // namespace athanor
