// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Journals beside stores. storage_faults_test.cpp kills and cuts them off at every call.
#include "sinks/journal.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/crc32c.hpp"
#include "runtime/error.hpp"
#include "sinks/file_storage.hpp"
#include "sinks/journal_reader.hpp"
#include "sinks/memory_storage.hpp"
#include "sinks/zarr_reader.hpp"
#include "sinks/zarr_sink.hpp"
#include "tests/sinks/expect_samples.hpp"
#include "tests/sinks/memory_file_system.hpp"
#include "tests/sinks/store_samples.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char const* store = "/disk/x.zarr";
constexpr char const* journal = "/disk/x.zarr.journal-1";
constexpr std::size_t room = 1024;

ZarrSinkOptions with_journal(Durability durability = Durability::commit) {
    return {.path = store,
            .chunk_rows = {8, 8, 4},
            .codec = "none",
            .durability = durability,
            .journal = true,
            .threads = 0};
}

/// Samples first .. first+count-1.
void write_some(ZarrSink& sink, int first, int count) {
    Batch const batch = counted_batch(rich_schema(), first, count);
    sink.write(batch, all_systems(batch), RowKind::frame);
}

MemoryFileSystem new_disk() {
    MemoryFileSystem disk;
    disk.mkdir("/disk");
    return disk;
}

std::unique_ptr<ZarrSink> new_store(MemoryFileSystem& disk, ZarrSinkOptions const& options) {
    return std::make_unique<ZarrSink>(
        options, FileStorage::create(store, options.durability, options.overwrite, disk));
}

std::unique_ptr<ZarrSink> reopened(MemoryFileSystem& disk, ZarrSinkOptions const& options) {
    return ZarrSink::reopen(options, FileStorage::open(store, options.durability, disk));
}

/// What a killed writer left: samples 0 to 4 in three records, none of them in the arrays.
MemoryFileSystem killed_disk(Durability durability = Durability::commit) {
    MemoryFileSystem disk = new_disk();
    auto const sink = new_store(disk, with_journal(durability));
    write_some(*sink, 0, 2);
    write_some(*sink, 2, 2);
    write_some(*sink, 4, 1);
    return disk.after_kill();
}

Bytes file(MemoryFileSystem const& disk, std::string const& path) {
    auto const files = disk.files("/disk");
    return files.at(path.substr(std::strlen("/disk/")));
}

void replace(MemoryFileSystem& disk, std::string const& path, std::span<std::byte const> bytes) {
    int const fd = disk.open(path, O_WRONLY | O_CREAT | O_TRUNC);
    EXPECT_EQ(disk.write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    disk.close(fd);
}

/// The store has samples 0 .. count-1, right in every bit, and no journal stands beside it.
void expect_samples(MemoryFileSystem& disk, std::int64_t count) {
    auto const storage = FileStorage::read_only(store, disk);
    ZarrReader reader(*storage);
    ASSERT_EQ(reader.sample_count(), count);
    for (int k = 0; k < count; ++k) {
        Batch const one = counted_batch(rich_schema(), k, 1);
        expect_stored_equal(reader.read(k), one.extract(SystemIndex{0}));
    }
    EXPECT_THAT(journal_files({&disk, store}), IsEmpty());
}

void append(Journal& to, Bytes const& payload, std::int64_t samples) {
    std::ranges::copy(payload, to.begin_record(payload.size()).begin());
    to.end_record(samples);
}

std::vector<Bytes> records(MemoryFileSystem& disk) {
    std::vector<Bytes> found;
    JournalPlace const place{&disk, store};
    for (JournalFile const& one : journal_files(place)) {
        JournalReader reader(place, one);
        for (Bytes payload; reader.next(payload);) found.push_back(payload);
        EXPECT_EQ(reader.torn_bytes(), 0);
    }
    return found;
}

std::string refusal(std::function<void()> const& body) {
    try {
        body();
    } catch (Error const& error) {
        return error.what();
    }
    return "";
}

// --- format --------------------------------------------------------------------------------------

TEST(Journal, HasTheLayoutOfItsHeaderFile) {
    MemoryFileSystem disk = new_disk();
    Journal written({&disk, store}, {0x0102030405060708, 0x1112131415161718}, 0x21, room);
    append(written, {std::byte{7}, std::byte{7}, std::byte{7}, std::byte{9}, std::byte{9}}, 1);
    written.write_waiting();

    Bytes const bytes = file(disk, journal);

    ASSERT_EQ(bytes.size(), 48U + 16U + 5U);
    auto const word = [&bytes](std::size_t at) {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data() + at, 8);
        return value;
    };
    EXPECT_EQ(std::memcmp(bytes.data(), "ATHJRNL1", 8), 0);
    EXPECT_EQ(word(8), 0x0102030405060708U);
    EXPECT_EQ(word(16), 0x1112131415161718U);
    EXPECT_EQ(word(24), 0x21U);
    EXPECT_EQ(word(32), 1U);
    EXPECT_EQ(word(40) >> 32, crc32c(std::span(bytes).first(44)));
    EXPECT_EQ(word(48), 5U);
    EXPECT_EQ(word(56),
              crc32c(std::span(bytes).subspan(64), crc32c(std::span(bytes).subspan(48, 8))));
    EXPECT_EQ(bytes[66], std::byte{7});
    EXPECT_EQ(bytes[67], std::byte{9});
}

