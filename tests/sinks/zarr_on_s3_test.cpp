// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Stores in an object store: what sinks write there, readers read, and merges join.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "sinks/merge_stores.hpp"
#include "sinks/object_url.hpp"
#include "sinks/s3_storage.hpp"
#include "sinks/storage_url.hpp"
#include "sinks/zarr_reader.hpp"
#include "sinks/zarr_sink.hpp"
#include "tests/sinks/expect_samples.hpp"
#include "tests/sinks/store_samples.hpp"
#include "tests/support/s3_server.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

ZarrSinkOptions small_chunks(std::string url) {
    return {.path = std::move(url), .chunk_rows = {64, 64, 4}};
}

void expect_rows(std::string const& url, Batch const& all, int count) {
    ZarrReader reader(url);
    ASSERT_EQ(reader.sample_count(), count);
    for (int k = 0; k < count; ++k)
        expect_stored_equal(reader.read(k), all.extract(SystemIndex{k}));
}

void write_rows(Sink& sink, Batch const& all, int begin, int end) {
    auto const systems = all_systems(all);
    sink.write(all,
               std::span(systems).subspan(static_cast<std::size_t>(begin),
                                          static_cast<std::size_t>(end - begin)),
               RowKind::converged);
}

class ZarrOnObjects : public ::testing::TestWithParam<char const*> {
protected:
    void SetUp() override {
        ATHANOR_NEEDS_S3_SERVER();
        url_ = S3Server::get().new_url(GetParam());
    }
    void TearDown() override {
        if (S3Server::is_available()) S3Server::get().clear_faults();
    }
    std::string url_;
};
INSTANTIATE_TEST_SUITE_P(Stores, ZarrOnObjects, ::testing::Values("s3", "gs"));

TEST_P(ZarrOnObjects, SamplesComeBackBitForBit) {
    Batch const all = counted_batch(rich_schema(), 0, 15);
    {
        ZarrSink sink(small_chunks(url_));
        write_rows(sink, all, 0, 7);
        sink.flush();
        write_rows(sink, all, 7, 9);
        sink.close();
    }
    expect_rows(url_, all, 9);

    auto const again = ZarrSink::reopen(small_chunks(url_));
    write_rows(*again, all, 0, 15);
    again->close();

    EXPECT_EQ(again->rows_written(), 6);
    expect_rows(url_, all, 15);
}

TEST_P(ZarrOnObjects, AFaultAtAnyWriteOfACommitChangesNothing) {
    Batch const all = counted_batch(std::make_shared<Schema const>(), 0, 10);
    ZarrSink sink(small_chunks(url_));
    sink.open(all.schema());

    int rows = 0;
    for (char const* fault : {"PUT /c/ 503:SlowDown 3\nPUT samples_mask/zarr.json drop 1",
                              "PUT positions drop 2\nPUT zarr.json cut 2", "PUT /zarr.json drop 5",
                              "HEAD zarr.json 503 2\nPUT /zarr.json 500 3"}) {
        S3Server::get().add_faults(fault);
        write_rows(sink, all, rows, rows + 2);
        sink.flush();
        S3Server::get().clear_faults();
        rows += 2;
        expect_rows(url_, all, rows);
    }
    sink.close();
}

TEST_P(ZarrOnObjects, ASecondWriterEndsTheFirstAndBothCommitsStay) {
    Batch const all = counted_batch(std::make_shared<Schema const>(), 0, 6);
    ZarrSink first(small_chunks(url_));
    write_rows(first, all, 0, 2);
    first.flush();

    auto const second = ZarrSink::reopen(small_chunks(url_));
    std::string message;
    try {
        write_rows(first, all, 4, 6);
        first.flush();
    } catch (StorageError const& error) {
        message = error.what();
    }
    write_rows(*second, all, 2, 4);
    second->close();

    EXPECT_THAT(message, AllOf(HasSubstr("another program is writing this store"),
                               HasSubstr("2 committed samples are kept")));
    expect_rows(url_, all, 4);
}

TEST_P(ZarrOnObjects, AWriterThatCannotWriteLeavesItsLastCommit) {
    Batch const all = counted_batch(std::make_shared<Schema const>(), 0, 8);
    {
        ZarrSink sink(small_chunks(url_));
        write_rows(sink, all, 0, 3);
        sink.flush();
        S3Server::get().add_faults("PUT meta/atoms_mask/zarr.json 403:AccessDenied 1");
        write_rows(sink, all, 3, 8);
        EXPECT_THROW(sink.flush(), StorageError);
    }
    expect_rows(url_, all, 3);

    auto const again = ZarrSink::reopen(small_chunks(url_));
    write_rows(*again, all, 0, 8);
    again->close();

    expect_rows(url_, all, 8);
}

TEST_P(ZarrOnObjects, PartsAreJoinedAndAStoreThatIsThereGrows) {
    Batch const all = counted_batch(std::make_shared<Schema const>(), 0, 9);
    std::vector<std::string> const parts{url_ + ".part-0", url_ + ".part-1"};
    for (int part = 0; part < 2; ++part) {
        ZarrSink sink(small_chunks(parts[static_cast<std::size_t>(part)]));
        sink.open(all.schema());
        for (int k = part; k < 6; k += 2) write_rows(sink, all, k, k + 1);
        sink.close();
    }

    EXPECT_EQ(merge_stores(parts, small_chunks(url_)), 6);
    expect_rows(url_, all, 6);
    EXPECT_EQ(places_beside(url_, ".part-"), parts);
    for (std::string const& part : parts) remove_store(part);
    EXPECT_TRUE(places_beside(url_, ".part-").empty());
    {
        ZarrSink sink(small_chunks(parts[0]));
        write_rows(sink, all, 4, 9);  // two of them are in the store
        sink.close();
    }
    auto options = small_chunks(url_);
    options.overwrite = true;
    EXPECT_EQ(merge_stores({url_, parts[0]}, options), 9);
    expect_rows(url_, all, 9);
}

TEST(ZarrOnS3, ACommitTakesThisManyRequests) {
    ATHANOR_NEEDS_S3_SERVER();
    Batch const all = counted_batch(std::make_shared<Schema const>(), 0, 4);
    ZarrSink sink({.path = S3Server::get().new_url()});
    write_rows(sink, all, 0, 2);
    sink.flush();
    S3Server::get().forget_requests();

    write_rows(sink, all, 2, 4);
    sink.flush();

    // A chunk and a document for each array that grew, the root, and a look at it before each of
    // the three steps.
    auto const requests = S3Server::get().requests();
    auto const count = [&requests](std::string const& method, std::string const& part) {
        return std::count_if(requests.begin(), requests.end(), [&](std::string const& request) {
            return request.starts_with(method) && request.find(part) != std::string::npos;
        });
    };
    EXPECT_GT(count("PUT", "/c/0"), 20);
    EXPECT_EQ(count("PUT", "/zarr.json"), count("PUT", "/c/0") + 1);
    EXPECT_EQ(count("HEAD", ".zarr/zarr.json"), 3);
    EXPECT_EQ(requests.size(), 2 * count("PUT", "/c/0") + 1 + 3);
}

}  // namespace
}  // namespace athanor::test
