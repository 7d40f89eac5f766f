// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Stores with more than 2^31 atoms, edges and elements, of which only the last chunks exist.
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sinks/zarr_array_reader.hpp"
#include "sinks/zarr_array_writer.hpp"
#include "sinks/zarr_reader.hpp"
#include "sinks/zarr_sink.hpp"
#include "tests/sinks/expect_samples.hpp"
#include "tests/sinks/shared_storage.hpp"
#include "tests/sinks/store_samples.hpp"

namespace athanor::test {
namespace {

constexpr int giants = 5;                                  // samples whose rows are not there
constexpr std::int64_t giant_chunks = 30000;               // of 16384 rows
constexpr std::int64_t giant_rows = giant_chunks * 16384;  // atoms, and edges, of each
constexpr std::int64_t first_row = giants * giant_rows;    // of the sample that is there
static_assert(first_row > (std::int64_t{1} << 31));

void put_int64(Storage& storage, std::string const& key, std::int64_t value) {
    storage.put(key, std::as_bytes(std::span(&value, 1)));
}

void set_rows(Storage& storage, std::string const& key, ArrayMetadata metadata, std::int64_t rows) {
    metadata.shape[0] = rows;
    std::string const text = to_document(metadata);
    storage.put(key + "/zarr.json", std::as_bytes(std::span(text)));
}

/// The rest of a chunk's key after "c/0".
std::string key_tail(ArrayMetadata const& metadata) {
    return metadata.chunk_key(Extents(metadata.shape.size(), 0)).substr(3);
}

/// Moves the only chunk of an atom or edge array behind the rows of the giants.
void move_rows(Storage& storage, std::string const& key, ArrayMetadata const& metadata) {
    std::string const tail = key_tail(metadata);
    Bytes chunk = *storage.get(key + "/c/0" + tail);
    if (key == "core/neighbor_list")
        for (std::int64_t k = 0; k < 2 * metadata.shape[0]; ++k) {
            std::int64_t atom = 0;
            std::memcpy(&atom, chunk.data() + 8 * k, 8);
            atom += first_row;
            std::memcpy(chunk.data() + 8 * k, &atom, 8);
        }
    storage.remove(key + "/c/0" + tail);
    storage.put(fmt::format("{}/c/{}{}", key, giants * giant_chunks, tail), chunk);
    set_rows(storage, key, metadata, first_row + metadata.shape[0]);
}

/// Puts giants in front of the only sample of a store, which has 5 atoms and 3 edges.
void put_giants_in_front(Storage& storage) {
    for (std::string const group : {"core", "custom", "meta", "athanor"})
        for (std::string name : storage.list(group)) {
            if (!name.ends_with('/')) continue;
            name.pop_back();
            std::string const key = group + "/" + name;
            ArrayMetadata const metadata = load_array_metadata(storage, key);
            std::int64_t const rows = metadata.shape[0];
            if (rows == 5 || rows == 3) {
                move_rows(storage, key, metadata);
            } else if (rows == 1) {
                Bytes const chunk = *storage.get(key + "/c/0" + key_tail(metadata));
                for (int k = 1; k <= giants; ++k)
                    storage.put(fmt::format("{}/c/{}{}", key, k, key_tail(metadata)), chunk);
                set_rows(storage, key, metadata, giants + 1);
            } else if (rows == 2) {
                std::int64_t end = 0;
                std::memcpy(&end, storage.get(key + "/c/1")->data(), 8);
                std::int64_t const step = group == "meta" ? giant_rows : 0;
                for (int k = 0; k <= giants; ++k)
                    put_int64(storage, fmt::format("{}/c/{}", key, k), k * step);
                put_int64(storage, fmt::format("{}/c/{}", key, giants + 1), giants * step + end);
                set_rows(storage, key, metadata, giants + 2);
            }
        }
}

TEST(LargeStore, SamplesBeyondTwoToThe31AreReadAndAppended) {
    auto const table = std::make_shared<MemoryStorage>();
    auto const schema = std::make_shared<Schema const>(std::vector<FieldSpec>{
        {"neighbor_list", Level::edge, Dtype::int64, {2}, "", FieldRole::user},
        {"spins", Level::atom, Dtype::int16, {2}, "", FieldRole::user}});
    ZarrSinkOptions const options{.path = "x", .chunk_rows = {16384, 16384, 1}, .codec = "none"};
    Sample const first = counted_sample(schema, 0, 5, 3), second = counted_sample(schema, 1, 4, 2);
    ZarrSink sink(options, std::make_unique<SharedStorage>(table));
    sink.write(first, RowKind::frame);
    sink.close();
    put_giants_in_front(*table);

    expect_stored_equal(ZarrReader(*table).read(giants), first);
    auto const again = ZarrSink::reopen(options, std::make_unique<SharedStorage>(table));
    again->write(second, RowKind::frame);
    again->close();

    ZarrReader reader(*table);
    EXPECT_EQ(reader.total_atoms(), first_row + 5 + 4);
    EXPECT_EQ(reader.total_edges(), first_row + 3 + 2);
    expect_stored_equal(reader.read(giants), first);
    expect_stored_equal(reader.read(giants + 1), second);
    EXPECT_EQ(load_array_metadata(*table, "core/positions").shape, (Extents{first_row + 9, 3}));
}

TEST(LargeStore, AnArrayWhoseRowsFillManyShardsCountsThemRight) {
    MemoryStorage storage;
    ArrayMetadata metadata;
    metadata.shape = {(std::int64_t{1} << 40) + 3, 3};
    metadata.chunk_shape = {8, 3};
    metadata.data_type = "float64";
    metadata.fill = Bytes(8);
    metadata.codecs = {
        {ShardingCodec{{4, 3}, {{BytesCodec{}}}, {{BytesCodec{}}, {Crc32cCodec{}}}, true}}};
    ZarrArrayReader reader(storage, "a", metadata, false, 0);

    EXPECT_EQ(reader.read_rows((std::int64_t{1} << 40) + 1, (std::int64_t{1} << 40) + 3),
              Bytes(48));
    EXPECT_EQ(metadata.chunk_key({std::int64_t{1} << 37, 0}), "c/137438953472/0");
}

}  // namespace
}  // namespace athanor::test