TEST(Journal, FilesComeInTheOrderOfTheirNumbersAndGoOneByOne) {
    MemoryFileSystem disk = new_disk();
    Journal written({&disk, store}, JournalIdentity::make(), 0, room);
    Bytes const payload(4);
    for (int k = 0; k < 11; ++k) {
        append(written, payload, k);
        EXPECT_EQ(written.rotate(), k + 2);
    }
    written.write_waiting();
    replace(disk, "/disk/x.zarr.journal-note", payload);

    auto const before = journal_files({&disk, store});
    written.remove_before(11);
    auto const after = journal_files({&disk, store});

    ASSERT_EQ(before.size(), 11U);
    for (int k = 0; k < 11; ++k) EXPECT_EQ(before[static_cast<std::size_t>(k)].number, k + 1);
    ASSERT_EQ(after.size(), 1U);
    EXPECT_EQ(after[0].path, "/disk/x.zarr.journal-11");
}

TEST(Journal, IdentitiesDifferAndComeBackFromText) {
    auto const one = JournalIdentity::make(), other = JournalIdentity::make();

    EXPECT_FALSE(one == other);
    EXPECT_EQ(JournalIdentity::parse(one.text()), one);
    for (char const* text :
         {"", "12", "0123456789abcdef0123456789abcdeg", " 123456789abcdef0123456789abcdef"})
        EXPECT_EQ(JournalIdentity::parse(text), std::nullopt) << text;
}

// --- records that wait ---------------------------------------------------------------------------

TEST(Journal, WritesNothingBeforeItIsToldTo) {
    MemoryFileSystem disk = new_disk();
    Journal written({&disk, store}, JournalIdentity::make(), 0, room);
    append(written, Bytes(10), 3);

    EXPECT_THAT(journal_files({&disk, store}), IsEmpty());
    EXPECT_EQ(written.samples_written(), 0);
    written.sync();

    EXPECT_EQ(written.samples_written(), 3);
    MemoryFileSystem cut = disk.after_power_cut(PowerCut::keeps_names, 0);
    EXPECT_THAT(records(cut), ElementsAre(Bytes(10)));
}

TEST(Journal, RecordsStandInTheOrderAppendedWhicheverThreadsWriteThem) {
    constexpr int count = 400;
    MemoryFileSystem disk = new_disk();
    Journal written({&disk, store}, JournalIdentity::make(), 0, room);
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([&] {
            while (!done) written.write_waiting();
        });
    std::vector<Bytes> appended;
    for (int k = 0; k < count; ++k) {
        appended.emplace_back(static_cast<std::size_t>(1 + k % 50), static_cast<std::byte>(k));
        append(written, appended.back(), k + 1);
        if (k % 100 == 99) static_cast<void>(written.rotate());
    }
    done = true;
    for (std::thread& thread : threads) thread.join();
    written.write_waiting();

    EXPECT_EQ(records(disk), appended);
    EXPECT_EQ(written.samples_written(), count);
    EXPECT_EQ(journal_files({&disk, store}).size(), 4U);
}

TEST(Journal, WritesWhatWaitsBeforeItTakesMoreThanItsRoom) {
    MemoryFileSystem disk = new_disk();
    Journal written({&disk, store}, JournalIdentity::make(), 0, 100);
    append(written, Bytes(30), 1);
    append(written, Bytes(30), 2);
    EXPECT_EQ(written.samples_written(), 0);

    append(written, Bytes(30), 3);
    EXPECT_EQ(written.samples_written(), 2);
    append(written, Bytes(500), 4);  // more than the room, but alone

    EXPECT_EQ(written.samples_written(), 3);
    EXPECT_GT(written.stalled().count(), 0);
}

TEST(Journal, IsGivenUpWhenAWriteFailed) {
    MemoryFileSystem disk = new_disk();
    Journal written({&disk, store}, JournalIdentity::make(), 0, room);
    append(written, Bytes(10), 1);
    written.write_waiting();
    append(written, Bytes(10), 2);
    append(written, Bytes(10), 3);
    disk.fail({.at = disk.calls(), .error = ENOSPC});

    std::string const first = refusal([&] { written.write_waiting(); });
    std::string const second = refusal([&] { written.sync(); });

    EXPECT_THAT(first, AllOf(HasSubstr(journal), HasSubstr("No space left")));
    EXPECT_EQ(second, first);
    EXPECT_EQ(written.samples_written(), 1);
    EXPECT_THAT(records(disk), ElementsAre(Bytes(10)));
}

