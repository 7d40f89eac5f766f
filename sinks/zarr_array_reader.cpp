// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_array_reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {

ZarrArrayReader::ZarrArrayReader(Storage& storage, std::string key, ArrayMetadata metadata,
                                 bool every_chunk, std::size_t cache_bytes)
    : storage_(&storage),
      key_(std::move(key)),
      metadata_(std::move(metadata)),
      form_(metadata_.chunk_form()),
      every_chunk_(every_chunk),
      row_bytes_(metadata_.element_size()),
      cached_chunks_(
          std::max<std::size_t>(1, cache_bytes / std::max<std::size_t>(1, form_.bytes()))) {
    if (metadata_.shape.empty())
        throw StorageError(
            fmt::format("{}/{}: the array has no axis for rows", storage.describe(), key_));
    for (std::size_t k = 1; k < metadata_.shape.size(); ++k) {
        std::int64_t bytes = 0;
        if (__builtin_mul_overflow(static_cast<std::int64_t>(row_bytes_), metadata_.shape[k],
                                   &bytes) ||
            bytes > largest_chunk_bytes)
            throw StorageError(
                fmt::format("{}/{}: a row is larger than 4 GiB", storage.describe(), key_));
        row_bytes_ = static_cast<std::size_t>(bytes);
    }
}

std::vector<int> ZarrArrayReader::row_shape() const {
    std::vector<int> shape;
    for (std::size_t k = 1; k < metadata_.shape.size(); ++k)
        shape.push_back(static_cast<int>(metadata_.shape[k]));
    return shape;
}

Bytes ZarrArrayReader::load(Extents const& index) const {
    std::string const key = key_ + "/" + metadata_.chunk_key(index);
    auto const object = storage_->get(key);
    Bytes data(form_.bytes());
    if (!object) {
        if (every_chunk_)
            throw StorageError(fmt::format("{}/{}: the chunk is lost", storage_->describe(), key));
        for (std::size_t at = 0; at < data.size(); at += form_.fill.size())
            std::copy(form_.fill.begin(), form_.fill.end(),
                      data.begin() + static_cast<std::ptrdiff_t>(at));
        return data;
    }
    try {
        decode_chunk(metadata_.codecs, form_, *object, data);
    } catch (StorageError const& error) {
        throw StorageError(fmt::format("{}/{}: {}", storage_->describe(), key, error.what()));
    }
    return data;
}

Bytes const& ZarrArrayReader::chunk_at(Extents const& index) {
    auto const found =
        std::find_if(cache_.begin(), cache_.end(), [&](auto const& c) { return c.index == index; });
    if (found != cache_.end()) {
        cache_.splice(cache_.begin(), cache_, found);
        return cache_.front().data;
    }
    if (cache_.size() >= cached_chunks_) cache_.pop_back();
    cache_.push_front({index, load(index)});
    return cache_.front().data;
}

void ZarrArrayReader::read_rows(std::int64_t begin, std::int64_t end, std::byte* out) {
    ATHANOR_EXPECTS(0 <= begin && begin <= end);
    if (end > rows())
        throw StorageError(fmt::format("{}/{}: has {} rows, row {} is asked for",
                                       storage_->describe(), key_, rows(), end - 1));
    if (begin == end || row_bytes_ == 0) return;
    std::size_t const rank = metadata_.shape.size();
    Extents const& chunk_shape = metadata_.chunk_shape;
    Extents target = metadata_.shape;
    target[0] = end - begin;
    // Over all chunks that hold a part of these rows.
    Extents first(rank, 0), last(rank, 0), from(rank), to(rank), extent(rank);
    first[0] = begin / chunk_shape[0];
    last[0] = (end - 1) / chunk_shape[0];
    for (std::size_t k = 1; k < rank; ++k) last[k] = (metadata_.shape[k] - 1) / chunk_shape[k];
    Extents index = first;
    for (;;) {
        for (std::size_t k = 0; k < rank; ++k) {
            std::int64_t const low = k == 0 ? begin : 0;
            std::int64_t const high = k == 0 ? end : metadata_.shape[k];
            std::int64_t const origin = index[k] * chunk_shape[k];
            std::int64_t const b = std::max(low, origin);
            extent[k] = std::min(high, origin + chunk_shape[k]) - b;
            from[k] = b - origin;
            to[k] = b - low;
        }
        copy_block(out, {target, to}, chunk_at(index).data(), {chunk_shape, from}, extent,
                   form_.element_size);
        std::size_t k = rank;
        while (k > 0 && index[k - 1] == last[k - 1]) {
            index[k - 1] = first[k - 1];
            --k;
        }
        if (k == 0) break;
        ++index[k - 1];
    }
}

Bytes ZarrArrayReader::read_rows(std::int64_t begin, std::int64_t end) {
    ATHANOR_EXPECTS(0 <= begin && begin <= end);
    if (end > rows())  // before memory is taken for rows that are not there
        throw StorageError(fmt::format("{}/{}: has {} rows, row {} is asked for",
                                       storage_->describe(), key_, rows(), end - 1));
    Bytes out(static_cast<std::size_t>(end - begin) * row_bytes_);
    read_rows(begin, end, out.data());
    return out;
}

ArrayMetadata load_array_metadata(Storage& storage, std::string const& key) {
    auto const document = storage.get(key + "/zarr.json");
    if (!document)
        throw StorageError(fmt::format("{}/{}: the array is missing", storage.describe(), key));
    try {
        return parse_array_metadata(
            {reinterpret_cast<char const*>(document->data()), document->size()});
    } catch (StorageError const& error) {
        throw StorageError(fmt::format("{}/{}/{}", storage.describe(), key, error.what()));
    }
}

}  // namespace athanor
