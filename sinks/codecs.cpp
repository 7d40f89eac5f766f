// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/codecs.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <memory>

#include <blosc.h>
#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include "runtime/crc32c.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

static_assert(std::endian::native == std::endian::little, "big-endian machines need byte swaps");

using ByteSpan = std::span<std::byte const>;

constexpr std::array<std::string_view, 5> blosc_names{"blosclz", "lz4", "lz4hc", "zlib", "zstd"};
constexpr std::array<std::string_view, 3> blosc_shuffles{"noshuffle", "shuffle", "bitshuffle"};

template <std::size_t n>
int position_in(std::array<std::string_view, n> const& names, std::string_view name) {
    auto const found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

void swap_elements(std::byte* to, ByteSpan from, std::size_t element_size) {
    for (std::size_t at = 0; at < from.size(); at += element_size)
        std::reverse_copy(from.data() + at, from.data() + at + element_size, to + at);
}

[[noreturn]] void damaged(std::string_view codec, std::string_view what) {
    throw StorageError(fmt::format("{}: {}; the object is damaged", codec, what));
}

void need(bool condition, std::string_view what) {
    if (!condition) throw StorageError(std::string(what));
}

/// Shapes before each filter; the last is what the array-to-bytes codec sees.
std::vector<Extents> shapes_along(CodecChain const& chain, Extents shape) {
    std::vector<Extents> shapes{shape};
    for (Codec const& codec : chain) {
        auto const* transpose = std::get_if<TransposeCodec>(&codec.settings);
        if (transpose == nullptr) break;
        Extents next(shape.size());
        for (std::size_t k = 0; k < shape.size(); ++k)
            next[k] = shape[static_cast<std::size_t>(transpose->order[k])];
        shapes.push_back(shape = next);
    }
    return shapes;
}

// --- checks --------------------------------------------------------------------------------------

void check_settings(TransposeCodec const& codec, ChunkForm const& form) {
    auto sorted = codec.order;
    std::sort(sorted.begin(), sorted.end());
    bool permutation = sorted.size() == form.shape.size();
    for (std::size_t k = 0; permutation && k < sorted.size(); ++k)
        permutation = sorted[k] == static_cast<int>(k);
    need(permutation, "codec transpose: order is no permutation of the axes");
}

void check_settings(BloscCodec const& codec) {
    need(position_in(blosc_names, codec.cname) >= 0,
         fmt::format("codec blosc: unknown cname \"{}\"", codec.cname));
    need(codec.clevel >= 0 && codec.clevel <= 9, "codec blosc: clevel must be 0 to 9");
    need(position_in(blosc_shuffles, codec.shuffle) >= 0,
         fmt::format("codec blosc: unknown shuffle \"{}\"", codec.shuffle));
    need(codec.typesize >= 0 && codec.typesize <= 255, "codec blosc: typesize must be 0 to 255");
    need(codec.blocksize >= 0, "codec blosc: blocksize must not be negative");
}

void check_settings(ShardingCodec const& codec, ChunkForm const& form, Extents const& shape) {
    need(codec.chunk_shape.size() == shape.size(),
         "codec sharding_indexed: chunk_shape has another rank than the array");
    for (std::size_t k = 0; k < shape.size(); ++k)
        need(codec.chunk_shape[k] > 0 && shape[k] % codec.chunk_shape[k] == 0,
             "codec sharding_indexed: chunk_shape does not divide the shard");
    check_codecs(codec.codecs, {codec.chunk_shape, form.element_size, form.fill});
    check_codecs(codec.index_codecs, {{1, 2}, 8, Bytes(8, std::byte{0xff})});
    for (Codec const& index : codec.index_codecs)
        need(std::holds_alternative<BytesCodec>(index.settings) ||
                 std::holds_alternative<Crc32cCodec>(index.settings),
             "codec sharding_indexed: index_codecs must keep the size of the index");
}

// --- decoding ------------------------------------------------------------------------------------

ByteSpan decode_crc32c(ByteSpan object) {
    if (object.size() < 4) damaged("crc32c", "shorter than its checksum");
    std::uint32_t stored = 0;
    ByteSpan const data = object.first(object.size() - 4);
    std::memcpy(&stored, object.data() + data.size(), 4);
    if (stored != crc32c(data)) damaged("crc32c", "the checksum differs");
    return data;
}

Bytes decode_blosc(ByteSpan object, std::size_t limit) {
    std::size_t size = 0;
    if (object.size() < BLOSC_MIN_HEADER_LENGTH ||
        blosc_cbuffer_validate(object.data(), object.size(), &size) != 0)
        damaged("blosc", "no valid frame");
    if (size > limit) damaged("blosc", "the frame holds more than a chunk");
    Bytes data(size);
    int const got = blosc_decompress_ctx(object.data(), data.data(), size, 1);
    if (got < 0 || static_cast<std::size_t>(got) != size) damaged("blosc", "it does not decode");
    return data;
}

Bytes decode_zstd(ByteSpan object, std::size_t limit) {
    std::size_t const frame = ZSTD_findFrameCompressedSize(object.data(), object.size());
    if (ZSTD_isError(frame) != 0) damaged("zstd", ZSTD_getErrorName(frame));
    if (frame != object.size()) damaged("zstd", "bytes follow the frame");
    auto const content = ZSTD_getFrameContentSize(object.data(), object.size());
    if (content == ZSTD_CONTENTSIZE_ERROR) damaged("zstd", "no valid frame");
    if (content != ZSTD_CONTENTSIZE_UNKNOWN) {
        if (content > limit) damaged("zstd", "the frame holds more than a chunk");
        limit = static_cast<std::size_t>(content);
    }
    Bytes data(limit);
    thread_local std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> const context(
        ZSTD_createDCtx(), &ZSTD_freeDCtx);
    std::size_t const got =
        ZSTD_decompressDCtx(context.get(), data.data(), data.size(), object.data(), object.size());
    if (ZSTD_isError(got) != 0) damaged("zstd", ZSTD_getErrorName(got));
    data.resize(got);
    return data;
}

Bytes decode_gzip(ByteSpan object, std::size_t limit) {
    z_stream stream{};
    if (inflateInit2(&stream, 15 + 16) != Z_OK) throw StorageError("gzip: no memory");
    std::unique_ptr<z_stream, decltype(&inflateEnd)> const guard(&stream, &inflateEnd);
    if (object.size() > std::numeric_limits<uInt>::max()) damaged("gzip", "too large");
    Bytes data(limit);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(object.data()));
    stream.avail_in = static_cast<uInt>(object.size());
    std::size_t done = 0;
    int status = Z_OK;
    while (status == Z_OK) {
        std::byte spare{};  // shows data beyond the limit
        std::size_t const room = limit - done;
        auto const piece = static_cast<uInt>(std::min<std::size_t>(room, 1U << 30));
        stream.next_out = reinterpret_cast<Bytef*>(room > 0 ? data.data() + done : &spare);
        stream.avail_out = room > 0 ? piece : 1;
        uInt const before = stream.avail_out;
        status = inflate(&stream, Z_NO_FLUSH);
        std::size_t const got = before - stream.avail_out;
        if (room == 0 && got > 0) damaged("gzip", "it holds more than a chunk");
        if (room > 0) done += got;
    }
    if (status != Z_STREAM_END) damaged("gzip", "it does not decode");
    if (stream.avail_in != 0) damaged("gzip", "bytes follow the member");
    data.resize(done);
    return data;
}

