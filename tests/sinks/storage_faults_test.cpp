// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Stores on a disk whose every system call fails, dies or loses power in turn; with a journal some
/// of them, for each takes twice as long (all of them pass with strides of 1).
#include <array>
#include <cerrno>
#include <tuple>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "sinks/file_storage.hpp"
#include "sinks/zarr_reader.hpp"
#include "sinks/zarr_sink.hpp"
#include "tests/sinks/expect_samples.hpp"
#include "tests/sinks/memory_file_system.hpp"
#include "tests/sinks/store_samples.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char const* folder = "/disk/deep";
constexpr char const* store = "/disk/deep/x.zarr";

/// How the samples get into the store: all at once; in shards, by a thread of the sink; first into
/// a journal, the arrays following once on the way and at the end.
enum class Way { plain, layers, journal };

/// Three commits of 3, 2 and 6 samples, over borders of chunks, with edges and a user field; into a
/// journal four of 3, 4, 2 and 2, and the second of them ends with a commit of the arrays.
class Work {
public:
    explicit Work(Durability durability, Way way = Way::plain)
        : durability_(durability), way_(way), all_(counted_batch(some(), 0, 11)) {}

    void run(MemoryFileSystem& disk) {
        opened_ = false;
        committed_ = 0;
        auto storage = FileStorage::create(store, durability_, false, disk);
        ZarrSink sink(options(), std::move(storage));
        sink.open(all_.schema());
        opened_ = true;
        auto const systems = all_systems(all_);
        std::span<SystemIndex const> const rows(systems);
        for (std::size_t const count : writes()) {
            auto const first = static_cast<std::size_t>(committed_);
            sink.write(all_, rows.subspan(first, count), RowKind::frame);
            sink.flush();
            committed_ += static_cast<std::int64_t>(count);
        }
        sink.close();
    }

    /// Goes on with what is there, or begins anew, and writes every sample.
    void finish(MemoryFileSystem& disk) {
        std::unique_ptr<ZarrSink> sink;
        if (there(disk))
            sink = ZarrSink::reopen(options(), FileStorage::open(store, durability_, disk));
        else
            sink = std::make_unique<ZarrSink>(options(),
                                              FileStorage::create(store, durability_, false, disk));
        sink->write(all_, all_systems(all_), RowKind::frame);
        sink->close();
    }

    static bool there(MemoryFileSystem const& disk) { return disk.has_files(store); }

    /// How many samples a reader sees: those of some commit, right in every bit.
    std::int64_t expect_prefix(MemoryFileSystem& disk) {
        auto const storage = FileStorage::read_only(store, disk);
        ZarrReader reader(*storage);
        std::int64_t const count = reader.sample_count();
        if (way_ == Way::journal)
            EXPECT_THAT(count, AnyOf(0, 3, 7, 9, 11));
        else
            EXPECT_THAT(count, AnyOf(0, 3, 5, 11));
        for (std::int64_t k = 0; k < count; ++k)
            expect_stored_equal(reader.read(k), all_.extract(SystemIndex{static_cast<int>(k)}));
        return count;
    }

    /// A disk that a dead process left: what it promised is there, and the work can be finished to
    /// the files of an undisturbed run.
    void expect_right(MemoryFileSystem disk) {
        try {
            if (there(disk))
                EXPECT_GE(way_ == Way::journal ? expect_replay(disk) : expect_prefix(disk),
                          committed_);
            else
                EXPECT_FALSE(opened_) << "the store is gone";
            finish(disk);
            EXPECT_TRUE(disk.files(folder) == undisturbed()) << "other files than undisturbed";
        } catch (Error const& error) {
            ADD_FAILURE() << error.what();
        }
    }

    /// A reader sees some prefix, and with the rows of the journal all that was promised; another
    /// look finds no journal.
    std::int64_t expect_replay(MemoryFileSystem const& torn) {
        MemoryFileSystem disk = torn.after_kill();
        std::int64_t const before = expect_prefix(disk);
        auto const sink = ZarrSink::reopen(options(), FileStorage::open(store, durability_, disk));
        EXPECT_EQ(sink->committed_samples(), before + sink->replayed().rows);
        sink->close();
        for (auto const& [path, bytes] : disk.files(folder))
            EXPECT_THAT(path, Not(HasSubstr(".journal-")));
        return expect_prefix(disk);
    }

