// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_array_writer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {

ZarrArrayWriter::ZarrArrayWriter(std::string key, ArrayMetadata metadata)
    : key_(std::move(key)),
      metadata_(std::move(metadata)),
      form_(metadata_.chunk_form()),
      chunk_rows_(metadata_.chunk_shape.at(0)),
      row_bytes_(form_.bytes() / static_cast<std::size_t>(chunk_rows_)),
      chunk_bytes_(form_.bytes()) {
    // A row without elements still has the bytes of its chunk's padding: they are never filled.
    for (std::size_t k = 1; k < metadata_.shape.size(); ++k)
        if (metadata_.shape[k] == 0) row_bytes_ = 0;
}

void ZarrArrayWriter::resume(Storage& storage, std::int64_t rows) {
    document_rows_ = metadata_.shape[0];
    rows_ = pushed_rows_ = rows;
    first_row_ = rows - rows % chunk_rows_;
    if (first_row_ == rows_ || row_bytes_ == 0) return;
    std::string const key = chunk_key(first_row_ / chunk_rows_);
    auto const object = storage.get(key);
    if (!object)
        throw StorageError(
            fmt::format("{}/{}: the last chunk is lost; the store cannot be continued",
                        storage.describe(), key));
    reserve(chunk_bytes_);
    try {
        decode_chunk(metadata_.codecs, form_, *object, {tail_.bytes.get(), chunk_bytes_});
    } catch (StorageError const& error) {
        throw StorageError(fmt::format("{}/{}: {}", storage.describe(), key, error.what()));
    }
}

void ZarrArrayWriter::reserve(std::size_t bytes) {
    if (bytes <= tail_.size) return;
    std::size_t const size = std::max(bytes, tail_.size + tail_.size / 2);
    RowBuffer larger{std::make_unique_for_overwrite<std::byte[]>(size), size};
    auto const used = static_cast<std::size_t>(rows_ - first_row_) * row_bytes_;
    if (used > 0 && tail_.bytes)
        std::memcpy(larger.bytes.get(), tail_.bytes.get(), std::min(used, tail_.size));
    tail_ = std::move(larger);
}

std::byte* ZarrArrayWriter::extend(std::int64_t rows) {
    ATHANOR_EXPECTS(ahead_.empty());
    auto const used = static_cast<std::size_t>(rows_ - first_row_) * row_bytes_;
    auto const more = static_cast<std::size_t>(rows) * row_bytes_;
    // Whole chunks: the last one is padded in place, and full ones are written from here.
    reserve((used + more + chunk_bytes_ - 1) / chunk_bytes_ * chunk_bytes_);
    rows_ += rows;
    return tail_.bytes.get() + used;
}

void ZarrArrayWriter::extend_in_pieces(std::int64_t rows, WriteQueue& queue,
                                       std::vector<std::span<std::byte>>& pieces) {
    ATHANOR_EXPECTS(ahead_.empty());
    auto const used = static_cast<std::size_t>(rows_ - first_row_) * row_bytes_;
    auto more = static_cast<std::size_t>(rows) * row_bytes_;
    rows_ += rows;
    if (more == 0) return;
    if (!tail_.bytes) tail_ = queue.spare_buffer(chunk_bytes_);
    reserve(chunk_bytes_);
    auto const take = [&](std::byte* begin, std::size_t room) {
        pieces.emplace_back(begin, std::min(room, more));
        more -= pieces.back().size();
    };
    take(tail_.bytes.get() + used, chunk_bytes_ - used);
    while (more > 0) {
        ahead_.push_back(queue.spare_buffer(chunk_bytes_));
        take(ahead_.back().bytes.get(), chunk_bytes_);
    }
}

std::string ZarrArrayWriter::chunk_key(std::int64_t chunk) const {
    Extents index(metadata_.shape.size(), 0);
    index[0] = chunk;
    return key_ + "/" + metadata_.chunk_key(index);
}

