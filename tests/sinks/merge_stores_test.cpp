// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/merge_stores.hpp"

#include <filesystem>

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