std::uint64_t load_u64(ByteSpan bytes, std::size_t at, bool big_endian) {
    std::array<std::byte, 8> raw{};
    std::copy_n(bytes.data() + at, 8, raw.begin());
    if (big_endian) std::reverse(raw.begin(), raw.end());
    return std::bit_cast<std::uint64_t>(raw);
}

std::size_t index_size(ShardingCodec const& codec, std::size_t chunk_count) {
    std::size_t size = 16 * chunk_count;
    for (Codec const& step : codec.index_codecs)
        if (std::holds_alternative<Crc32cCodec>(step.settings)) size += 4;
    return size;
}

/// The shard index: offset and length of every inner chunk, both 2^64-1 for an absent one.
std::vector<std::uint64_t> decode_shard_index(ShardingCodec const& codec, ByteSpan object,
                                              std::size_t chunk_count) {
    std::size_t const size = index_size(codec, chunk_count);
    bool big_endian = false;
    for (Codec const& step : codec.index_codecs)
        if (auto const* bytes = std::get_if<BytesCodec>(&step.settings))
            big_endian = bytes->big_endian;
    if (object.size() < size) damaged("sharding_indexed", "shorter than its index");
    ByteSpan index = codec.index_at_end ? object.last(size) : object.first(size);
    for (Codec const& step : codec.index_codecs)
        if (std::holds_alternative<Crc32cCodec>(step.settings)) index = decode_crc32c(index);
    std::vector<std::uint64_t> entries(2 * chunk_count);
    for (std::size_t k = 0; k < entries.size(); ++k)
        entries[k] = load_u64(index, 8 * k, big_endian);
    return entries;
}

