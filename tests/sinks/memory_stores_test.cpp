// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/memory_stores.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "sinks/store_check.hpp"
#include "sinks/zarr_reader.hpp"
#include "sinks/zarr_sink.hpp"
#include "tests/sinks/expect_samples.hpp"
#include "tests/sinks/storage_contract.hpp"
#include "tests/sinks/store_samples.hpp"

namespace athanor::test {
namespace {

using ::testing::ElementsAre;

struct MemoryPlace {
    std::string url() { return "memory://contract/s.zarr"; }
    std::string why_not() { return ""; }
    ~MemoryPlace() { remove_memory_store(url()); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StorageContract, MemoryPlace);

TEST(MemoryStores, ASinkWritesOneAndAReaderReadsItByItsUrl) {
    Batch const batch = counted_batch(rich_schema(), 0, 5);
    auto const systems = all_systems(batch);
    std::string const url = "memory://five";
    {
        ZarrSink sink({.path = url});
        sink.write(batch, std::span(systems).first(3), RowKind::frame);
        sink.close();
        EXPECT_FALSE(sink.keeps_rows());
    }
    auto const again = ZarrSink::reopen({.path = url});
    again->write(batch, systems, RowKind::frame);
    again->close();

    ZarrReader reader(url);
    ASSERT_EQ(reader.sample_count(), 5);
    for (int k = 0; k < 5; ++k) expect_stored_equal(reader.read(k), batch.extract(SystemIndex{k}));
    EXPECT_TRUE(check_store(*open_storage(url, StoreAccess::read), CheckDepth::full).good());
    remove_store(url);
    EXPECT_FALSE(has_store(url));
}

TEST(MemoryStores, HaveOneWriterAtATime) {
    std::string const url = "memory://one";
    auto const first = open_storage(url, StoreAccess::create);

    EXPECT_THROW((void)open_storage(url, StoreAccess::create), StorageError);
    first->publish();
    EXPECT_THROW((void)open_storage(url, StoreAccess::resume), StorageError);
    first->close();
    EXPECT_NO_THROW((void)open_storage(url, StoreAccess::resume));

    remove_store(url);
}

TEST(MemoryStores, StandBesideEachOtherByName) {
    for (char const* url : {"memory://a.part-1", "memory://a.part-0", "memory://ab"})
        open_storage(url, StoreAccess::create)->publish();

    EXPECT_THAT(places_beside("memory://a", ".part-"),
                ElementsAre("memory://a.part-0", "memory://a.part-1"));

    for (char const* url : {"memory://a.part-1", "memory://a.part-0", "memory://ab"})
        remove_store(url);
}

TEST(MemoryStores, NamesAreOfAFewCharacters) {
    for (char const* url : {"memory://", "memory://a b", "memory://a?b"})
        EXPECT_THROW((void)open_storage(url, StoreAccess::create), ConfigError) << url;
}

}  // namespace
}  // namespace athanor::test
