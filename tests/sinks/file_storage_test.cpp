// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/file_storage.hpp"

#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "runtime/error.hpp"
#include "sinks/storage_url.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Bytes bytes_of(std::string_view text) {
    auto const bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

class EveryDurability : public ::testing::TestWithParam<Durability> {};

TEST_P(EveryDurability, ObjectsComeBackWholeAndInParts) {
    TemporaryFolder const folder;
    auto const storage = FileStorage::create(folder.path() / "s", GetParam(), false);

    storage->put("core/x/c/0", bytes_of("first"));
    storage->put("core/x/c/0", bytes_of("0123456789"));
    storage->put("zarr.json", bytes_of("{}"));
    storage->sync();
    storage->publish();
    storage->put("zarr.json", bytes_of("{1}"));
    storage->sync();

    EXPECT_EQ(storage->get("core/x/c/0"), bytes_of("0123456789"));
    EXPECT_EQ(storage->get("zarr.json"), bytes_of("{1}"));
    EXPECT_EQ(storage->get_range("core/x/c/0", 2, 3), bytes_of("234"));
    EXPECT_EQ(storage->get_range("core/x/c/0", -4, 4), bytes_of("6789"));
    EXPECT_EQ(storage->get_range("core/x/c/0", 8, 100), bytes_of("89"));
    EXPECT_EQ(storage->get("core/x"), std::nullopt);
    EXPECT_EQ(storage->get("core/none"), std::nullopt);
    EXPECT_THAT(storage->list(""), ElementsAre("core/", "zarr.json"));
    EXPECT_THAT(storage->list("core/x/c"), ElementsAre("0"));
    EXPECT_THAT(storage->list("nothing"), ElementsAre());
    storage->remove("core/x/c/0");
    storage->remove("core/x/c/0");
    EXPECT_EQ(storage->get("core/x/c/0"), std::nullopt);
}
INSTANTIATE_TEST_SUITE_P(FileStorage, EveryDurability,
                         ::testing::Values(Durability::none, Durability::commit,
                                           Durability::strict));

TEST(FileStorage, ANewStoreIsInvisibleUntilItIsPublished) {
    TemporaryFolder const folder;
    fs::path const path = folder.path() / "s";
    auto const storage = FileStorage::create(path, Durability::none, false);
    storage->put("zarr.json", bytes_of("{}"));

    bool const before = fs::exists(path);
    storage->publish();

    EXPECT_FALSE(before);
    EXPECT_TRUE(fs::exists(path / "zarr.json"));
}

TEST(FileStorage, OverwritingShowsTheOldStoreUntilTheNewOneIsPublished) {
    TemporaryFolder const folder;
    fs::path const path = folder.path() / "s";
    {
        auto const old = FileStorage::create(path, Durability::none, false);
        old->put("zarr.json", bytes_of("old"));
        old->publish();
    }
    auto const storage = FileStorage::create(path, Durability::none, true);
    storage->put("zarr.json", bytes_of("new"));

    auto const before = FileStorage::read_only(path)->get("zarr.json");
    storage->publish();

    EXPECT_EQ(before, bytes_of("old"));
    EXPECT_EQ(FileStorage::read_only(path)->get("zarr.json"), bytes_of("new"));
}

TEST(FileStorage, WhatAKilledWriterLeftIsRemovedByTheNext) {
    TemporaryFolder const folder;
    fs::create_directory(folder.path() / "s.tmp-123");
    fs::create_directory(folder.path() / "s.tmp-keep");
    std::ofstream(folder.path() / ".s.put-99") << "half";

    FileStorage::create(folder.path() / "s", Durability::none, false)->publish();

    EXPECT_FALSE(fs::exists(folder.path() / "s.tmp-123"));
    EXPECT_FALSE(fs::exists(folder.path() / ".s.put-99"));
    EXPECT_TRUE(fs::exists(folder.path() / "s.tmp-keep"));
}

