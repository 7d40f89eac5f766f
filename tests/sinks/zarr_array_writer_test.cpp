// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_array_writer.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sinks/memory_storage.hpp"
#include "sinks/zarr_layout.hpp"

namespace athanor::test {
namespace {

/// Chunks of 8 rows of 3 float64, as they are.
ArrayMetadata rows_of_24_bytes() {
    StoredArray const array{"core/x", RowAxis::atom, RowSource::field, "x", Dtype::float64, {3}};
    return array_metadata(array, {.chunk_rows = {8, 8, 8}, .compressors = {}});
}

/// Writes `counts` rows one after the other, each byte another, and gives the chunks that come of
/// it. `seen`: where the rows of each chunk lay when it was done.
std::map<std::int64_t, Bytes> write_in_pieces(std::vector<int> const& counts, int threads,
                                              std::vector<std::byte const*>* written_at = nullptr,
                                              std::vector<std::byte const*>* seen = nullptr) {
    std::mutex mutex;
    std::map<std::int64_t, Bytes> chunks;
    WriteQueue queue(threads, 1 << 20, [&](WriteTask const& task, EncodeScratch&) {
        std::lock_guard const guard(mutex);
        chunks[task.number].assign(task.rows.begin(), task.rows.end());
        if (seen != nullptr) seen->push_back(task.rows.data());
    });
    ZarrArrayWriter writer("core/x", rows_of_24_bytes());
    int number = 0;
    for (int const count : counts) {
        std::vector<std::span<std::byte>> pieces;
        writer.extend_in_pieces(count, queue, pieces);
        std::size_t bytes = 0;
        for (auto const& piece : pieces) {
            bytes += piece.size();
            if (written_at != nullptr) written_at->push_back(piece.data());
            for (std::byte& byte : piece) byte = static_cast<std::byte>(number++ % 251);
        }
        EXPECT_EQ(bytes, 24U * static_cast<std::size_t>(count));
        writer.push_full_chunks(queue, 0);
    }
    writer.push_tail(queue, 0);
    queue.drain();
    return chunks;
}

TEST(ZarrArrayWriter, PiecesGiveTheSameChunksHoweverManyRowsComeAtOnce) {
    auto const expected = write_in_pieces(std::vector<int>(61, 1), 0);
    ASSERT_EQ(expected.size(), 8U);
    for (int const threads : {0, 1, 3})
        for (std::vector<int> const& counts :
             {std::vector{61}, {8, 8, 8, 8, 8, 8, 8, 5}, {7, 0, 2, 30, 1, 16, 5}, {16, 45}})
            EXPECT_TRUE(write_in_pieces(counts, threads) == expected)
                << counts.size() << " writes, threads " << threads;
}

TEST(ZarrArrayWriter, RowsBehindAFullChunkAreNotCopiedAgain) {
    for (int const threads : {0, 1}) {
        std::vector<std::byte const*> written_at, seen;

        auto const chunks = write_in_pieces({21}, threads, &written_at, &seen);

        ASSERT_EQ(chunks.size(), 3U);
        EXPECT_EQ(written_at.size(), 3U);
        seen.resize(2);  // the last one is no full chunk: it stays where it is, and goes as a copy
        written_at.resize(2);
        EXPECT_EQ(seen, written_at);
    }
}

TEST(ZarrArrayWriter, ManyChunksAtOnceAreFollowedByRowsThatLieTogether) {
    std::map<std::int64_t, Bytes> chunks;
    WriteQueue queue(0, 1 << 20, [&](WriteTask const& task, EncodeScratch&) {
        chunks[task.number].assign(task.rows.begin(), task.rows.end());
    });
    ZarrArrayWriter writer("core/x", rows_of_24_bytes());
    std::vector<std::span<std::byte>> pieces;
    writer.extend_in_pieces(16, queue, pieces);
    for (auto const& piece : pieces) std::fill(piece.begin(), piece.end(), std::byte{1});
    writer.push_full_chunks(queue, 0);

    std::memset(writer.extend(9), 2, 9 * 24);
    writer.push_full_chunks(queue, 0);
    pieces.clear();
    writer.extend_in_pieces(7, queue, pieces);
    for (auto const& piece : pieces) std::fill(piece.begin(), piece.end(), std::byte{3});
    writer.push_full_chunks(queue, 0);

    ASSERT_EQ(chunks.size(), 4U);
    Bytes last(192, std::byte{3});
    std::fill_n(last.begin(), 24, std::byte{2});
    EXPECT_TRUE(chunks[0] == Bytes(192, std::byte{1}) && chunks[1] == chunks[0]);
    EXPECT_TRUE(chunks[2] == Bytes(192, std::byte{2}));
    EXPECT_TRUE(chunks[3] == last);
}

}  // namespace
}  // namespace athanor::test
