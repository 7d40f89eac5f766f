// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/zarr_sink.hpp"

#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "sinks/file_storage.hpp"
#include "sinks/zarr_reader.hpp"
#include "tests/runtime/sink_contract.hpp"
#include "tests/sinks/expect_samples.hpp"
#include "tests/sinks/faulty_storage.hpp"
#include "tests/sinks/shared_storage.hpp"
#include "tests/sinks/store_samples.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;

struct ZarrPlace {
    ZarrPlace() : sink_({.path = folder_.path() / "out.zarr", .chunk_rows = {8, 8, 4}}) {}
    Sink& sink() { return sink_; }
    std::vector<std::string> kept_names() {
        ZarrReader reader(folder_.path() / "out.zarr");
        std::vector<std::string> names;
        while (auto const sample = reader.next()) names.push_back(sample->name());
        return names;
    }
    TemporaryFolder folder_;
    ZarrSink sink_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Zarr, SinkContract, ZarrPlace);

ZarrSinkOptions small_chunks(std::string path = "faulty.zarr") {
    return {.path = std::move(path), .chunk_rows = {8, 8, 4}, .threads = 0};
}

void expect_message(std::function<void()> const& body, auto const& matcher) {
    try {
        body();
        FAIL() << "no exception";
    } catch (Error const& error) {
        EXPECT_THAT(error.what(), matcher);
    }
}

TEST(ZarrSink, SamplesComeBackBitForBit) {
    TemporaryFolder const folder;
    std::string const path = folder.path() / "out.zarr";
    SchemaPtr const schema = rich_schema();
    Batch const batch = counted_batch(schema, 0, 23);

    ZarrSink sink(small_chunks(path));
    sink.write(batch, all_systems(batch), RowKind::converged);
    sink.close();

    ZarrReader reader(path);
    ASSERT_EQ(reader.sample_count(), 23);
    for (int k = 0; k < 23; ++k) expect_stored_equal(reader.read(k), batch.extract(SystemIndex{k}));
    EXPECT_FALSE(reader.schema()->find("fire_dt").has_value());  // state of a stage
    EXPECT_EQ(reader.ledger_keys()[5], (RowKey{5, 2, 50, RowKind::converged}));
    EXPECT_EQ(reader.ledger_outcomes()[5], static_cast<std::uint8_t>(Outcome::converged));
}

TEST(ZarrSink, FieldsThatItDoesNotStoreMayHoldAnything) {
    TemporaryFolder const folder;
    std::string const path = folder.path() / "out.zarr";
    Batch const wanted = counted_batch(rich_schema(), 0, 3);
    Batch batch = counted_batch(rich_schema(), 0, 3);
    ZarrSink sink(small_chunks(path));
    ASSERT_EQ(spoil_unstored(sink, batch), 1) << "fire_dt";

    sink.write(batch, all_systems(batch), RowKind::converged);
    sink.close();

    ZarrReader reader(path);
    for (int k = 0; k < 3; ++k) expect_stored_equal(reader.read(k), wanted.extract(SystemIndex{k}));
}

TEST(ZarrSink, NegativeZeroAndThePayloadOfNaNAreKept) {
    TemporaryFolder const folder;
    std::string const path = folder.path() / "out.zarr";
    auto const schema = std::make_shared<Schema const>();
    Sample sample(schema, SampleId{0}, "odd", 1);
    auto const positions = sample.values<double>(Fields::positions);
    positions[0] = -0.0;
    positions[1] = std::bit_cast<double>(0x7ff8dead0000beefULL);
    positions[2] = 5e-324;

    ZarrSink sink({.path = path});
    sink.write(sample, RowKind::frame);
    sink.close();

    ZarrReader reader(path);
    expect_stored_equal(reader.read(0), sample);
}