void ZarrArrayWriter::push_full_chunks(WriteQueue& queue, std::size_t array) {
    std::int64_t const full = (rows_ - first_row_) / chunk_rows_;
    if (full == 0) return;
    if (row_bytes_ == 0) {
        pushed_rows_ = first_row_ += full * chunk_rows_;
        return;
    }
    if (!ahead_.empty()) return push_pieces(queue, array);
    auto const task = [&](std::int64_t k) {
        return full_chunk(array, first_row_ / chunk_rows_ + k,
                          tail_.bytes.get() + static_cast<std::size_t>(k) * chunk_bytes_);
    };
    bool const goes_along = queue.has_threads() && full == 1 && tail_.size <= 2 * chunk_bytes_;
    auto const pushed = static_cast<std::size_t>(full) * chunk_bytes_;
    std::size_t const left = static_cast<std::size_t>(rows_ - first_row_) * row_bytes_ - pushed;
    std::byte const* const rest = tail_.bytes.get() + pushed;
    if (goes_along && !queue.do_now(task(0))) {
        RowBuffer next = queue.spare_buffer(tail_.size);
        std::memcpy(next.bytes.get(), rest, left);
        WriteTask whole = task(0);
        queue.push(std::move(whole), std::exchange(tail_, std::move(next)));
    } else {
        for (std::int64_t k = 0; k < full && !goes_along; ++k) queue.push(task(k));
        std::memmove(tail_.bytes.get(), rest, left);
    }
    pushed_rows_ = first_row_ += full * chunk_rows_;
}

WriteTask ZarrArrayWriter::full_chunk(std::size_t array, std::int64_t chunk,
                                      std::byte const* rows) const {
    return {.kind = WriteTask::Kind::chunk,
            .unseen = chunk * chunk_rows_ >= document_rows_,
            .array = array,
            .number = chunk,
            .rows = {rows, chunk_bytes_},
            .used_rows = chunk_rows_};
}

/// Each full chunk goes with its buffer; the last, if it is not full, becomes the tail.
void ZarrArrayWriter::push_pieces(WriteQueue& queue, std::size_t array) {
    ahead_.insert(ahead_.begin(), std::exchange(tail_, {}));
    for (RowBuffer& buffer : ahead_) {
        if (rows_ - first_row_ < chunk_rows_) {
            tail_ = std::move(buffer);
            break;
        }
        WriteTask task = full_chunk(array, first_row_ / chunk_rows_, buffer.bytes.get());
        if (!queue.has_threads())
            queue.push(std::move(task));
        else if (!queue.do_now(task))
            queue.push(std::move(task), std::move(buffer));
        if (buffer.bytes) queue.keep(std::move(buffer));
        pushed_rows_ = first_row_ += chunk_rows_;
    }
    ahead_.clear();
}

void ZarrArrayWriter::push_tail(WriteQueue& queue, std::size_t array) {
    ATHANOR_EXPECTS(rows_ - first_row_ < chunk_rows_);
    if (pushed_rows_ == rows_) return;
    if (row_bytes_ > 0) {
        auto const used = static_cast<std::size_t>(rows_ - first_row_) * row_bytes_;
        std::memset(tail_.bytes.get() + used, 0, chunk_bytes_ - used);
        queue.push({.kind = WriteTask::Kind::chunk,
                    .unseen = first_row_ >= document_rows_,
                    .array = array,
                    .number = first_row_ / chunk_rows_,
                    .rows = {tail_.bytes.get(), chunk_bytes_},
                    .used_rows = rows_ - first_row_});
    }
    pushed_rows_ = rows_;
}

void ZarrArrayWriter::push_document(WriteQueue& queue, std::size_t array) {
    ATHANOR_EXPECTS(pushed_rows_ == rows_);
    if (document_rows_ == rows_) return;
    queue.push({.kind = WriteTask::Kind::document, .array = array, .number = rows_});
    document_rows_ = rows_;
}

void ZarrArrayWriter::put_chunk(Storage& storage, EncodeScratch& scratch,
                                WriteTask const& task) const {
    auto const bytes = encode_chunk(metadata_.codecs, form_, task.rows, scratch, task.used_rows);
    std::string const key = chunk_key(task.number);
    // Documents come after a sync: until then no shape holds a row of such a chunk.
    if (task.unseen)
        storage.put_unseen(key, bytes);
    else
        storage.put(key, bytes);
}

void ZarrArrayWriter::put_document(Storage& storage, std::int64_t rows) const {
    ArrayMetadata metadata = metadata_;
    metadata.shape[0] = rows;
    std::string const text = to_document(metadata);
    storage.put(key_ + "/zarr.json", std::as_bytes(std::span(text)));
}

}  // namespace athanor
