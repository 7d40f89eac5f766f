// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What a Storage does, wherever its objects are.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "sinks/storage_url.hpp"

namespace athanor::test {

inline Bytes bytes_of(std::string_view text) {
    auto const bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

/// Place{} has a url() at which nothing stands, and a why_not() when it cannot be used here.
template <class Place>
class StorageContract : public ::testing::Test {
protected:
    void SetUp() override {
        if (!place_.why_not().empty()) GTEST_SKIP() << place_.why_not();
    }
    std::unique_ptr<Storage> open(StoreAccess access) {
        return open_storage(place_.url(), access, Durability::commit);
    }
    Place place_;
};
TYPED_TEST_SUITE_P(StorageContract);

TYPED_TEST_P(StorageContract, ObjectsComeBackWholeAndInParts) {
    using ::testing::ElementsAre;
    auto const storage = this->open(StoreAccess::create);

    storage->put("core/x/c/0", bytes_of("first"));
    storage->put("core/x/c/0", bytes_of("0123456789"));
    storage->put("core/x/empty", {});
    storage->put("zarr.json", bytes_of("{}"));
    storage->sync();
    storage->publish();
    storage->put("zarr.json", bytes_of("{1}"));
    storage->sync();

    EXPECT_EQ(storage->get("core/x/c/0"), bytes_of("0123456789"));
    EXPECT_EQ(storage->get("zarr.json"), bytes_of("{1}"));
    EXPECT_EQ(storage->get_range("zarr.json", -2, 2), bytes_of("1}"));
    EXPECT_EQ(storage->get_range("core/x/c/0", 2, 3), bytes_of("234"));
    EXPECT_EQ(storage->get_range("core/x/c/0", -4, 4), bytes_of("6789"));
    EXPECT_EQ(storage->get_range("core/x/c/0", -4, 2), bytes_of("67"));
    EXPECT_EQ(storage->get_range("core/x/c/0", 8, 100), bytes_of("89"));
    EXPECT_EQ(storage->get_range("core/x/c/0", 10, 1), Bytes{});
    EXPECT_EQ(storage->get_range("core/x/c/0", 3, 0), Bytes{});
    EXPECT_EQ(storage->get("core/x/empty"), Bytes{});
    EXPECT_EQ(storage->get("core/x"), std::nullopt);
    EXPECT_EQ(storage->get("core/none"), std::nullopt);
    EXPECT_EQ(storage->get_range("core/none", 0, 1), std::nullopt);
    EXPECT_THAT(storage->list(""), ElementsAre("core/", "zarr.json"));
    EXPECT_THAT(storage->list("core/x"), ElementsAre("c/", "empty"));
    EXPECT_THAT(storage->list("core/x/c"), ElementsAre("0"));
    EXPECT_THAT(storage->list("nothing"), ElementsAre());
    storage->remove("core/x/c/0");
    storage->remove("core/x/c/0");
    EXPECT_EQ(storage->get("core/x/c/0"), std::nullopt);
}

TYPED_TEST_P(StorageContract, ANewStoreHasNoRootForReadersUntilItIsPublished) {
    auto const storage = this->open(StoreAccess::create);
    storage->put("core/zarr.json", bytes_of("core"));
    storage->put("zarr.json", bytes_of("{}"));
    storage->sync();

    std::optional<Bytes> before;
    try {
        before = this->open(StoreAccess::read)->get("zarr.json");
    } catch (StorageError const&) {  // no folder either
    }
    storage->publish();
    storage->publish();

    EXPECT_EQ(before, std::nullopt);
    EXPECT_EQ(this->open(StoreAccess::read)->get("core/zarr.json"), bytes_of("core"));
    EXPECT_NE(this->open(StoreAccess::read)->get("zarr.json"), std::nullopt);
}

TYPED_TEST_P(StorageContract, WhatWasNeverPublishedIsGoneAfterwards) {
    {
        auto const storage = this->open(StoreAccess::create);
        storage->put("core/zarr.json", bytes_of("core"));
        storage->put("zarr.json", bytes_of("{}"));
        storage->sync();
    }

    EXPECT_NO_THROW(this->open(StoreAccess::create));
}

TYPED_TEST_P(StorageContract, AStoreThatIsThereIsReplacedOnlyWhenAsked) {
    {
        auto const old = this->open(StoreAccess::create);
        old->put("core/old", bytes_of("old"));
        old->put("zarr.json", bytes_of("{}"));
        old->publish();
        old->close();
    }

    EXPECT_THROW(this->open(StoreAccess::create), ConfigError);
    auto const storage = this->open(StoreAccess::replace);
    storage->put("zarr.json", bytes_of("{}"));
    storage->publish();

    EXPECT_EQ(this->open(StoreAccess::read)->get("core/old"), std::nullopt);
    EXPECT_NE(this->open(StoreAccess::read)->get("zarr.json"), std::nullopt);
}

TYPED_TEST_P(StorageContract, GoingOnNeedsAStore) {
    EXPECT_THROW(this->open(StoreAccess::resume), StorageError);
    {
        auto const storage = this->open(StoreAccess::create);
        storage->put("core/x/c/0", bytes_of("x"));
        storage->put("zarr.json", bytes_of("{1}"));
        storage->publish();
        storage->close();
    }

    auto const again = this->open(StoreAccess::resume);
    again->put("core/x/c/0", bytes_of("y"));
    again->sync();

    EXPECT_EQ(again->get("zarr.json"), bytes_of("{1}"));
    EXPECT_EQ(this->open(StoreAccess::read)->get("core/x/c/0"), bytes_of("y"));
}

TYPED_TEST_P(StorageContract, SeveralThreadsPutAndGetDistinctObjects) {
    auto const storage = this->open(StoreAccess::create);

    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&storage, t] {
            for (int k = 0; k < 6; ++k)
                storage->put("core/x/c/" + std::to_string(6 * t + k), Bytes(5000, std::byte(t)));
        });
    for (std::thread& thread : threads) thread.join();
    storage->sync();

    EXPECT_EQ(storage->list("core/x/c").size(), 24U);
    for (int k = 0; k < 24; ++k)
        EXPECT_EQ(storage->get("core/x/c/" + std::to_string(k)), Bytes(5000, std::byte(k / 6)));
}

REGISTER_TYPED_TEST_SUITE_P(StorageContract, ObjectsComeBackWholeAndInParts,
                            ANewStoreHasNoRootForReadersUntilItIsPublished,
                            WhatWasNeverPublishedIsGoneAfterwards,
                            AStoreThatIsThereIsReplacedOnlyWhenAsked, GoingOnNeedsAStore,
                            SeveralThreadsPutAndGetDistinctObjects);

}  // namespace athanor::test
