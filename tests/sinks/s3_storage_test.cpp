// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/s3_storage.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/sinks/storage_contract.hpp"
#include "tests/support/s3_server.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

struct FolderPlace {
    std::string url() { return folder_.path() / "s.zarr"; }
    std::string why_not() { return ""; }
    TemporaryFolder folder_;
};
struct S3Place {
    std::string url() { return url_.empty() ? url_ = S3Server::get().new_url("s3") : url_; }
    std::string why_not() { return S3Server::is_available() ? "" : "ATHANOR_S3_PYTHON is not set"; }
    std::string url_;
};
struct GooglePlace {
    std::string url() { return url_.empty() ? url_ = S3Server::get().new_url("gs") : url_; }
    std::string why_not() { return S3Server::is_available() ? "" : "ATHANOR_S3_PYTHON is not set"; }
    std::string url_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Folder, StorageContract, FolderPlace);
INSTANTIATE_TYPED_TEST_SUITE_P(S3, StorageContract, S3Place);
INSTANTIATE_TYPED_TEST_SUITE_P(Google, StorageContract, GooglePlace);

std::string message_of(auto const& body) {
    try {
        body();
        return "none";
    } catch (Error const& error) {
        return error.what();
    }
}

/// A published store of one object below its root.
void make_store(std::string const& url) {
    auto const storage = open_storage(url, StoreAccess::create);
    storage->put("core/x", bytes_of("x"));
    storage->put("zarr.json", bytes_of("{}"));
    storage->publish();
    storage->close();
}