    std::map<std::string, Bytes> const& undisturbed() {
        if (!undisturbed_.empty()) return undisturbed_;
        Work other(durability_, way_);
        MemoryFileSystem disk;
        other.run(disk);
        calls_ = disk.calls();
        return undisturbed_ = disk.files(folder);
    }
    /// The same below the store's own folder.
    std::map<std::string, Bytes> undisturbed_store() {
        std::map<std::string, Bytes> files;
        for (auto const& [path, bytes] : undisturbed())
            if (path.starts_with("x.zarr/")) files[path.substr(7)] = bytes;
        return files;
    }
    /// System calls of an undisturbed run.
    int calls() {
        (void)undisturbed();
        return calls_;
    }
    [[nodiscard]] std::int64_t committed() const { return committed_; }
    void set_committed(std::int64_t count) {
        committed_ = count;
        opened_ = true;
    }

private:
    static SchemaPtr some() {
        std::vector<FieldSpec> more{
            {"neighbor_list", Level::edge, Dtype::int64, {2}, "", FieldRole::user},
            {"spins", Level::atom, Dtype::int16, {2}, "", FieldRole::user}};
        return std::make_shared<Schema const>(std::move(more));
    }
    [[nodiscard]] ZarrSinkOptions options() const {
        return {.path = store,
                .chunk_rows = {8, 8, 4},
                .chunks_per_shard = way_ == Way::layers ? 2 : 0,
                .codec = "none",
                .durability = durability_,
                .commit_bytes = way_ == Way::journal ? 3000 : 1 << 26,
                .journal = way_ == Way::journal,
                .threads = way_ == Way::layers ? 1 : 0};
    }
    [[nodiscard]] std::vector<std::size_t> writes() const {
        return way_ == Way::journal ? std::vector<std::size_t>{3, 4, 2, 2}
                                    : std::vector<std::size_t>{3, 2, 6};
    }

    Durability durability_;
    Way way_;
    Batch all_;
    bool opened_ = false;
    std::int64_t committed_ = 0;  ///< what flush() promised
    int calls_ = 0;
    std::map<std::string, Bytes> undisturbed_;
};

struct FaultCase {
    char const* name;
    int error;
    FaultForm form;
    Durability durability;
    int stride;     ///< 1: every call
    bool harmless;  ///< nobody is to notice
    Way way = Way::plain;
};
void PrintTo(FaultCase const& fault, std::ostream* out) { *out << fault.name; }

class EveryCall : public ::testing::TestWithParam<FaultCase> {};

std::string error_of(std::function<void()> const& body) {
    try {
        body();
    } catch (StorageError const& error) {
        EXPECT_EQ(error.exit_code(), 6);
        return error.what();
    }
    return "";
}

/// Calls that the system may interrupt, and that are to be made again.
bool may_be_interrupted(std::string const& call) {
    for (char const* name : {"open", "close", "write", "pread", "fsync", "syncfs"})
        if (call.starts_with(name)) return true;
    return false;
}

TEST_P(EveryCall, ThatFailsInTurnIsReportedAndTheStoreCanBeFinished) {
    auto const [name, error, form, durability, stride, harmless, way] = GetParam();
    Work work(durability, way);
    int const calls = work.calls();
    ASSERT_GT(calls, 500);
    for (int at = 0; at < calls; at += stride) {
        MemoryFileSystem disk;
        disk.fail({.at = at, .error = error, .form = form, .for_ever = false});

        std::string const message = error_of([&] { work.run(disk); });

        SCOPED_TRACE(fmt::format("{} at call {}: {}", name, at, disk.failed_call()));
        if (disk.failed_call().empty()) continue;  // no write
        if (message.empty()) {
            EXPECT_EQ(work.committed(), 11);
            EXPECT_TRUE(disk.files(store) == work.undisturbed_store()) << "silent loss";
        } else {
            EXPECT_FALSE(harmless);
            EXPECT_FALSE(error == EINTR && may_be_interrupted(disk.failed_call()));
            EXPECT_THAT(message, AllOf(StartsWith("/disk"), HasSubstr(::strerrorname_np(error))));
        }
        work.expect_right(disk.after_kill());
        if (HasFailure()) return;
    }
}
INSTANTIATE_TEST_SUITE_P(
    StorageFaults, EveryCall,
    ::testing::Values(
        FaultCase{"EIO", EIO, FaultForm::nothing, Durability::commit, 1, false},
        FaultCase{"EioWithoutSyncs", EIO, FaultForm::nothing, Durability::none, 3, false},
        FaultCase{"EioAfterTheDeed", EIO, FaultForm::everything, Durability::commit, 4, false},
        FaultCase{"EioOfAThread", EIO, FaultForm::nothing, Durability::commit, 5, false,
                  Way::layers},
        FaultCase{"ENOSPC", ENOSPC, FaultForm::nothing, Durability::strict, 3, false},
        FaultCase{"EINTR", EINTR, FaultForm::nothing, Durability::commit, 3, false},
        FaultCase{"ShortWrite", EIO, FaultForm::half_a_write, Durability::none, 1, true},
        FaultCase{"EioWithJournal", EIO, FaultForm::nothing, Durability::commit, 3, false,
                  Way::journal},
        FaultCase{"EioAfterTheDeedWithJournal", EIO, FaultForm::everything, Durability::commit, 7,
                  false, Way::journal},
        FaultCase{"ENOSPCWithJournal", ENOSPC, FaultForm::nothing, Durability::strict, 7, false,
                  Way::journal},
        FaultCase{"EINTRWithJournal", EINTR, FaultForm::nothing, Durability::commit, 7, false,
                  Way::journal},
        FaultCase{"ShortWriteWithJournal", EIO, FaultForm::half_a_write, Durability::commit, 3,
                  true, Way::journal}),
    [](auto const& tested) { return std::string(tested.param.name); });

