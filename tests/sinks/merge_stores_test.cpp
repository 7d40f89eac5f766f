// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/merge_stores.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "sinks/zarr_reader.hpp"
#include "tests/sinks/expect_samples.hpp"
#include "tests/sinks/store_samples.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

ZarrSinkOptions options_for(std::filesystem::path const& path) {
    return {.path = path, .chunk_rows = {8, 8, 4}};
}

void write_part(std::filesystem::path const& path, Batch const& batch,
                std::vector<int> const& rows) {
    ZarrSink sink(options_for(path));
    sink.open(batch.schema());
    for (int const row : rows) sink.write(batch, std::array{SystemIndex{row}}, RowKind::converged);
    sink.close();
}

TEST(MergeStores, RowsAreSortedAndEachStandsOnce) {
    TemporaryFolder const folder;
    Batch const all = counted_batch(rich_schema(), 0, 17);
    write_part(folder.path() / "a", all, {16, 3, 5, 1, 12});
    write_part(folder.path() / "b", all, {0, 2, 4, 3, 6, 7, 8, 9});
    write_part(folder.path() / "c", all, {});
    write_part(folder.path() / "d", all, {15, 14, 13, 11, 10});

    std::int64_t const rows = merge_stores(
        {folder.path() / "a", folder.path() / "b", folder.path() / "c", folder.path() / "d"},
        options_for(folder.path() / "all.zarr"));

    EXPECT_EQ(rows, 17);
    ZarrReader reader(folder.path() / "all.zarr");
    ASSERT_EQ(reader.sample_count(), 17);
    for (int k = 0; k < 17; ++k) expect_stored_equal(reader.read(k), all.extract(SystemIndex{k}));
}

TEST(MergeStores, APartMayStandWhereTheResultGoes) {
    TemporaryFolder const folder;
    Batch const all = counted_batch(rich_schema(), 0, 6);
    auto options = options_for(folder.path() / "out.zarr");
    write_part(options.path, all, {4, 0, 2});
    write_part(folder.path() / "part", all, {5, 3, 1});
    options.overwrite = true;

    merge_stores({options.path, folder.path() / "part"}, options);

    ZarrReader reader(options.path);
    ASSERT_EQ(reader.sample_count(), 6);
    for (int k = 0; k < 6; ++k) expect_stored_equal(reader.read(k), all.extract(SystemIndex{k}));
}

/// Calls of this process that have read so far.
std::int64_t read_calls() {
    std::ifstream io("/proc/self/io");
    std::string key;
    std::int64_t value = -1;
    while (io >> key >> value)
        if (key == "syscr:") return value;
    return -1;
}

/// Two parts as batches write them: the first step of all samples, then the second ...
class StepByStep : public ::testing::Test {
protected:
    static constexpr int samples = 20, steps = 16, atoms = 4, chunk = 64;

    StepByStep() {
        for (int part = 0; part < 2; ++part) {
            ZarrSink sink(with_chunks(
                parts_.emplace_back((folder_.path() / fmt::format("part-{}", part)).string())));
            for (int step = 0; step < steps; ++step)
                for (int id = part; id < samples; id += 2)
                    sink.write(row(id, step), RowKind::frame);
            sink.close();
        }
    }
    static ZarrSinkOptions with_chunks(std::filesystem::path const& path) {
        return {.path = path, .chunk_rows = {chunk, chunk, chunk / 2}};
    }
    Sample row(int id, int step) const {
        Sample sample = counted_sample(schema_, id, atoms);
        sample.values<std::int32_t>(Fields::stage)[0] = 0;
        sample.values<std::int64_t>(Fields::stage_step)[0] = step;
        sample.values<double>(Fields::energy)[0] = 100.0 * id + step;
        return sample;
    }
    /// Merges with so much memory; returns the calls that read.
    std::int64_t merge(MergeMemory const& memory) {
        ZarrSinkOptions options = with_chunks(folder_.path() / "all.zarr");
        options.overwrite = true;
        std::int64_t const before = read_calls();
        EXPECT_EQ(merge_stores(parts_, options, memory), samples * steps);
        std::int64_t const made = read_calls() - before;
        ZarrReader reader(options.path);
        EXPECT_EQ(reader.sample_count(), samples * steps);
        for (int id = 0; id < samples; ++id)
            for (int step = 0; step < steps; ++step)
                expect_stored_equal(reader.read(id * steps + step), row(id, step));
        return made;
    }

    TemporaryFolder folder_;
    SchemaPtr schema_ = std::make_shared<Schema const>();
    std::vector<std::string> parts_;
};

TEST_F(StepByStep, EachChunkIsReadAboutOnceAndMemoryChangesNoRow) {
    int const arrays = ZarrReader(parts_[0]).schema()->field_count() + 10;
    int const chunks_of_an_array = samples * steps * atoms / chunk;
    ASSERT_GT(read_calls(), 0) << "of /proc/self/io";

    std::int64_t const made = merge({.chunk_bytes = 1});  // one chunk of each array

    EXPECT_LT(made, arrays * chunks_of_an_array * 3 / 2);
    EXPECT_GT(merge({.row_bytes = 1, .chunk_bytes = 1}), 4 * made) << "read in the order of keys";
    merge({.row_bytes = 20000, .chunk_bytes = 1});
}

TEST(MergeStores, PartsWithOtherFieldsAreRefused) {
    TemporaryFolder const folder;
    Batch const rich = counted_batch(rich_schema(), 0, 2);
    Batch const plain = counted_batch(std::make_shared<Schema const>(), 2, 2);
    write_part(folder.path() / "a", rich, {0});
    write_part(folder.path() / "b", plain, {0});

    EXPECT_THROW(merge_stores({folder.path() / "a", folder.path() / "b"},
                              options_for(folder.path() / "all.zarr")),
                 StorageError);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "all.zarr"));
}

}  // namespace
}  // namespace athanor::test