TEST(ZarrSink, Float32RoundsFloatingRowsOfCoreAndNothingElse) {
    TemporaryFolder const folder;
    std::string const path = folder.path() / "out.zarr";
    FieldRole const user = FieldRole::user;
    auto const schema = std::make_shared<Schema const>(
        std::vector<FieldSpec>{{"charges", Level::atom, Dtype::float64, {}, "e", user},
                               {"mine", Level::atom, Dtype::float64, {}, "", user}});
    Sample sample(schema, SampleId{0}, "third", 1);
    sample.values<double>(Fields::positions)[0] = 1.0 / 3.0;
    sample.values<double>(*schema->find("charges"))[0] = 1.0 / 3.0;
    sample.values<double>(*schema->find("mine"))[0] = 1.0 / 3.0;

    ZarrSink sink({.path = path, .dtype = Dtype::float32});
    sink.write(sample, RowKind::frame);
    sink.close();

    ZarrReader reader(path);
    Sample const stored = reader.read(0);
    EXPECT_EQ(stored.values<double>(Fields::positions)[0], static_cast<double>(1.0F / 3.0F));
    EXPECT_EQ(stored.values<float>(*stored.schema().find("charges"))[0], 1.0F / 3.0F);
    EXPECT_EQ(stored.values<double>(*stored.schema().find("mine"))[0], 1.0 / 3.0);
}

TEST(ZarrSink, AnEmptyCampaignLeavesAReadableStore) {
    TemporaryFolder const folder;
    std::string const path = folder.path() / "deep" / "er" / "out.zarr";

    ZarrSink sink({.path = path});
    EXPECT_FALSE(fs::exists(path));
    sink.close();

    ZarrReader reader(path);
    EXPECT_EQ(reader.sample_count(), 0);
    EXPECT_FALSE(reader.next().has_value());
    EXPECT_TRUE(reader.ledger_keys().empty());
}

TEST(ZarrSink, AnExistingOutputIsRefusedUnlessOverwriteIsSet) {
    TemporaryFolder const folder;
    std::string const path = folder.path() / "out.zarr";
    ZarrSink({.path = path}).close();

    expect_message([&] { ZarrSink sink({.path = path}); },
                   AllOf(HasSubstr(path), HasSubstr("output exists; use --overwrite")));
    ZarrSink second({.path = path, .overwrite = true});
    Batch const batch = counted_batch(std::make_shared<Schema const>(), 0, 2);
    second.write(batch, all_systems(batch), RowKind::frame);
    second.close();

    EXPECT_EQ(ZarrReader(path).sample_count(), 2);
}

TEST(ZarrSink, OverwriteSparesWhatIsNoStore) {
    TemporaryFolder const folder;
    fs::path const path = folder.path() / "thesis";
    fs::create_directory(path);
    std::ofstream(path / "chapter1.tex") << "years of work";

    expect_message([&] { ZarrSink sink({.path = path, .overwrite = true}); },
                   HasSubstr("is no Zarr store and will not be overwritten"));

    EXPECT_TRUE(fs::exists(path / "chapter1.tex"));
}

