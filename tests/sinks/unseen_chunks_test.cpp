// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Which chunks a sink writes under their names at once: those that no reader can look for yet.
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sinks/zarr_array_reader.hpp"
#include "sinks/zarr_reader.hpp"
#include "sinks/zarr_sink.hpp"
#include "tests/sinks/expect_samples.hpp"
#include "tests/sinks/shared_storage.hpp"
#include "tests/sinks/store_samples.hpp"

namespace athanor::test {
namespace {

/// Looks at every unseen object: nothing has its name, and no document shows a row of it.
class WatchedStorage final : public SharedStorage {
public:
    struct Counts {
        int unseen = 0;
        int replaced = 0;
    };
    WatchedStorage(std::shared_ptr<MemoryStorage> table, Counts& counts)
        : SharedStorage(std::move(table)), counts_(counts) {}

    void put(std::string const& key, std::span<std::byte const> bytes) override {
        if (key.find("/c/") != std::string::npos) ++counts_.replaced;
        SharedStorage::put(key, bytes);
    }
    void put_unseen(std::string const& key, std::span<std::byte const> bytes) override {
        ++counts_.unseen;
        EXPECT_FALSE(get(key).has_value()) << key;
        auto const at = key.find("/c/");
        std::string const array = key.substr(0, at);
        if (get(array + "/zarr.json")) {
            ArrayMetadata const metadata = load_array_metadata(*this, array);
            EXPECT_LE(metadata.shape[0], std::stoll(key.substr(at + 3)) * metadata.chunk_shape[0])
                << key;
        }
        SharedStorage::put(key, bytes);
    }

private:
    Counts& counts_;
};

class UnseenChunks : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(UnseenChunks, BeginBeyondWhatTheirDocumentShowsAndAllOthersAreReplacedWhole) {
    Batch const all = counted_batch(rich_schema(), 0, 30);
    auto const systems = all_systems(all);
    std::span<SystemIndex const> const rows(systems);
    auto const table = std::make_shared<MemoryStorage>();
    WatchedStorage::Counts counts;
    ZarrSinkOptions const options{
        .path = "x", .chunk_rows = {8, 8, 4}, .chunks_per_shard = GetParam(), .threads = 0};
    {
        ZarrSink sink(options, std::make_unique<WatchedStorage>(table, counts));
        for (std::size_t const first : {0, 3, 5}) {
            sink.write(all, rows.subspan(first, 3), RowKind::frame);  // some of them twice
            sink.flush();
        }
        sink.close();
    }
    auto const again = ZarrSink::reopen(options, std::make_unique<WatchedStorage>(table, counts));
    for (std::size_t first = 0; first < 30; first += 2) {
        again->write(all, rows.subspan(first, 2), RowKind::frame);
        if (first % 3 == 0) again->flush();
    }
    again->close();

    EXPECT_GT(counts.unseen, 100);
    EXPECT_GT(counts.replaced, 100);
    ZarrReader reader(*table);
    ASSERT_EQ(reader.sample_count(), 30);
    for (int k = 0; k < 30; ++k) expect_stored_equal(reader.read(k), all.extract(SystemIndex{k}));
}
INSTANTIATE_TEST_SUITE_P(ZarrSink, UnseenChunks, ::testing::Values(0, 3), [](auto const& tested) {
    return fmt::format("ShardsOf{}", tested.param);
});

}  // namespace
}  // namespace athanor::test