/// While it lives, files of this process end at 1000 bytes.
class SmallFiles {
public:
    SmallFiles() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit const small{1000, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    ~SmallFiles() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    SmallFiles(SmallFiles const&) = delete;
    SmallFiles& operator=(SmallFiles const&) = delete;

private:
    rlimit before_{};
    void (*handler_)(int);
};

TEST(FileStorage, OfARemovedStoreNothingStaysThatAKilledWriterLeft) {
    TemporaryFolder const folder;
    auto const begin = [&folder](char const* name) {
        auto storage = FileStorage::create(folder.path() / name, Durability::none, false);
        storage->put("zarr.json", bytes_of("{}"));
        storage->publish();
        return storage;
    };
    begin("s.part-0").reset();
    for (char const* name : {".s.part-0.lock", ".s.part-0.put-4210000"})
        std::ofstream(folder.path() / name) << "";
    auto const writer = begin("t");

    remove_store((folder.path() / "s.part-0").string());
    remove_store((folder.path() / "t").string());

    std::vector<std::string> left;
    for (auto const& entry : fs::directory_iterator(folder.path()))
        left.push_back(entry.path().filename().string());
    EXPECT_THAT(left, ElementsAre(".t.lock")) << "which its writer still holds";
}

TEST(FileStorage, AFailedWriteNamesThePathTheCauseAndTheWayOut) {
    TemporaryFolder const folder;
    auto const storage = FileStorage::create(folder.path() / "s", Durability::none, false);

    std::string message;
    try {
        SmallFiles const limit;
        storage->put("core/x/c/0", Bytes(5000));
    } catch (StorageError const& error) {
        message = error.what();
    }

    EXPECT_THAT(message, AllOf(HasSubstr("core/x/c/0"), HasSubstr("(EFBIG)"),
                               HasSubstr("raise the limit of file sizes")));
    EXPECT_THAT(storage->list("core/x/c"), ElementsAre());  // no half file either
}

TEST(FileStorage, AnUnseenObjectIsWrittenUnderItsNameAndAnyOtherIsReplacedWhole) {
    TemporaryFolder const folder;
    auto const storage = FileStorage::create(folder.path() / "s", Durability::commit, false);
    storage->publish();
    fs::path const chunks = folder.path() / "s" / "core" / "x" / "c";
    for (char const* key : {"core/x/c/0", "core/x/c/1/0", "core/x/c/2/0/0"}) {
        storage->put_unseen(key, bytes_of("first"));
        EXPECT_EQ(storage->get(key), bytes_of("first"));
    }
    fs::create_hard_link(chunks / "0", folder.path() / "other name");

    storage->put_unseen("core/x/c/0", bytes_of("second"));  // there after all
    storage->sync();

    EXPECT_EQ(storage->get("core/x/c/0"), bytes_of("second"));
    EXPECT_EQ(fs::file_size(folder.path() / "other name"), 5U);
    EXPECT_THAT(storage->list("core/x/c"), ElementsAre("0", "1/", "2/"));
}

TEST(FileStorage, OfAnUnseenObjectThatFailsNothingStays) {
    TemporaryFolder const folder;
    auto const storage = FileStorage::create(folder.path() / "s", Durability::none, false);

    {
        SmallFiles const limit;
        EXPECT_THROW(storage->put_unseen("core/x/c/0/0", Bytes(5000)), StorageError);
    }

    EXPECT_THAT(storage->list("core/x/c/0"), ElementsAre());
}

TEST(FileStorage, AFileWhereAFolderIsNeededIsAStorageError) {
    TemporaryFolder const folder;
    std::ofstream(folder.path() / "file") << "x";

    EXPECT_THROW(FileStorage::create(folder.path() / "file" / "s", Durability::none, false),
                 StorageError);
    EXPECT_THROW(FileStorage::open(folder.path() / "file", Durability::none), StorageError);
    EXPECT_THROW(FileStorage::read_only(folder.path() / "none"), StorageError);
}

}  // namespace
}  // namespace athanor::test