// --- death and loss of power ---------------------------------------------------------------------

class EveryKill : public ::testing::TestWithParam<std::pair<Durability, Way>> {};

TEST_P(EveryKill, LeavesWhatWasCommittedAndTheStoreCanBeFinished) {
    Work work(GetParam().first, GetParam().second);
    MemoryFileSystem disk;
    int seen = 0;
    disk.watch([&](MemoryFileSystem const& now) {
        if (::testing::Test::HasFailure()) return;
        SCOPED_TRACE(fmt::format("killed before call {}", now.calls()));
        work.expect_right(now.after_kill());
        ++seen;
    });

    work.run(disk);

    EXPECT_GT(seen, 300);
}
INSTANTIATE_TEST_SUITE_P(StorageFaults, EveryKill,
                         ::testing::Values(std::pair(Durability::none, Way::layers),
                                           std::pair(Durability::commit, Way::journal)));

TEST(StorageFaults, KilledWhileItIsReplacedWithoutAnExchangeOfNamesAStoreIsTheOldOrTheNewOne) {
    auto const bytes_of = [](std::string_view text) { return std::as_bytes(std::span(text)); };
    auto const make = [&](FileSystem& disk, std::string_view text) {
        auto const made = FileStorage::create("/data/s", Durability::commit, true, disk);
        made->put("zarr.json", bytes_of(text));
        made->publish();
    };
    MemoryFileSystem disk;
    disk.forget_rename_flags();
    make(disk, "old");
    std::map<std::string, int> seen;
    disk.watch([&](MemoryFileSystem const& now) {
        for (bool const asks_first : {true, false}) {
            MemoryFileSystem left = now.after_kill();
            if (asks_first) FileStorage::bring_back("/data/s", left);
            auto const found = FileStorage::open("/data/s", Durability::none, left);
            Bytes const bytes = found->get("zarr.json").value_or(Bytes{});
            ++seen[{reinterpret_cast<char const*>(bytes.data()), bytes.size()}];
        }
    });

    make(disk, "new");

    EXPECT_EQ(seen.size(), 2);
    EXPECT_GT(seen["old"], 10);
    EXPECT_GT(seen["new"], 2);
}

using PowerCutCase = std::tuple<Durability, PowerCut, Way>;
class EveryPowerCut : public ::testing::TestWithParam<PowerCutCase> {};

TEST_P(EveryPowerCut, LeavesTheLastCommitThatReturned) {
    auto const [durability, form, way] = GetParam();
    Work work(durability, way);
    MemoryFileSystem disk;
    int seen = 0;
    disk.watch([&, form = form, way = way](MemoryFileSystem const& now) {
        if (::testing::Test::HasFailure() || (++seen % 2 != 0 && way == Way::journal)) return;
        SCOPED_TRACE(fmt::format("power lost before call {}", now.calls()));
        auto const seed = static_cast<std::uint64_t>(now.calls());
        work.expect_right(now.after_power_cut(form, seed));
    });

    work.run(disk);

    EXPECT_GT(seen, 300);
}

std::string name_of_cut(::testing::TestParamInfo<PowerCutCase> const& tested) {
    constexpr std::array<char const*, 3> durabilities{"None", "Commit", "Strict"};
    constexpr std::array<char const*, 3> cuts{"DropsAll", "KeepsNames", "KeepsSome"};
    return std::string(durabilities[static_cast<std::size_t>(std::get<0>(tested.param))]) +
           cuts[static_cast<std::size_t>(std::get<1>(tested.param))];
}
constexpr std::array every_cut{PowerCut::drops_all, PowerCut::keeps_names, PowerCut::keeps_some};
INSTANTIATE_TEST_SUITE_P(
    StorageFaults, EveryPowerCut,
    ::testing::Combine(::testing::Values(Durability::commit, Durability::strict),
                       ::testing::ValuesIn(every_cut), ::testing::Values(Way::plain)),
    name_of_cut);