/// The offset and the length in the index of a chunk that is not there.
constexpr std::uint64_t absent = ~std::uint64_t{0};

/// How many chunks a shard holds along each axis.
Extents shard_grid(ShardingCodec const& codec, ChunkForm const& shard) {
    Extents grid(shard.shape.size());
    for (std::size_t k = 0; k < grid.size(); ++k) grid[k] = shard.shape[k] / codec.chunk_shape[k];
    return grid;
}

/// Where chunk `k` of a shard, in C order, begins.
Extents place_in_shard(ShardingCodec const& codec, Extents const& grid, std::size_t k) {
    Extents at(grid.size(), 0);
    for (std::size_t axis = grid.size(); axis-- > 0;) {
        auto const extent = static_cast<std::size_t>(grid[axis]);
        at[axis] = static_cast<std::int64_t>(k % extent) * codec.chunk_shape[axis];
        k /= extent;
    }
    return at;
}

void fill_chunk(std::span<std::byte> chunk, Bytes const& fill) {
    for (std::size_t at = 0; at < chunk.size(); at += fill.size())
        std::copy(fill.begin(), fill.end(), chunk.begin() + static_cast<std::ptrdiff_t>(at));
}

void decode_shard(ShardingCodec const& codec, ChunkForm const& shard, ByteSpan object,
                  std::span<std::byte> out) {
    Extents const grid = shard_grid(codec, shard);
    auto const count = static_cast<std::size_t>(element_count(grid));
    auto const index = decode_shard_index(codec, object, count);
    ChunkForm const inner{codec.chunk_shape, shard.element_size, shard.fill};
    Bytes chunk(inner.bytes());
    Extents const zero(grid.size(), 0);
    for (std::size_t k = 0; k < count; ++k) {
        std::uint64_t const offset = index[2 * k], length = index[2 * k + 1];
        if (offset == absent && length == absent) {
            fill_chunk(chunk, shard.fill);
        } else {
            if (offset > object.size() || length > object.size() - offset)
                damaged("sharding_indexed", "an entry points beyond the shard");
            decode_chunk(codec.codecs, inner, object.subspan(offset, length), chunk);
        }
        copy_block(out.data(), {shard.shape, place_in_shard(codec, grid, k)}, chunk.data(),
                   {inner.shape, zero}, inner.shape, shard.element_size);
    }
}