TEST(Journal, IsGivenUpWhenASyncFailed) {
    for (int const call : {0, 1}) {  // of the file, of its folder
        MemoryFileSystem disk = new_disk();
        Journal written({&disk, store}, JournalIdentity::make(), 0, room);
        append(written, Bytes(10), 1);
        written.write_waiting();
        disk.fail({.at = disk.calls() + call, .error = EIO});

        std::string const first = refusal([&] { written.sync(); });
        std::string const second = refusal([&] { written.sync(); });
        append(written, Bytes(10), 2);
        std::string const third = refusal([&] { written.write_waiting(); });

        EXPECT_THAT(first, HasSubstr("Input/output error")) << disk.failed_call();
        EXPECT_EQ(second, first);
        EXPECT_EQ(third, first);
        EXPECT_EQ(written.samples_written(), 1);
    }
}

// --- rows ----------------------------------------------------------------------------------------

TEST(Journal, AKilledWriterWithoutThreadsLosesNoRowThatWriteTook) {
    MemoryFileSystem disk = killed_disk();
    {
        auto const storage = FileStorage::read_only(store, disk);
        EXPECT_EQ(ZarrReader(*storage).sample_count(), 0);
    }

    auto const sink = reopened(disk, with_journal());

    EXPECT_EQ(sink->replayed().rows, 5);
    EXPECT_EQ(sink->replayed().torn_bytes, 0);
    EXPECT_EQ(sink->committed_samples(), 5);
    write_some(*sink, 3, 3);  // two of them are known
    EXPECT_EQ(sink->rows_written(), 1);
    sink->close();
    expect_samples(disk, 6);
}

TEST(Journal, ComesInAlsoForAWriterThatKeepsNone) {
    MemoryFileSystem disk = killed_disk();
    ZarrSinkOptions options = with_journal();
    options.journal = false;

    reopened(disk, options)->close();

    expect_samples(disk, 5);
}

TEST(Journal, LosesNothingInAPowerCutWhileAWriterThatSyncsNothingBringsItIn) {
    MemoryFileSystem disk = killed_disk(Durability::strict);
    ZarrSinkOptions options = with_journal(Durability::none);
    options.journal = false;
    int cuts = 0;
    disk.watch([&](MemoryFileSystem const& now) {
        if (now.calls() % 41 != 0) return;
        for (PowerCut const form :
             {PowerCut::drops_all, PowerCut::keeps_names, PowerCut::keeps_some}) {
            if (::testing::Test::HasFailure()) return;
            SCOPED_TRACE(fmt::format("cut {} before call {}", static_cast<int>(form), now.calls()));
            MemoryFileSystem cut =
                now.after_power_cut(form, static_cast<std::uint64_t>(now.calls()));
            ASSERT_NO_THROW(reopened(cut, with_journal())->close());
            expect_samples(cut, 5);
            ++cuts;
        }
    });

    auto const sink = reopened(disk, options);
    disk.watch([](MemoryFileSystem const&) {});

    EXPECT_GT(cuts, 20);
    EXPECT_EQ(sink->replayed().rows, 5);
    sink->close();
    expect_samples(disk, 5);
}

TEST(Journal, AStrictWriteCostsOneSyncOfAFile) {
    MemoryFileSystem disk = new_disk();
    ZarrSinkOptions options = with_journal(Durability::strict);
    options.chunk_rows = {};  // none fills
    auto const sink = new_store(disk, options);
    write_some(*sink, 0, 1);
    int const before = disk.calls();

    write_some(*sink, 1, 1);

    EXPECT_EQ(disk.calls() - before, 2);  // a write and an fdatasync
    MemoryFileSystem cut = disk.after_power_cut(PowerCut::drops_all, 0);
    reopened(cut, with_journal())->close();
    expect_samples(cut, 2);
}

TEST(Journal, RowsThatTheArraysHaveAreSkipped) {
    MemoryFileSystem disk = killed_disk();
    Bytes const kept = file(disk, journal);
    auto const first = reopened(disk, with_journal());  // its rows are in the arrays now
    MemoryFileSystem again = disk.after_kill();
    replace(again, journal, kept);  // a removal that a power cut has undone

    auto const sink = reopened(again, with_journal());

    EXPECT_EQ(sink->replayed().rows, 0);
    EXPECT_EQ(sink->replayed().known_rows, 5);
    sink->close();
    expect_samples(again, 5);
}

// --- torn ----------------------------------------------------------------------------------------