TEST(ZarrSink, NothingStandsBesideAStoreThatWasClosed) {
    TemporaryFolder const folder;
    ZarrSinkOptions const options{.path = folder.path() / "out.zarr", .overwrite = true};

    for (int round = 0; round < 2; ++round) ZarrSink(options).close();
    { ZarrSink const never_opened({.path = folder.path() / "other.zarr"}); }

    auto const entries = fs::directory_iterator(folder.path());
    EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST(ZarrSink, ASecondWriterOfOneStoreIsRefused) {
    TemporaryFolder const folder;
    ZarrSinkOptions const options{.path = folder.path() / "out.zarr", .overwrite = true};
    ZarrSink first(options);
    first.open(Schema());

    expect_message([&] { (void)ZarrSink::reopen(options); },
                   HasSubstr("another process is writing this store"));

    first.close();
    ZarrSink::reopen(options)->close();
}

TEST(ZarrSink, ReopeningGoesOnAndSkipsRowsThatAreThere) {
    TemporaryFolder const folder;
    auto const options = small_chunks(folder.path() / "out.zarr");
    SchemaPtr const schema = rich_schema();
    Batch const first = counted_batch(schema, 0, 7), all = counted_batch(schema, 0, 15);
    {
        ZarrSink sink(options);
        sink.write(first, all_systems(first), RowKind::frame);
        sink.close();
    }

    auto const again = ZarrSink::reopen(options);
    again->write(all, all_systems(all), RowKind::frame);
    again->close();

    EXPECT_EQ(again->rows_written(), 8);
    ZarrReader reader(options.path);
    ASSERT_EQ(reader.sample_count(), 15);
    for (int k = 0; k < 15; ++k) expect_stored_equal(reader.read(k), all.extract(SystemIndex{k}));
}

TEST(ZarrSink, AReopenedStoreRefusesSamplesWithOtherFields) {
    TemporaryFolder const folder;
    ZarrSinkOptions const options{.path = folder.path() / "out.zarr"};
    ZarrSink(options).close();

    auto const again = ZarrSink::reopen(options);

    expect_message([&] { again->open(*rich_schema()); }, HasSubstr("has no array"));
}

TEST(ZarrSink, FieldsWithStrangeNamesKeepThemWhenRead) {
    TemporaryFolder const folder;
    std::string const path = folder.path() / "out.zarr";
    FieldRole const user = FieldRole::user;
    std::vector<std::string> const names{"../up", "a/b", "zarr.json", "",
                                         "c",     "__x", "A b",       "A_20b"};
    std::vector<FieldSpec> more;
    for (std::string const& name : names)
        more.push_back({name, Level::system, Dtype::int32, {}, "", user});
    auto const schema = std::make_shared<Schema const>(more);

    ZarrSink sink({.path = path});
    Sample const sample = counted_sample(schema, 3, 2);
    sink.write(sample, RowKind::frame);
    sink.close();

    ZarrReader reader(path);
    expect_stored_equal(reader.read(0), sample);
    auto const entries = fs::directory_iterator(folder.path());
    EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST(ZarrSink, ProvenanceComesBack) {
    TemporaryFolder const folder;
    std::string const path = folder.path() / "out.zarr";

    ZarrSink sink({.path = path});
    sink.open(Schema());
    sink.set_provenance(R"({"seed":7})");
    sink.close();

    EXPECT_EQ(ZarrReader(path).provenance(), R"({"seed":7})");
    expect_message([] { ZarrSink({.path = "x"}).set_provenance("{"); }, HasSubstr("not JSON"));
}

TEST(ZarrSink, AttributesOfTheRootStayOverReopening) {
    TemporaryFolder const folder;
    ZarrSinkOptions options{.path = folder.path() / "out.zarr",
                            .attributes = R"({"title":"argon","tags":[1,2]})"};
    ZarrSink(options).close();
    options.attributes = "{}";
    Batch const batch = counted_batch(std::make_shared<Schema const>(), 0, 2);

    auto const again = ZarrSink::reopen(options);
    again->write(batch, all_systems(batch), RowKind::frame);
    again->close();

    ZarrReader const reader(options.path);
    EXPECT_EQ(member(reader.attributes(), "title"), R"("argon")");
    EXPECT_EQ(member(reader.attributes(), "tags"), "[1,2]");
    EXPECT_EQ(member(reader.attributes(), "num_samples"), "2");
    expect_message([] { ZarrSink({.path = "x", .attributes = R"({"fields":1})"}); },
                   HasSubstr("the attribute fields is the layout's own"));
}

class EveryCodec : public ::testing::TestWithParam<char const*> {};

TEST_P(EveryCodec, KeepsEveryTypeAndLevelBitForBit) {
    Batch const batch = counted_batch(rich_schema(), 0, 40);
    auto const systems = all_systems(batch);
    for (std::int64_t const shard : {0, 1, 4}) {
        auto const table = std::make_shared<MemoryStorage>();
        ZarrSinkOptions options = small_chunks();
        options.codec = GetParam();
        options.chunks_per_shard = shard;
        ZarrSink sink(options, std::make_unique<SharedStorage>(table));
        sink.write(batch, std::span(systems).first(17), RowKind::frame);
        sink.close();
        auto const again = ZarrSink::reopen(options, std::make_unique<SharedStorage>(table));
        again->write(batch, std::span(systems).subspan(17), RowKind::frame);
        again->close();

        ZarrReader reader(*table);
        ASSERT_EQ(reader.sample_count(), 40);
        for (int k = 0; k < 40; ++k)
            expect_stored_equal(reader.read(k), batch.extract(SystemIndex{k}));
    }
}
INSTANTIATE_TEST_SUITE_P(ZarrSink, EveryCodec,
                         ::testing::Values("none", "none+crc32c", "gzip:1", "zstd:3+crc32c",
                                           "blosc_blosclz:5:noshuffle", "blosc_lz4:5",
                                           "blosc_lz4:5:bitshuffle", "blosc_lz4hc:9:shuffle",
                                           "blosc_zlib:1:bitshuffle", "blosc_zstd:5:noshuffle"));

TEST(ZarrSink, ImpossibleOptionsAreRefused) {
    expect_message([] { ZarrSink sink({.path = "x", .dtype = Dtype::int64}); },
                   HasSubstr("float64 or float32, not int64"));
    expect_message([] { ZarrSink sink({.path = "x", .codec = "lzma"}); },
                   HasSubstr("\"lzma\" is no codec; give none, blosc_ and one of blosclz, lz4"));
    expect_message(
        [] {
            ZarrSink sink({.path = "x", .chunk_rows = {0, 1, 1}});
        },
        HasSubstr("not 0"));
}

// --- death and failure at every change of the storage --------------------------------------------

struct Progress {
    std::int64_t committed = 0;  ///< what flush() promised
    bool created = false;
};

/// Three commits over chunk borders; `storage` may fail anywhere.
void write_three_commits(std::unique_ptr<Storage> storage, Batch const& all, Progress& progress) {
    ZarrSink sink(small_chunks(), std::move(storage));
    auto const systems = all_systems(all);
    std::span<SystemIndex const> const rows(systems);
    sink.open(all.schema());
    progress.created = true;
    for (auto const& [first, count] : {std::pair<std::size_t, std::size_t>{0, 3}, {3, 2}, {5, 6}}) {
        sink.write(all, rows.subspan(first, count), RowKind::frame);
        sink.flush();
        progress.committed = static_cast<std::int64_t>(first + count);
    }
    sink.close();
}

/// The samples that a reader sees are the first 0, 3, 5 or 11, right in every bit.
std::int64_t expect_prefix(Storage& storage, Batch const& all) {
    ZarrReader reader(storage);
    std::int64_t const count = reader.sample_count();
    EXPECT_THAT(count, AnyOf(0, 3, 5, 11));
    for (std::int64_t k = 0; k < count; ++k)
        expect_stored_equal(reader.read(k), all.extract(SystemIndex{static_cast<int>(k)}));
    return count;
}

int changes_undisturbed(Batch const& all) {
    auto counter = std::make_unique<FaultyStorage>(std::make_shared<MemoryStorage>(),
                                                   FaultyStorage::Fault::kill);
    FaultyStorage const& watched = *counter;
    Progress progress;
    ZarrSink sink(small_chunks(), std::move(counter));
    auto const systems = all_systems(all);
    std::span<SystemIndex const> const rows(systems);
    for (auto const& [first, count] : {std::pair<std::size_t, std::size_t>{0, 3}, {3, 2}, {5, 6}}) {
        sink.write(all, rows.subspan(first, count), RowKind::frame);
        sink.flush();
    }
    int const steps = watched.steps();
    sink.close();
    return steps;
}

TEST(ZarrSink, KilledBeforeAnyChangeTheStoreHoldsOneCommitAndCanBeContinued) {
    Batch const all = counted_batch(rich_schema(), 0, 11);
    int const changes = changes_undisturbed(all);
    ASSERT_GT(changes, 300);
    for (int at = 0; at <= changes; ++at) {
        SCOPED_TRACE(fmt::format("killed before change {}", at));
        auto const disk = std::make_shared<MemoryStorage>("faulty.zarr");
        Progress progress;
        try {
            write_three_commits(
                std::make_unique<FaultyStorage>(disk, FaultyStorage::Fault::kill, at), all,
                progress);
        } catch (StorageError const&) {
        }
        ASSERT_TRUE(disk->published() || !progress.created);
        if (!disk->published()) continue;

        std::int64_t const seen = expect_prefix(*disk, all);
        EXPECT_GE(seen, progress.committed);

        auto again = ZarrSink::reopen(
            small_chunks(), std::make_unique<FaultyStorage>(disk, FaultyStorage::Fault::kill));
        again->write(all, all_systems(all), RowKind::frame);
        again->close();
        EXPECT_EQ(again->rows_written(), 11 - seen);
        EXPECT_EQ(expect_prefix(*disk, all), 11);
        if (HasFailure()) return;
    }
}

TEST(ZarrSink, KilledWhileContinuingTheStoreStillHoldsOneCommit) {
    Batch const all = counted_batch(rich_schema(), 0, 11);
    int const changes = changes_undisturbed(all);
    for (int at = changes / 2; at <= changes; at += 7) {
        for (int again_at = 0; again_at < 200; again_at += 9) {
            auto const disk = std::make_shared<MemoryStorage>("faulty.zarr");
            Progress progress;
            try {
                write_three_commits(
                    std::make_unique<FaultyStorage>(disk, FaultyStorage::Fault::kill, at), all,
                    progress);
            } catch (StorageError const&) {
            }
            try {
                auto again = ZarrSink::reopen(
                    small_chunks(),
                    std::make_unique<FaultyStorage>(disk, FaultyStorage::Fault::kill, again_at));
                again->write(all, all_systems(all), RowKind::frame);
                again->close();
            } catch (StorageError const&) {
            }

            EXPECT_GE(expect_prefix(*disk, all), progress.committed);
            if (HasFailure()) FAIL() << "killed at " << at << " and " << again_at;
        }
    }
}

TEST(ZarrSink, AFullDiskIsReportedWithWhatWasKept) {
    Batch const all = counted_batch(rich_schema(), 0, 11);
    int const changes = changes_undisturbed(all);
    for (int at = 0; at < changes; ++at) {
        SCOPED_TRACE(fmt::format("full at change {}", at));
        auto const disk = std::make_shared<MemoryStorage>("faulty.zarr");
        Progress progress;
        std::string message;
        try {
            write_three_commits(
                std::make_unique<FaultyStorage>(disk, FaultyStorage::Fault::error, at), all,
                progress);
        } catch (StorageError const& error) {
            message = error.what();
            EXPECT_EQ(error.exit_code(), 6);
        }
        if (!disk->published()) {
            EXPECT_THAT(message, HasSubstr("0 committed samples are kept"));
            continue;
        }
        std::int64_t const seen = expect_prefix(*disk, all);
        // Where only the sync after the commit point failed, one commit more than promised is seen.
        EXPECT_THAT(message, AllOf(HasSubstr("faulty.zarr"), HasSubstr("ENOSPC")));
        EXPECT_THAT(
            message,
            AnyOf(HasSubstr(fmt::format("; {} committed samples are kept", seen)),
                  HasSubstr(fmt::format("; {} committed samples are kept", progress.committed))));
        if (HasFailure()) return;
    }
}

TEST(ZarrSink, AfterAFailureEveryCallRepeatsItAndNothingMoreIsWritten) {
    auto const disk = std::make_shared<MemoryStorage>("faulty.zarr");
    Batch const batch = counted_batch(std::make_shared<Schema const>(), 0, 9);
    int const creation = [&] {
        auto counter = std::make_unique<FaultyStorage>(std::make_shared<MemoryStorage>(),
                                                       FaultyStorage::Fault::kill);
        FaultyStorage const& watched = *counter;
        ZarrSink sink(small_chunks(), std::move(counter));
        sink.open(batch.schema());
        return watched.steps();
    }();
    ZarrSink sink(small_chunks(),
                  std::make_unique<FaultyStorage>(disk, FaultyStorage::Fault::error, creation));

    EXPECT_THROW(sink.write(batch, all_systems(batch), RowKind::frame), StorageError);
    EXPECT_THROW(sink.write(batch, all_systems(batch), RowKind::frame), StorageError);
    EXPECT_THROW(sink.close(), StorageError);

    EXPECT_EQ(sink.rows_written(), 0);
    EXPECT_EQ(ZarrReader(*disk).sample_count(), 0);
}

TEST(ZarrSink, CommitsByBytesBySecondsAndAtEveryWriteWhenStrict) {
    Batch const batch = counted_batch(std::make_shared<Schema const>(), 0, 2);
    auto const committed_after_write = [&](ZarrSinkOptions const& options) {
        ZarrSink sink(options, std::make_unique<MemoryStorage>());
        sink.write(batch, all_systems(batch), RowKind::frame);
        return sink.committed_samples();
    };

    EXPECT_EQ(committed_after_write({.path = "x"}), 0);
    EXPECT_EQ(committed_after_write({.path = "x", .commit_bytes = 1, .threads = 0}), 2);
    EXPECT_EQ(committed_after_write({.path = "x", .commit_seconds = 0.0, .threads = 0}), 2);
    EXPECT_EQ(committed_after_write({.path = "x", .durability = Durability::strict}), 2);
    // Nobody can read a store that is made aside: what it would be to commit there is only work.
    EXPECT_EQ(committed_after_write(
                  {.path = "x", .durability = Durability::strict, .visible_at_once = false}),
              0);
}

}  // namespace
}  // namespace athanor::test
