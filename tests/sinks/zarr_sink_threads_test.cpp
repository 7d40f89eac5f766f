// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The queue of writes under a sink: the same bytes, no waits, errors.
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "sinks/memory_storage.hpp"
#include "sinks/zarr_reader.hpp"
#include "sinks/zarr_sink.hpp"
#include "tests/sinks/gate.hpp"
#include "tests/sinks/shared_storage.hpp"
#include "tests/sinks/store_samples.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

/// A table that may hold its sink up, or fail.
class GatedStorage final : public SharedStorage {
public:
    GatedStorage(std::shared_ptr<MemoryStorage> table, Gate& gate, std::string fails_at = "none")
        : SharedStorage(std::move(table)), gate_(gate), fails_at_(std::move(fails_at)) {}
    void put(std::string const& key, std::span<std::byte const> bytes) override {
        gate_.pass();
        if (key == fails_at_) throw StorageError("x.zarr/" + key + ": cannot write");
        SharedStorage::put(key, bytes);
    }
    std::string describe() const override { return "x.zarr"; }

private:
    Gate& gate_;
    std::string fails_at_;
};

std::map<std::string, Bytes> all_objects(Storage& storage, std::string const& folder = "") {
    std::map<std::string, Bytes> objects;
    for (std::string const& name : storage.list(folder)) {
        std::string const path = folder.empty() ? name : folder + "/" + name;
        if (name.ends_with('/'))
            objects.merge(all_objects(storage, path.substr(0, path.size() - 1)));
        else
            objects[path] = *storage.get(path);
    }
    return objects;
}

std::map<std::string, Bytes> objects_written(ZarrSinkOptions const& options, int at_once = 5) {
    auto const table = std::make_shared<MemoryStorage>();
    Gate gate(true);
    ZarrSink sink(options, std::make_unique<GatedStorage>(table, gate));
    for (int first = 0; first < 300; first += at_once) {
        Batch const batch = counted_batch(rich_schema(), first, at_once);
        sink.write(batch, all_systems(batch), RowKind::frame);
        if (first % 35 == 0) sink.flush();
    }
    sink.close();
    return all_objects(*table);
}

TEST(ZarrSinkThreads, LeaveTheSameBytesHoweverManyThereAre) {
    for (char const* codec : {"none", "blosc_lz4:5", "zstd:1"})
        for (std::int64_t const shard : {0, 3}) {
            ZarrSinkOptions options{.path = "x",
                                    .chunk_rows = {32, 32, 16},
                                    .chunks_per_shard = shard,
                                    .codec = codec,
                                    .commit_bytes = 5000,
                                    .threads = 0};
            auto const expected = objects_written(options);
            EXPECT_GT(expected.size(), 200U);
            for (int const threads : {1, 2, 4}) {
                options.threads = threads;
                options.queue_bytes = threads == 2 ? 1000 : 1 << 20;
                EXPECT_TRUE(objects_written(options) == expected)
                    << codec << ", shards of " << shard << ", threads " << threads;
            }
        }
}

TEST(ZarrSinkThreads, LeaveTheSameBytesHoweverManyRowsComeAtOnce) {
    for (Dtype const dtype : {Dtype::float64, Dtype::float32})
        for (int const threads : {0, 1, 3}) {
            ZarrSinkOptions const options{.path = "x",
                                          .dtype = dtype,
                                          .chunk_rows = {32, 32, 16},
                                          .codec = "none",
                                          .threads = threads};
            auto const expected = objects_written(options, 1);
            for (int const at_once : {5, 60, 300})
                EXPECT_TRUE(objects_written(options, at_once) == expected)
                    << name_of(dtype) << ", " << at_once << " at once, threads " << threads;
        }
}

TEST(ZarrSinkThreads, WriteDoesNotWaitForTheDisk) {
    auto const table = std::make_shared<MemoryStorage>();
    SchemaPtr const schema = std::make_shared<Schema const>();
    Gate created(true), gate;
    {
        // Chunks that take less memory than a queue takes without a look at its threads.
        ZarrSink(ZarrSinkOptions{.path = "x", .chunk_rows = {1024, 1024, 64}},
                 std::make_unique<GatedStorage>(table, created))
            .close();
    }
    Batch const batch = counted_batch(schema, 0, 40);
    auto const sink = ZarrSink::reopen({.path = "x", .commit_bytes = 1},
                                       std::make_unique<GatedStorage>(table, gate));

    sink->write(batch, all_systems(batch), RowKind::frame);  // would never return if it waited
    sink->write(batch, all_systems(batch), RowKind::converged);
    EXPECT_EQ(sink->committed_samples(), 0);
    EXPECT_EQ(sink->stalled_seconds(), 0.0);
    gate.open();
    sink->flush();

    EXPECT_EQ(sink->committed_samples(), 80);
    sink->close();
    EXPECT_EQ(ZarrReader(*table).sample_count(), 80);
}

TEST(ZarrSinkThreads, AFailureIsHeardAtTheNextCallsWithWhatWasKept) {
    for (char const* key : {"core/positions/c/2/0", "core/energy/zarr.json"}) {
        auto const table = std::make_shared<MemoryStorage>();
        Gate gate(true);
        {
            ZarrSink(ZarrSinkOptions{.path = "x", .chunk_rows = {8, 8, 4}},
                     std::make_unique<GatedStorage>(table, gate))
                .close();
        }
        Batch const first = counted_batch(std::make_shared<Schema const>(), 0, 4);
        {
            auto const sink =
                ZarrSink::reopen({.path = "x"}, std::make_unique<GatedStorage>(table, gate));
            sink->write(first, all_systems(first), RowKind::frame);
            sink->close();
        }
        auto const sink =
            ZarrSink::reopen({.path = "x"}, std::make_unique<GatedStorage>(table, gate, key));
        Batch const batch = counted_batch(std::make_shared<Schema const>(), 4, 20);
        std::string message;
        try {
            sink->write(batch, all_systems(batch), RowKind::frame);
            sink->flush();
        } catch (StorageError const& error) {
            message = error.what();
        }

        EXPECT_THAT(message, HasSubstr(key));
        EXPECT_THAT(message, HasSubstr("; 4 committed samples are kept in x.zarr"));
        EXPECT_THROW(sink->write(batch, all_systems(batch), RowKind::frame), StorageError);
        EXPECT_THROW(sink->close(), StorageError);
        EXPECT_EQ(ZarrReader(*table).sample_count(), 4);
    }
}

}  // namespace
}  // namespace athanor::test