INSTANTIATE_TEST_SUITE_P(StorageFaultsOfJournals, EveryPowerCut,
                         ::testing::Combine(::testing::Values(Durability::commit),
                                            ::testing::ValuesIn(every_cut),
                                            ::testing::Values(Way::journal)),
                         name_of_cut);

/// The disk of a run that was killed when `share` of its calls were made.
MemoryFileSystem torn_disk(Work& work, double share) {
    std::optional<MemoryFileSystem> torn;
    std::int64_t committed = 0;
    int const at = static_cast<int>(share * work.calls());
    MemoryFileSystem disk;
    disk.watch([&](MemoryFileSystem const& now) {
        if (torn || now.calls() < at) return;
        torn = now.after_kill();
        committed = work.committed();
    });
    work.run(disk);
    work.set_committed(committed);
    return torn->after_kill();
}

class GoingOn : public ::testing::TestWithParam<Way> {};

TEST_P(GoingOn, WithATornAppendSurvivesKillsAndPowerCutsToo) {
    Work work(Durability::commit, GetParam());
    for (double const share : {0.75, 0.9, 0.98}) {
        MemoryFileSystem disk = torn_disk(work, share);
        disk.watch([&](MemoryFileSystem const& now) {
            int const stride = GetParam() == Way::journal ? 13 : 5;
            if (::testing::Test::HasFailure() || now.calls() % stride != 0) return;
            SCOPED_TRACE(fmt::format("torn at {}, stopped before call {}", share, now.calls()));
            work.expect_right(now.after_kill());
            auto const seed = static_cast<std::uint64_t>(now.calls());
            work.expect_right(now.after_power_cut(PowerCut::drops_all, seed));
            work.expect_right(now.after_power_cut(PowerCut::keeps_some, seed));
        });

        work.finish(disk);

        EXPECT_TRUE(disk.files(folder) == work.undisturbed());
    }
}

TEST_P(GoingOn, WithATornAppendReportsEveryCallThatFails) {
    Work work(Durability::commit, GetParam());
    MemoryFileSystem const torn = torn_disk(work, 0.9);
    MemoryFileSystem whole = torn.after_kill();
    work.finish(whole);
    for (int at = 0; at < whole.calls(); at += GetParam() == Way::journal ? 5 : 1) {
        MemoryFileSystem disk = torn.after_kill();
        disk.fail({.at = at, .error = EIO, .form = FaultForm::nothing, .for_ever = false});

        std::string const message = error_of([&] { work.finish(disk); });

        SCOPED_TRACE(fmt::format("EIO at call {}: {}", at, disk.failed_call()));
        if (message.empty())
            EXPECT_TRUE(disk.files(store) == work.undisturbed_store()) << "silent loss";
        else
            EXPECT_THAT(message, AllOf(StartsWith("/disk"), HasSubstr("EIO")));
        work.expect_right(disk.after_kill());
        if (HasFailure()) return;
    }
}

INSTANTIATE_TEST_SUITE_P(StorageFaults, GoingOn, ::testing::Values(Way::plain, Way::journal));

TEST(StorageFaults, AStoreThatHadAJournalHasTheFilesOfOneWithout) {
    Work plain(Durability::commit), journal(Durability::commit, Way::journal);

    EXPECT_TRUE(plain.undisturbed() == journal.undisturbed());
}

TEST(StorageFaults, AStoreWrittenWithoutSyncsLastsOnceItIsReopenedWithThem) {
    Work careless(Durability::none), careful(Durability::commit);
    MemoryFileSystem disk;
    careless.run(disk);
    disk = disk.after_kill();
    (void)ZarrSink::reopen({.path = store}, FileStorage::open(store, Durability::commit, disk));

    careful.set_committed(11);
    for (auto const cut : {PowerCut::drops_all, PowerCut::keeps_names, PowerCut::keeps_some})
        careful.expect_right(disk.after_power_cut(cut, 1));
}

/// The double itself: without syncs a power cut must be able to lose things.
TEST(StorageFaults, WithoutDurabilityAPowerCutCostsTheStore) {
    Work work(Durability::none);
    MemoryFileSystem disk;
    work.run(disk);

    auto without_names = disk.after_power_cut(PowerCut::drops_all, 0);
    auto without_bytes = disk.after_power_cut(PowerCut::keeps_names, 0);

    EXPECT_TRUE(without_names.files("/").empty());
    EXPECT_FALSE(without_bytes.files(store).empty());
    for (auto const& [path, bytes] : without_bytes.files(store)) EXPECT_TRUE(bytes.empty()) << path;
}

}  // namespace
}  // namespace athanor::test
