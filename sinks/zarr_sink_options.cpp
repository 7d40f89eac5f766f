// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_sink_options.hpp"

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "sinks/codec_names.hpp"
#include "sinks/zarr_metadata.hpp"

namespace athanor {

CodecChain checked_codecs(ZarrSinkOptions const& options) {
    if (options.dtype != Dtype::float64 && options.dtype != Dtype::float32)
        throw ConfigError(fmt::format("{}: rows can be float64 or float32, not {}", options.path,
                                      name_of(options.dtype)));
    for (std::int64_t rows :
         {options.chunk_rows.atom, options.chunk_rows.edge, options.chunk_rows.system})
        if (rows < 1 || rows > (std::int64_t{1} << 24))
            throw ConfigError(
                fmt::format("{}: chunks have 1 to 16777216 rows, not {}", options.path, rows));
    if (options.chunks_per_shard < 0 || options.chunks_per_shard > 65536)
        throw ConfigError(fmt::format("{}: a shard has 1 to 65536 chunks, not {}", options.path,
                                      options.chunks_per_shard));
    if (options.threads < 0 || options.threads > 64 || options.queue_bytes < 1)
        throw ConfigError(fmt::format(
            "{}: a sink has 0 to 64 threads and a queue of at least one byte", options.path));
    for (char const* name : {"num_samples", "fields"})
        if (member(with_member(options.attributes, "x", "0"), name))
            throw ConfigError(
                fmt::format("{}: the attribute {} is the layout's own", options.path, name));
    if (options.commit_bytes < 1 || !(options.commit_seconds >= 0.0))
        throw ConfigError(
            fmt::format("{}: a commit needs bytes above 0 and seconds of 0 or more", options.path));
    if (options.journal && options.durability == Durability::none)
        throw ConfigError(fmt::format(
            "{}: a journal is for rows that survive a power cut; give durability commit or strict",
            options.path));
    return codecs_from_name(options.codec);
}

}  // namespace athanor
