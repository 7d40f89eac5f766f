// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "sinks/nd_block.hpp"
#include "sinks/storage.hpp"

namespace athanor {

struct Codec;

/// The settings of each codec, as zarr.json names them (Zarr v3 core and its codec registry).
struct BytesCodec {
    bool big_endian = false;
};
struct TransposeCodec {
    std::vector<int> order;
};
struct BloscCodec {
    std::string cname = "lz4";        ///< blosclz, lz4, lz4hc, zlib or zstd
    int clevel = 5;                   ///< 0 .. 9
    std::string shuffle = "shuffle";  ///< noshuffle, shuffle or bitshuffle
    int typesize = 8;                 ///< bytes of an element
    int blocksize = 0;                ///< 0: automatic
};
struct ZstdCodec {
    int level = 0;
    bool checksum = false;
};
struct GzipCodec {
    int level = 5;
};
struct Crc32cCodec {};
struct ShardingCodec {
    Extents chunk_shape;
    std::vector<Codec> codecs;
    std::vector<Codec> index_codecs;
    bool index_at_end = true;
};
struct Codec {
    std::variant<BytesCodec, TransposeCodec, BloscCodec, ZstdCodec, GzipCodec, Crc32cCodec,
                 ShardingCodec>
        settings;
};
using CodecChain = std::vector<Codec>;

/// What a chunk is before encoding: an array in C order, elements in the machine's byte order.
struct ChunkForm {
    Extents shape;
    std::size_t element_size = 1;
    Bytes fill;  ///< one element; what absent chunks inside a shard hold

    [[nodiscard]] std::size_t bytes() const;
};

/// Largest chunk that is taken from a store that others wrote.
inline constexpr std::int64_t largest_chunk_bytes = std::int64_t{1} << 32;

/// Every row of a chunk.
inline constexpr std::int64_t all_rows = std::numeric_limits<std::int64_t>::max();

/// Memory that encode_chunk() uses again and again; one per thread.
struct EncodeScratch {
    Bytes front;
    Bytes back;
    std::unique_ptr<EncodeScratch> inner;  ///< of the chunks in a shard
    Bytes chunk;                           ///< one of them
};

/// Throws StorageError unless `chain` can code chunks of `form`: filters, then exactly one codec
/// from array to bytes, then codecs from bytes to bytes, each with possible settings.
void check_codecs(CodecChain const& chain, ChunkForm const& form);

/// The stored object of a chunk. The result lies in `scratch`, or is `chunk` itself when nothing
/// has to be done. Chunks inside a shard that begin at row `used_rows` of the first axis or later
/// are left out. Expects: check_codecs() passed, chunk.size() == form.bytes().
[[nodiscard]] std::span<std::byte const> encode_chunk(CodecChain const& chain,
                                                      ChunkForm const& form,
                                                      std::span<std::byte const> chunk,
                                                      EncodeScratch& scratch,
                                                      std::int64_t used_rows = all_rows);

/// The chunk in a stored object that may be damaged. Throws StorageError unless the object decodes
/// to exactly form.bytes(), the size of `chunk`. Expects: check_codecs() passed.
void decode_chunk(CodecChain const& chain, ChunkForm const& form, std::span<std::byte const> object,
                  std::span<std::byte> chunk);

}  // namespace athanor