/// Undoes the codecs from bytes to bytes; the result may lie in `owner`.
ByteSpan decode_bytes_to_bytes(CodecChain const& chain, std::size_t first, std::size_t chunk_bytes,
                               bool sharded, ByteSpan object, Bytes& owner) {
    // What each codec decodes to is known exactly as long as those before it keep the size.
    std::vector<std::size_t> limits;
    std::size_t size = chunk_bytes;
    bool exact = !sharded;
    for (std::size_t k = first; k < chain.size(); ++k) {
        limits.push_back(exact ? size : 2 * size + (std::size_t{1} << 20));
        if (std::holds_alternative<Crc32cCodec>(chain[k].settings))
            size += 4;
        else
            exact = false;
    }
    for (std::size_t k = chain.size(); k-- > first;) {
        std::size_t const limit = limits[k - first];
        auto const& settings = chain[k].settings;
        if (std::holds_alternative<Crc32cCodec>(settings)) {
            object = decode_crc32c(object);
            continue;
        }
        Bytes next = std::holds_alternative<BloscCodec>(settings)  ? decode_blosc(object, limit)
                     : std::holds_alternative<ZstdCodec>(settings) ? decode_zstd(object, limit)
                                                                   : decode_gzip(object, limit);
        owner = std::move(next);
        object = owner;
    }
    return object;
}

// --- encoding ------------------------------------------------------------------------------------

ByteSpan encode_step(BloscCodec const& codec, ByteSpan in, Bytes& out) {
    if (in.size() > BLOSC_MAX_BUFFERSIZE)
        throw StorageError("blosc: a chunk holds at most 2 GiB; choose fewer rows a chunk");
    out.resize(std::max(out.size(), in.size() + BLOSC_MAX_OVERHEAD));
    int const size =
        blosc_compress_ctx(codec.clevel, position_in(blosc_shuffles, codec.shuffle),
                           static_cast<std::size_t>(std::max(codec.typesize, 1)), in.size(),
                           in.data(), out.data(), in.size() + BLOSC_MAX_OVERHEAD,
                           codec.cname.c_str(), static_cast<std::size_t>(codec.blocksize), 1);
    if (size <= 0) throw StorageError(fmt::format("blosc: {} cannot compress", codec.cname));
    return ByteSpan(out).first(static_cast<std::size_t>(size));
}

ByteSpan encode_step(ZstdCodec const& codec, ByteSpan in, Bytes& out) {
    thread_local std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> const context(
        ZSTD_createCCtx(), &ZSTD_freeCCtx);
    std::size_t const bound = ZSTD_compressBound(in.size());
    out.resize(std::max(out.size(), bound));
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, codec.level);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, codec.checksum ? 1 : 0);
    std::size_t const size = ZSTD_compress2(context.get(), out.data(), bound, in.data(), in.size());
    if (ZSTD_isError(size) != 0)
        throw StorageError(fmt::format("zstd: {}", ZSTD_getErrorName(size)));
    return ByteSpan(out).first(size);
}

