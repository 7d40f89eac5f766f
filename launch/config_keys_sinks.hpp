// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The keys of every sink.
#pragma once

#include <array>

#include "launch/config_keys_common.hpp"

namespace athanor::keys {

inline constexpr std::array dtype_choices{
    KeyChoice{.word = "float64", .help = "every bit"},
    KeyChoice{.word = "float32", .help = "half the bytes, seven digits"}};
inline constexpr std::array codec_choices{
    KeyChoice{.word = "none", .help = "no compression"},
    KeyChoice{.word = "blosclz", .help = "Blosc's own, fast"},
    KeyChoice{.word = "lz4", .help = "fastest to read"},
    KeyChoice{.word = "lz4hc", .help = "as lz4 to read, slower to write, smaller"},
    KeyChoice{.word = "zlib", .help = "inside Blosc; slow, small"},
    KeyChoice{.word = "zstd", .help = "inside Blosc; smallest"},
    KeyChoice{.word = "plain_zstd", .help = "without Blosc, hence without shuffle"},
    KeyChoice{.word = "gzip", .help = "without Blosc, hence without shuffle"},
};
inline constexpr std::array shuffle_choices{
    KeyChoice{.word = "none", .help = "bytes as they are"},
    KeyChoice{.word = "shuffle", .help = "by bytes; by bits where an element is one byte"},
    KeyChoice{.word = "bitshuffle", .help = "by bits"},
};
inline constexpr std::array durability_choices{
    KeyChoice{.word = "none", .help = "the system writes to disk when it likes"},
    KeyChoice{.word = "commit", .help = "chunks reach the disk before the count that names them"},
    KeyChoice{.word = "strict", .help = "every append is on disk when it returns"},
};
inline constexpr std::array zarr_keys{
    KeySpec{.key = "url",
            .noun = "path",
            .help = "folder of the store, or s3://BUCKET/NAME, gs://BUCKET/NAME, memory://NAME",
            .required = true,
            .may_be_empty = false},
    KeySpec{.key = "dtype",
            .kind = word,
            .noun = "type of numbers",
            .help = "floating-point type of the stored rows",
            .default_json = "\"float64\"",
            .choices = dtype_choices},
    KeySpec{.key = "chunk_rows",
            .kind = integer,
            .noun = "number of rows",
            .help = "rows in a chunk of an array over atoms or edges",
            .default_json = "16384",
            .least = 1,
            .most = 16777216},
    KeySpec{.key = "system_chunk_rows",
            .kind = integer,
            .noun = "number of rows",
            .help = "rows in a chunk of an array over structures",
            .default_json = "1024",
            .least = 1,
            .most = 16777216},
    KeySpec{.key = "shard_rows",
            .kind = integer,
            .noun = "number of rows",
            .help = "rows in an object of many chunks, a multiple of chunk_rows; 0: a chunk each",
            .default_json = "0",
            .least = 0,
            .most = 1073741824},
    KeySpec{.key = "codec",
            .kind = word,
            .noun = "codec",
            .help = "compressor, inside Blosc unless it says otherwise",
            .default_json = "\"lz4\"",
            .choices = codec_choices},
    KeySpec{.key = "level",
            .kind = integer,
            .noun = "compression level",
            .help = "0 is fastest, 9 is smallest",
            .default_json = "5",
            .least = 0,
            .most = 9},
    KeySpec{.key = "shuffle",
            .kind = word,
            .noun = "order of bytes",
            .help = "what Blosc does before it compresses",
            .default_json = "\"shuffle\"",
            .choices = shuffle_choices},
    KeySpec{.key = "checksum",
            .kind = boolean,
            .noun = "switch",
            .help = "a CRC-32C after every chunk",
            .default_json = "false"},
    KeySpec{.key = "threads",
            .kind = integer,
            .noun = "number of threads",
            .help = "threads that compress and write; 0: the stage itself",
            .default_json = "1",
            .least = 0,
            .most = 64},
    KeySpec{.key = "durability",
            .kind = word,
            .noun = "durability",
            .help = "what survives a power cut",
            .default_json = "\"commit\"",
            .choices = durability_choices},
    KeySpec{.key = "journal",
            .kind = boolean,
            .noun = "switch",
            .help = "rows go to a file beside the store first: a durable commit is one sync",
            .default_json = "false"},
};
inline constexpr std::array host_memory_keys{
    KeySpec{.key = "capacity",
            .kind = integer,
            .noun = "number of rows",
            .help = "rows that it holds; 0 is no bound",
            .default_json = "0",
            .least = 0,
            .most = largest_exact},
};
inline constexpr std::array device_buffer_keys{
    KeySpec{.key = "capacity",
            .kind = integer,
            .noun = "number of rows",
            .help = "rows that it holds",
            .required = true,
            .least = 1,
            .most = 1073741824},
    KeySpec{.key = "atoms",
            .kind = integer,
            .noun = "number of atoms",
            .help = "atoms that it holds, of all rows together",
            .required = true,
            .least = 1,
            .most = 1073741824},
    KeySpec{.key = "edges",
            .kind = integer,
            .noun = "number of edges",
            .help = "edges that it holds, of all rows together; at 0, rows lose theirs",
            .default_json = "0",
            .least = 0,
            .most = 1073741824},
};
inline constexpr std::array extxyz_keys{
    KeySpec{.key = "path",
            .noun = "path",
            .help = "extended XYZ file to write",
            .required = true,
            .may_be_empty = false},
};
inline constexpr std::array sink_choices{
    KeyChoice{.word = "zarr", .help = "a Zarr v3 store", .keys = zarr_keys},
    KeyChoice{.word = "host_memory", .help = "rows kept in memory", .keys = host_memory_keys},
    KeyChoice{.word = "device_buffer",
              .help = "rows kept in memory that is taken at the start",
              .keys = device_buffer_keys},
    KeyChoice{.word = "extxyz", .help = "an extended XYZ file", .keys = extxyz_keys},
};
inline constexpr KeySpec sink{
    .kind = tagged, .noun = "sink", .help = "where rows go", .choices = sink_choices};
inline constexpr KeySpec sink_name{.noun = "sink", .help = "name of a sink", .may_be_empty = false};

}  // namespace athanor::keys