TEST(Journal, CutOffAtAnyByteGivesTheRecordsBeforeAndSaysHowMuchWasTorn) {
    MemoryFileSystem const whole = killed_disk();
    Bytes const bytes = file(whole, journal);
    std::int64_t last = 0;
    for (std::size_t size = 0; size < bytes.size(); size += 1 + size % 37) {
        MemoryFileSystem disk = whole.after_kill();
        replace(disk, journal, std::span(bytes).first(size));

        auto const sink = reopened(disk, with_journal());

        std::int64_t const rows = sink->replayed().rows;
        SCOPED_TRACE(fmt::format("{} of {} bytes, {} rows", size, bytes.size(), rows));
        EXPECT_TRUE(rows == 0 || rows == 2 || rows == 4);
        EXPECT_GE(rows, last);
        if (rows == 0) {
            EXPECT_EQ(sink->replayed().torn_bytes,
                      static_cast<std::int64_t>(size >= 48 ? size - 48 : size));
        }
        last = rows;
        sink->close();
        expect_samples(disk, rows);
        if (HasFailure()) return;
    }
    EXPECT_EQ(last, 4);
}

TEST(Journal, AFlippedBitEndsItThere) {
    MemoryFileSystem const whole = killed_disk();
    Bytes const bytes = file(whole, journal);
    for (std::size_t at = 48; at < bytes.size(); at += 101) {
        MemoryFileSystem disk = whole.after_kill();
        Bytes changed = bytes;
        changed[at] ^= std::byte{0x10};
        replace(disk, journal, changed);

        auto const sink = reopened(disk, with_journal());

        SCOPED_TRACE(at);
        std::int64_t const rows = sink->replayed().rows;
        bool const in_padding = rows == 5;  // four bytes of a record's head say nothing
        EXPECT_TRUE(in_padding || sink->replayed().torn_bytes > 0);
        sink->close();
        expect_samples(disk, rows);
        if (HasFailure()) return;
    }
}

// --- refused -------------------------------------------------------------------------------------

TEST(Journal, OfAnotherStoreIsRefusedAndStays) {
    MemoryFileSystem const other = killed_disk();
    MemoryFileSystem disk = killed_disk();
    replace(disk, journal, file(other, journal));

    std::string const message = refusal([&] { reopened(disk, with_journal()); });

    EXPECT_THAT(message,
                AllOf(HasSubstr(journal), HasSubstr("another store"), HasSubstr("move it away")));
    EXPECT_EQ(file(disk, journal), file(other, journal));
    disk.unlink(journal);
    reopened(disk, with_journal())->close();
    expect_samples(disk, 0);
}

TEST(Journal, OfOtherArraysIsRefused) {
    MemoryFileSystem disk = killed_disk();
    auto const document = file(disk, "/disk/x.zarr/athanor/zarr.json");
    std::string const text(reinterpret_cast<char const*>(document.data()), document.size());
    auto const begin = text.find_first_not_of(": \"", text.find("\"journal\"") + 9);
    auto const identity = JournalIdentity::parse(text.substr(begin, 32));
    ASSERT_TRUE(identity);
    disk.unlink(journal);
    Journal other({&disk, store}, *identity, 12345, room);
    append(other, Bytes(80), 1);
    other.write_waiting();

    EXPECT_THAT(refusal([&] { reopened(disk, with_journal()); }), HasSubstr("other arrays"));
}

TEST(Journal, AFileOfAnotherKindWithItsNameIsRefusedAndStays) {
    MemoryFileSystem disk = killed_disk();
    std::string const text = "my notes about this store, which nobody is to remove";
    replace(disk, journal, std::as_bytes(std::span(text)));

    EXPECT_THAT(refusal([&] { reopened(disk, with_journal()); }), HasSubstr("is no journal"));
    EXPECT_EQ(file(disk, journal).size(), text.size());
}

TEST(Journal, OfAStoreThatIsGoneStopsANewOneUnlessItIsOverwritten) {
    MemoryFileSystem disk = new_disk();
    replace(disk, journal, file(killed_disk(), journal));
    ZarrSinkOptions options = with_journal();

    EXPECT_THAT(refusal([&] { new_store(disk, options); }), HasSubstr("a store that is gone"));
    options.overwrite = true;
    auto const sink = new_store(disk, options);
    write_some(*sink, 0, 2);
    sink->close();

    expect_samples(disk, 2);
}

TEST(Journal, NeedsSyncsAndAFolder) {
    MemoryFileSystem disk = new_disk();

    EXPECT_THAT(refusal([&] { new_store(disk, with_journal(Durability::none)); }),
                HasSubstr("give durability commit or strict"));
    EXPECT_THAT(refusal([&] { ZarrSink(with_journal(), std::make_unique<MemoryStorage>()); }),
                HasSubstr("needs a store in a folder"));
}

}  // namespace
}  // namespace athanor::test
