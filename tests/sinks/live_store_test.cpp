// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Looks at a store with a journal whose writer goes on between any two calls of the system.
#include <functional>
#include <memory>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sinks/file_storage.hpp"
#include "sinks/store_check.hpp"
#include "sinks/zarr_journal.hpp"
#include "sinks/zarr_sink.hpp"
#include "tests/sinks/memory_file_system.hpp"
#include "tests/sinks/store_samples.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Not;

constexpr char const* store = "/disk/x.zarr";

/// Hands every call on to another file system, and lets something happen there before it.
class InterruptedFileSystem final : public FileSystem {
public:
    /// `before` gets the number of the call, from 0.
    InterruptedFileSystem(FileSystem& calls, std::function<void(int)> before)
        : calls_(calls), before_(std::move(before)) {}

    int open(Path const& path, int flags) override { return next().open(path, flags); }
    int close(int fd) override { return next().close(fd); }
    ssize_t write(int fd, void const* bytes, std::size_t count) override {
        return next().write(fd, bytes, count);
    }
    ssize_t pread(int fd, void* bytes, std::size_t count, off_t offset) override {
        return next().pread(fd, bytes, count, offset);
    }
    int fstat(int fd, struct stat& status) override { return next().fstat(fd, status); }
    int stat(Path const& path, struct stat& status) override { return next().stat(path, status); }
    int lstat(Path const& path, struct stat& status) override { return next().lstat(path, status); }
    int list(Path const& folder, std::vector<std::string>& names) override {
        return next().list(folder, names);
    }
    int mkdir(Path const& folder) override { return next().mkdir(folder); }
    int unlink(Path const& file) override { return next().unlink(file); }
    int rmdir(Path const& folder) override { return next().rmdir(folder); }
    int rename(Path const& from, Path const& to) override { return next().rename(from, to); }
    int renameat2(Path const& from, Path const& to, unsigned flags) override {
        return next().renameat2(from, to, flags);
    }
    int lock(int fd) override { return next().lock(fd); }
    int fdatasync(int fd) override { return next().fdatasync(fd); }
    int fsync(int fd) override { return next().fsync(fd); }
    int syncfs(int fd) override { return next().syncfs(fd); }

    [[nodiscard]] int count() const { return count_; }

private:
    FileSystem& next() {
        before_(count_++);
        return calls_;
    }

    FileSystem& calls_;
    std::function<void(int)> before_;
    int count_ = 0;
};

/// A store and its writer: of 5 samples 3 are in the arrays and 2 in the journal.
class LiveStore {
public:
    LiveStore() {
        disk_.mkdir("/disk");
        ZarrSinkOptions const options{.path = store,
                                      .chunk_rows = {8, 8, 4},
                                      .codec = "none",
                                      .durability = Durability::commit,
                                      .commit_bytes = 4 << 10,
                                      .journal = true,
                                      .threads = 0};
        sink_ = std::make_unique<ZarrSink>(
            options, FileStorage::create(store, options.durability, false, disk_));
        write(3);
        sink_->close();
        sink_ = ZarrSink::reopen(options, FileStorage::open(store, options.durability, disk_));
        write(2);
    }
    /// Rows that stand in the journal, as a record.
    void write(int count) {
        Batch const batch = counted_batch(schema_, written_, count);
        sink_->write(batch, all_systems(batch), RowKind::frame);
        written_ += count;
    }
    /// The arrays take what the journal has, and its file goes.
    void commit() {
        do write(1);
        while (sink_->committed_samples() < written_);
    }
    void close() { sink_->close(); }
    [[nodiscard]] std::int64_t written() const { return written_; }
    [[nodiscard]] MemoryFileSystem& disk() { return disk_; }

private:
    SchemaPtr schema_ = std::make_shared<Schema const>();
    MemoryFileSystem disk_;
    std::unique_ptr<ZarrSink> sink_;
    int written_ = 0;
};

struct Look {
    StoreCheck found;
    int calls = 0;
};

Look look_at(LiveStore& live, std::function<void(int)> before) {
    InterruptedFileSystem reader(live.disk(), std::move(before));
    StoreCheck found = check_store(*FileStorage::read_only(store, reader), CheckDepth::quick);
    return {std::move(found), reader.count()};
}

/// Lets `happen` happen once, before one call of a look after the other; `judge` gets what was
/// found. Of the calls that look at arrays every tenth does, for there are a thousand of them; the
/// journal has the last ones.
void for_calls(std::function<void(LiveStore&)> const& happen,
               std::function<void(LiveStore&, StoreCheck const&)> const& judge) {
    LiveStore quiet;
    int const calls = look_at(quiet, [](int) {}).calls;
    ASSERT_GT(calls, 100);
    for (int at = 0; at < calls; at += at < calls - 40 ? 10 : 1) {
        LiveStore live;
        StoreCheck const found = look_at(live, [&](int call) {
                                     if (call == at) happen(live);
                                 }).found;
        SCOPED_TRACE(at);
        judge(live, found);
        if (::testing::Test::HasFailure()) return;
    }
}

void expect_nothing_false(StoreCheck const& found) {
    EXPECT_THAT(found.problems, IsEmpty());
    EXPECT_THAT(found.leftovers, Each(Not(HasSubstr("journal"))));
}

TEST(LiveStore, HasItsRowsInArraysAndJournal) {
    LiveStore live;

    StoreCheck const found = look_at(live, [](int) {}).found;

    expect_nothing_false(found);
    EXPECT_EQ(found.rows, 3);
    ASSERT_TRUE(found.journal);
    EXPECT_EQ(found.journal->rows, 2);
}

TEST(LiveStore, ACommitBetweenAnyTwoCallsIsNoDamage) {
    for_calls([](LiveStore& live) { live.commit(); },
              [](LiveStore const& live, StoreCheck const& found) {
                  expect_nothing_false(found);
                  EXPECT_THAT(found.rows, AnyOf(3, live.written()));
              });
}

TEST(LiveStore, RowsThatMoveBetweenTwoCallsAreCounted) {
    for_calls(
        [](LiveStore& live) {
            live.commit();
            live.write(1);
            live.commit();
            live.write(2);
        },
        [](LiveStore const& live, StoreCheck const& found) {
            expect_nothing_false(found);
            ASSERT_TRUE(found.journal);
            // As many as there were at some moment: a file that is open grows until it goes.
            EXPECT_THAT(found.rows + found.journal->rows, AllOf(Ge(5), Le(live.written())));
        });
}

TEST(LiveStore, AWriterThatEndsBetweenAnyTwoCallsIsNoDamage) {
    for_calls([](LiveStore& live) { live.close(); },
              [](LiveStore const&, StoreCheck const& found) { expect_nothing_false(found); });
}

TEST(LiveStore, AWriterThatNeverRestsEndsTheLookWithoutDamage) {
    LiveStore live;
    InterruptedFileSystem reader(live.disk(), [&](int) {
        live.commit();
        live.write(1);
    });
    auto const storage = FileStorage::read_only(store, reader);

    auto const found = look_at_journal(*storage, 3);

    EXPECT_FALSE(found);
    EXPECT_LT(reader.count(), 200);
}

}  // namespace
}  // namespace athanor::test