ByteSpan encode_step(GzipCodec const& codec, ByteSpan in, Bytes& out) {
    if (in.size() > std::numeric_limits<uInt>::max() / 2)
        throw StorageError("gzip: a chunk holds at most 2 GiB; choose fewer rows a chunk");
    z_stream stream{};
    if (deflateInit2(&stream, codec.level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw StorageError("gzip: no memory");
    std::unique_ptr<z_stream, decltype(&deflateEnd)> const guard(&stream, &deflateEnd);
    out.resize(std::max<std::size_t>(out.size(), deflateBound(&stream, in.size())));
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    uInt const room = stream.avail_out;
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw StorageError("gzip: cannot compress");
    return ByteSpan(out).first(room - stream.avail_out);
}

ByteSpan encode_step(Crc32cCodec, ByteSpan in, Bytes& out) {
    std::uint32_t const crc = crc32c(in);
    out.resize(std::max(out.size(), in.size() + 4));
    std::copy(in.begin(), in.end(), out.begin());
    std::memcpy(out.data() + in.size(), &crc, 4);
    return ByteSpan(out).first(in.size() + 4);
}

/// Chunks in C order, one after the other, and the index after or before them.
ByteSpan encode_shard(ShardingCodec const& codec, ChunkForm const& shard, ByteSpan in,
                      EncodeScratch& scratch, Bytes& out, std::int64_t used_rows) {
    if (!scratch.inner) scratch.inner = std::make_unique<EncodeScratch>();
    Extents const grid = shard_grid(codec, shard);
    ChunkForm const inner{codec.chunk_shape, shard.element_size, shard.fill};
    Extents const zero(grid.size(), 0);
    scratch.chunk.resize(inner.bytes());
    std::vector<std::uint64_t> entries(2 * static_cast<std::size_t>(element_count(grid)), absent);
    std::size_t const count = entries.size() / 2;
    std::size_t end = codec.index_at_end ? 0 : index_size(codec, count);
    for (std::size_t k = 0; k < count; ++k) {
        Extents const at = place_in_shard(codec, grid, k);
        if (!at.empty() && at[0] >= used_rows) continue;
        copy_block(scratch.chunk.data(), {inner.shape, zero}, in.data(), {shard.shape, at},
                   inner.shape, shard.element_size);
        ByteSpan const object = encode_chunk(codec.codecs, inner, scratch.chunk, *scratch.inner);
        out.resize(std::max(out.size(), end + object.size()));
        std::copy(object.begin(), object.end(), out.begin() + static_cast<std::ptrdiff_t>(end));
        entries[2 * k] = end;
        entries[2 * k + 1] = object.size();
        end += object.size();
    }
    ChunkForm const form{{static_cast<std::int64_t>(count), 2}, 8, {}};
    ByteSpan const index =
        encode_chunk(codec.index_codecs, form, std::as_bytes(std::span(entries)), *scratch.inner);
    std::size_t const index_place = codec.index_at_end ? end : 0;
    out.resize(std::max(out.size(), index_place + index.size()));
    std::copy(index.begin(), index.end(), out.begin() + static_cast<std::ptrdiff_t>(index_place));
    return ByteSpan(out).first(codec.index_at_end ? end + index.size() : end);
}

}  // namespace

std::size_t ChunkForm::bytes() const {
    return static_cast<std::size_t>(element_count(shape)) * element_size;
}

void check_codecs(CodecChain const& chain, ChunkForm const& form) {
    std::size_t k = 0;
    Extents shape = form.shape;
    for (; k < chain.size(); ++k) {
        auto const* transpose = std::get_if<TransposeCodec>(&chain[k].settings);
        if (transpose == nullptr) break;
        check_settings(*transpose, form);
        shape = shapes_along({chain[k]}, shape).back();
    }
    need(k < chain.size(), "no codec turns the array into bytes");
    if (auto const* sharding = std::get_if<ShardingCodec>(&chain[k].settings))
        check_settings(*sharding, form, shape);
    else
        need(std::holds_alternative<BytesCodec>(chain[k].settings),
             "after the filters comes bytes or sharding_indexed");
    for (++k; k < chain.size(); ++k) {
        auto const& settings = chain[k].settings;
        if (auto const* blosc = std::get_if<BloscCodec>(&settings)) {
            check_settings(*blosc);
        } else if (auto const* gzip = std::get_if<GzipCodec>(&settings)) {
            need(gzip->level >= 0 && gzip->level <= 9, "codec gzip: level must be 0 to 9");
        } else if (auto const* zstd = std::get_if<ZstdCodec>(&settings)) {
            need(zstd->level >= ZSTD_minCLevel() && zstd->level <= ZSTD_maxCLevel(),
                 "codec zstd: unknown level");
        } else {
            need(std::holds_alternative<Crc32cCodec>(settings),
                 "only blosc, zstd, gzip and crc32c can follow the bytes");
        }
    }
}

ByteSpan encode_chunk(CodecChain const& chain, ChunkForm const& form, ByteSpan chunk,
                      EncodeScratch& scratch, std::int64_t used_rows) {
    ATHANOR_EXPECTS(chunk.size() == form.bytes());
    ByteSpan now = chunk;
    Extents shape = form.shape;
    auto const free_buffer = [&]() -> Bytes& {
        return now.data() == scratch.front.data() ? scratch.back : scratch.front;
    };
    for (Codec const& codec : chain) {
        if (auto const* transpose = std::get_if<TransposeCodec>(&codec.settings)) {
            Bytes& out = free_buffer();
            out.resize(std::max(out.size(), now.size()));
            permute_axes(out.data(), now.data(), shape, transpose->order, form.element_size);
            shape = shapes_along({codec}, shape).back();
            now = ByteSpan(out).first(now.size());
        } else if (auto const* bytes = std::get_if<BytesCodec>(&codec.settings)) {
            if (!bytes->big_endian || form.element_size == 1) continue;
            Bytes& out = free_buffer();
            out.resize(std::max(out.size(), now.size()));
            swap_elements(out.data(), now, form.element_size);
            now = ByteSpan(out).first(now.size());
        } else if (auto const* blosc = std::get_if<BloscCodec>(&codec.settings)) {
            now = encode_step(*blosc, now, free_buffer());
        } else if (auto const* sharding = std::get_if<ShardingCodec>(&codec.settings)) {
            bool const filtered = &codec != &chain.front();  // transposed: rows are elsewhere
            now = encode_shard(*sharding, {shape, form.element_size, form.fill}, now, scratch,
                               free_buffer(), filtered ? all_rows : used_rows);
        } else if (auto const* zstd = std::get_if<ZstdCodec>(&codec.settings)) {
            now = encode_step(*zstd, now, free_buffer());
        } else if (auto const* gzip = std::get_if<GzipCodec>(&codec.settings)) {
            now = encode_step(*gzip, now, free_buffer());
        } else {
            ATHANOR_EXPECTS(std::holds_alternative<Crc32cCodec>(codec.settings));
            now = encode_step(Crc32cCodec{}, now, free_buffer());
        }
    }
    return now;
}

void decode_chunk(CodecChain const& chain, ChunkForm const& form, ByteSpan object,
                  std::span<std::byte> chunk) {
    ATHANOR_EXPECTS(chunk.size() == form.bytes());
    auto const shapes = shapes_along(chain, form.shape);
    std::size_t const filters = shapes.size() - 1;
    auto const* sharding = std::get_if<ShardingCodec>(&chain[filters].settings);
    Bytes owner;
    ByteSpan const data =
        decode_bytes_to_bytes(chain, filters + 1, chunk.size(), sharding != nullptr, object, owner);
    Bytes front(filters > 0 ? chunk.size() : 0);
    std::span<std::byte> out = filters > 0 ? std::span<std::byte>(front) : chunk;
    if (sharding != nullptr) {
        decode_shard(*sharding, {shapes.back(), form.element_size, form.fill}, data, out);
    } else {
        if (data.size() != chunk.size())
            damaged("bytes", fmt::format("{} bytes, a chunk has {}", data.size(), chunk.size()));
        if (std::get<BytesCodec>(chain[filters].settings).big_endian && form.element_size > 1)
            swap_elements(out.data(), data, form.element_size);
        else
            std::copy(data.begin(), data.end(), out.begin());
    }
    Bytes back;
    for (std::size_t k = filters; k-- > 0;) {
        auto const& order = std::get<TransposeCodec>(chain[k].settings).order;
        std::vector<int> inverse(order.size());
        for (std::size_t axis = 0; axis < order.size(); ++axis)
            inverse[static_cast<std::size_t>(order[axis])] = static_cast<int>(axis);
        back.resize(chunk.size());
        permute_axes(back.data(), front.data(), shapes[k + 1], inverse, form.element_size);
        front.swap(back);
    }
    if (filters > 0) std::copy(front.begin(), front.end(), chunk.begin());
}

}  // namespace athanor
