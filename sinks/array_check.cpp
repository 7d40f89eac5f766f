// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/array_check.hpp"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/error.hpp"
#include "sinks/zarr_array_reader.hpp"

namespace athanor {
namespace {

constexpr std::int64_t most_chunks = 100'000'000;

struct CodecWords {
    std::string operator()(BytesCodec const& codec) const {
        return codec.big_endian ? "big-endian" : "";
    }
    std::string operator()(TransposeCodec const& codec) const {
        return fmt::format("transpose {}", fmt::join(codec.order, ","));
    }
    std::string operator()(BloscCodec const& codec) const {
        return fmt::format("blosc {}:{} {}", codec.cname, codec.clevel, codec.shuffle);
    }
    std::string operator()(ZstdCodec const& codec) const {
        return fmt::format("zstd:{}", codec.level);
    }
    std::string operator()(GzipCodec const& codec) const {
        return fmt::format("gzip:{}", codec.level);
    }
    std::string operator()(Crc32cCodec const&) const { return "crc32c"; }
    std::string operator()(ShardingCodec const& codec) const {
        return fmt::format("shards of {}, {}", fmt::join(codec.chunk_shape, "x"),
                           describe_codecs(codec.codecs));
    }
};

}  // namespace

std::string describe_codecs(CodecChain const& codecs) {
    std::string text;
    for (Codec const& codec : codecs) {
        std::string const words = std::visit(CodecWords{}, codec.settings);
        if (!words.empty()) text += (text.empty() ? "" : ", ") + words;
    }
    return text.empty() ? "none" : text;
}

ArrayCheck::ArrayCheck(Storage& storage, std::string key, bool every_chunk)
    : storage_(storage), key_(std::move(key)), every_chunk_(every_chunk) {}

ArrayFigures ArrayCheck::run(bool decode) {
    metadata_ = load_array_metadata(storage_, key_);
    ArrayFigures figures;
    figures.key = key_;
    figures.data_type = metadata_.data_type;
    figures.shape = metadata_.shape;
    figures.chunk_shape = metadata_.chunk_shape;
    figures.codecs = describe_codecs(metadata_.codecs);
    figures.raw_bytes =
        element_count(metadata_.shape) * static_cast<std::int64_t>(metadata_.element_size());
    figures.chunks = 1;
    for (std::size_t k = 0; k < metadata_.shape.size(); ++k)
        figures.chunks *=
            (metadata_.shape[k] + metadata_.chunk_shape[k] - 1) / metadata_.chunk_shape[k];
    list_objects("");
    check_chunks(figures, decode);
    for (std::string const& object : objects_)
        leftovers_.push_back(fmt::format("{}/{}: is no chunk of the array", key_, object));
    return figures;
}

void ArrayCheck::list_objects(std::string const& folder) {
    for (std::string const& name : storage_.list(key_ + (folder.empty() ? "" : "/" + folder))) {
        std::string const path = folder.empty() ? name : folder + "/" + name;
        if (name.ends_with('/'))
            list_objects(path.substr(0, path.size() - 1));
        else if (path != "zarr.json")
            objects_.insert(path);
    }
}

void ArrayCheck::check_chunks(ArrayFigures& figures, bool decode) {
    if (figures.chunks == 0) return;
    if (figures.chunks > most_chunks) {
        problems_.push_back(
            fmt::format("{}: {} chunks are too many to look at", key_, figures.chunks));
        return;
    }
    std::size_t const rank = metadata_.shape.size();
    Bytes chunk(decode ? metadata_.chunk_form().bytes() : 0);
    if (decode) figures.stored_bytes = 0;
    std::int64_t missing = 0;
    Extents index(rank, 0);
    for (std::int64_t k = 0; k < figures.chunks; ++k) {
        if (objects_.empty() && !every_chunk_) break;
        std::string const object = metadata_.chunk_key(index);
        if (objects_.erase(object) > 0) {
            ++figures.chunks_stored;
            if (decode) check_chunk(object, figures, chunk);
        } else if (every_chunk_ && ++missing <= 3) {
            problems_.push_back(fmt::format("{}/{}: the chunk is lost", key_, object));
        }
        for (std::size_t axis = rank; axis-- > 0;) {
            if (++index[axis] * metadata_.chunk_shape[axis] < metadata_.shape[axis]) break;
            index[axis] = 0;
        }
    }
    if (every_chunk_ && figures.chunks - figures.chunks_stored > 3)
        problems_.push_back(fmt::format("{}: {} of {} chunks are lost", key_,
                                        figures.chunks - figures.chunks_stored, figures.chunks));
}

void ArrayCheck::check_chunk(std::string const& object, ArrayFigures& figures, Bytes& chunk) {
    try {
        auto const bytes = storage_.get(key_ + "/" + object);
        if (!bytes) throw StorageError("the object is gone");
        *figures.stored_bytes += static_cast<std::int64_t>(bytes->size());
        decode_chunk(metadata_.codecs, metadata_.chunk_form(), *bytes, chunk);
    } catch (StorageError const& error) {
        problems_.push_back(fmt::format("{}/{}: {}", key_, object, error.what()));
    }
}

}  // namespace athanor