class TwoProviders : public ::testing::TestWithParam<char const*> {
protected:
    void SetUp() override { ATHANOR_NEEDS_S3_SERVER(); }
    std::string new_url() { return S3Server::get().new_url(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(S3Storage, TwoProviders, ::testing::Values("s3", "gs"));

TEST_P(TwoProviders, AWriterThatWasOvertakenWritesNothingMore) {
    std::string const url = new_url();
    make_store(url);
    auto const first = open_storage(url, StoreAccess::resume);
    first->put("core/x", bytes_of("first"));
    first->sync();

    auto const second = open_storage(url, StoreAccess::resume);
    std::string const object = message_of([&] { first->put("core/x", bytes_of("late")); });
    std::string const root = message_of([&] { first->put("zarr.json", bytes_of("{}")); });

    EXPECT_EQ(object, url +
                          ": another program is writing this store or has removed it; let one of "
                          "them write, or give each a store of its own");
    EXPECT_EQ(root, object);
    EXPECT_EQ(second->get("core/x"), bytes_of("first"));
    EXPECT_NO_THROW(second->put("zarr.json", bytes_of("{2}")));
}

TEST_P(TwoProviders, OfTwoNewStoresAtOnePlaceOneIsPublished) {
    std::string const url = new_url();
    auto const first = open_storage(url, StoreAccess::create);
    auto const second = open_storage(url, StoreAccess::create);
    first->put("zarr.json", bytes_of("{}"));
    second->put("zarr.json", bytes_of("{}"));

    first->publish();

    EXPECT_THAT(message_of([&] { second->publish(); }), HasSubstr("another program is writing"));
    EXPECT_NO_THROW(first->put("zarr.json", bytes_of("{}")));
}

TEST_P(TwoProviders, ALostAnswerToAConditionalWriteIsNoConflict) {
    std::string const url = new_url();
    auto const storage = open_storage(url, StoreAccess::create);
    storage->put("zarr.json", bytes_of("{}"));
    S3Server::get().add_faults("PUT zarr.json drop 1");
    storage->publish();
    S3Server::get().add_faults("PUT zarr.json drop 1");
    storage->put("zarr.json", bytes_of("{1}"));
    S3Server::get().add_faults("PUT zarr.json drop 1");

    auto const again = open_storage(url, StoreAccess::resume);

    EXPECT_EQ(again->get("zarr.json"), bytes_of("{1}"));
}

TEST(S3Storage, ARemovedStoreEndsItsWriter) {
    ATHANOR_NEEDS_S3_SERVER();
    std::string const url = S3Server::get().new_url();
    make_store(url);
    auto const storage = open_storage(url, StoreAccess::resume);

    remove_object_store(parse_object_url(url), {});

    EXPECT_THAT(message_of([&] { storage->put("core/x", {}); }), HasSubstr("has removed it"));
    EXPECT_THAT(message_of([&] { storage->put("zarr.json", {}); }), HasSubstr("has removed it"));
    EXPECT_EQ(look_at_object_store(parse_object_url(url), {}), ObjectStoreState::absent);
}

TEST(S3Storage, ARootWithItsMarkIsJsonOfTheSameMeaning) {
    ATHANOR_NEEDS_S3_SERVER();
    std::string const url = S3Server::get().new_url();
    make_store(url);
    ObjectUrl const place = parse_object_url(url);

    auto const first = S3Client(place, {}).get(place.prefix + "/zarr.json");
    static_cast<void>(open_storage(url, StoreAccess::resume));
    auto const second = S3Client(place, {}).get(place.prefix + "/zarr.json");

    ASSERT_EQ(first->bytes.size(), 2 + 65U);  // not one mark after the other
    ASSERT_EQ(second->bytes.size(), 2 + 65U);
    EXPECT_NE(first->version, second->version);
    EXPECT_EQ(first->bytes[2], std::byte{'\n'});
    EXPECT_TRUE(std::all_of(first->bytes.begin() + 3, first->bytes.end(), [](std::byte b) {
        return b == std::byte{' '} || b == std::byte{'\t'};
    }));
}

TEST(S3Storage, RemovingAStoreBeginsWithItsRoot) {
    ATHANOR_NEEDS_S3_SERVER();
    std::string const url = S3Server::get().new_url();
    make_store(url);
    S3Server::get().forget_requests();

    remove_object_store(parse_object_url(url), {});

    std::vector<std::string> removals;
    for (std::string const& request : S3Server::get().requests())
        if (request.starts_with("DELETE")) removals.push_back(request);
    ASSERT_EQ(removals.size(), 2U);
    EXPECT_THAT(removals[0], HasSubstr("zarr.json"));
    EXPECT_THAT(removals[1], HasSubstr("core/x"));
}

TEST(S3Storage, RemainsOfAStoreAreRemovedOnlyWhenAskedAndOtherThingsNever) {
    ATHANOR_NEEDS_S3_SERVER();
    std::string const torn = S3Server::get().new_url(), other = S3Server::get().new_url();
    make_store(torn);
    ObjectUrl const torn_place = parse_object_url(torn), other_place = parse_object_url(other);
    S3Client client(torn_place, {});
    client.remove(torn_place.prefix + "/zarr.json");
    client.put(other_place.prefix + "/thesis.tex", bytes_of("years of work"));

    EXPECT_EQ(look_at_object_store(torn_place, {}), ObjectStoreState::remains);
    EXPECT_THAT(message_of([&] { static_cast<void>(open_storage(torn, StoreAccess::create)); }),
                HasSubstr("output exists; use --overwrite"));
    EXPECT_EQ(look_at_object_store(other_place, {}), ObjectStoreState::other);
    EXPECT_THAT(message_of([&] { static_cast<void>(open_storage(other, StoreAccess::replace)); }),
                HasSubstr("is no Zarr store and will not be overwritten"));
    EXPECT_NO_THROW(static_cast<void>(open_storage(torn, StoreAccess::replace)));
    EXPECT_NE(client.get(other_place.prefix + "/thesis.tex"), std::nullopt);
}

TEST(S3Storage, AFailedWriteIsReportedBySync) {
    ATHANOR_NEEDS_S3_SERVER();
    std::string const url = S3Server::get().new_url();
    auto const storage = open_storage(url, StoreAccess::create);
    S3Server::get().add_faults("PUT core/bad 403:AccessDenied 1");

    storage->put("core/bad", bytes_of("x"));

    EXPECT_EQ(message_of([&] { storage->sync(); }),
              url +
                  "/core/bad: PUT failed: status 403 AccessDenied; check AWS_ACCESS_KEY_ID and "
                  "AWS_SECRET_ACCESS_KEY, and what they may do in bucket bucket");
    EXPECT_THAT(message_of([&] { storage->put("core/good", {}); }), HasSubstr("core/bad"));
}

}  // namespace
}  // namespace athanor::test
