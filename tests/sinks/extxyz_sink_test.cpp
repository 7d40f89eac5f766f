// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_sink.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "sinks/extxyz_ledger.hpp"
#include "tests/runtime/sink_contract.hpp"
#include "tests/sinks/extxyz_files.hpp"
#include "tests/sinks/store_samples.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

/// The contract's samples hold zeros: no element, and no mass.
struct ExtxyzPlace {
    struct WithElements final : Sink {
        explicit WithElements(std::filesystem::path const& path) : sink(path) {}
        void write(Batch const& batch, std::span<SystemIndex const> systems,
                   RowKind kind) override {
            Batch with_elements(batch.schema_ptr(), batch.capacity());
            std::vector<SystemIndex> all;
            for (SystemIndex const s : systems) {
                Sample sample = batch.extract(s);
                for (std::int64_t& z : sample.values<std::int64_t>(Fields::atomic_numbers)) z = 18;
                for (double& m : sample.values<double>(Fields::atomic_masses)) m = 39.948;
                all.push_back(with_elements.append(sample));
            }
            sink.write(with_elements, all, kind);
        }
        void flush() override { sink.flush(); }
        void close() override { sink.close(); }
        std::int64_t rows_written() const override { return sink.rows_written(); }
        std::string describe() const override { return sink.describe(); }
        ExtxyzSink sink;
    };
    Sink& sink() { return sink_; }
    std::vector<std::string> kept_names() const {
        std::vector<std::string> names;
        if (std::filesystem::file_size(folder_ / "out.extxyz") == 0) return names;
        for (Sample const& sample : read_whole(folder_ / "out.extxyz").samples)
            names.push_back(sample.name());
        return names;
    }
    TemporaryFolder folder_;
    WithElements sink_{folder_ / "out.extxyz"};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Extxyz, SinkContract, ExtxyzPlace);

class ExtxyzSinkFile : public ::testing::Test {
protected:
    ExtxyzSinkFile() : batch_(counted_batch(rich_schema(), 0, 6)) {
        for (int s = 0; s < batch_.system_count(); ++s)
            for (std::int64_t& z :
                 batch_.values<std::int64_t>(Fields::atomic_numbers, SystemIndex{s}))
                z = 1 + z % 90;
        ExtxyzSink sink(path_);
        write_all(sink);
        sink.close();
        whole_ = content_of(path_);
    }
    void write_all(ExtxyzSink& sink) const {
        auto const systems = all_systems(batch_);
        sink.write(batch_, std::span(systems).first(4), RowKind::frame);
        sink.write(batch_, systems, RowKind::graduated);
    }
    void cut_at(std::size_t size) const {
        std::ofstream(path_, std::ios::binary) << whole_.substr(0, size);
    }

    TemporaryFolder folder_;
    std::filesystem::path path_ = folder_ / "out.extxyz";
    Batch batch_;
    std::string whole_;
};

TEST_F(ExtxyzSinkFile, FieldsThatItDoesNotStoreMayHoldAnything) {
    std::filesystem::remove(path_);
    ExtxyzSink sink(path_);
    ASSERT_EQ(spoil_unstored(sink, batch_), 1) << "fire_dt";

    write_all(sink);
    sink.close();

    EXPECT_EQ(content_of(path_), whole_);
}

TEST_F(ExtxyzSinkFile, CutAnywhereAndWrittenAgainItIsTheUndisturbedFile) {
    std::int64_t most_cut = 0;
    for (std::size_t size = 0; size <= whole_.size(); ++size) {
        // Every position of the first two frames and the last, and of the others every seventh.
        if (size > 1500 && size + 700 < whole_.size() && size % 7 != 0) continue;
        cut_at(size);

        auto const sink = ExtxyzSink::reopen(path_);
        auto const kept = std::filesystem::file_size(path_);
        write_all(*sink);
        sink->close();

        ASSERT_EQ(content_of(path_), whole_) << "cut at " << size;
        EXPECT_EQ(sink->cut_bytes(), static_cast<std::int64_t>(size - kept));
        most_cut = std::max(most_cut, sink->cut_bytes());
    }
    EXPECT_GT(most_cut, 100);
}

TEST_F(ExtxyzSinkFile, ReopenedWholeItTakesNoRowTwice) {
    auto const sink = ExtxyzSink::reopen(path_);
    write_all(*sink);
    sink->write(batch_, std::array{SystemIndex{5}}, RowKind::frame);  // this one is new
    sink->close();

    EXPECT_EQ(sink->rows_written(), 1);
    EXPECT_EQ(sink->cut_bytes(), 0);
    EXPECT_TRUE(sink->contains({5, 5 % 3, 50, RowKind::frame}));
    EXPECT_FALSE(sink->contains({5, 5 % 3, 50, RowKind::converged}));
    EXPECT_TRUE(content_of(path_).starts_with(whole_));
    EXPECT_EQ(read_extxyz_ledger(path_).frame_count, 11);
}

TEST_F(ExtxyzSinkFile, TornBeforeAFrameOfAnotherProcessItIsCutThereAndTheRestIsKeptAside) {
    std::string const others = whole_.substr(0, 900);
    for (std::size_t size = 900; size + 700 < whole_.size(); size += 13) {
        std::string const torn = whole_.substr(0, size) + others;
        folder_.write("out.extxyz", torn);
        ExtxyzLedger const ledger = read_extxyz_ledger(path_);
        if (ledger.damage.empty()) continue;  // the cut was between two frames
        ASSERT_THROW(static_cast<void>(ExtxyzSink::reopen(path_, PartialFrame::keep)),
                     StorageError);
        ASSERT_EQ(content_of(path_), torn);

        auto const sink = ExtxyzSink::reopen(path_);
        write_all(*sink);
        sink->close();

        ASSERT_EQ(content_of(path_), whole_) << "torn at " << size;
        EXPECT_EQ(sink->damage(), ledger.damage);
        EXPECT_EQ(folder_.read("out.extxyz.torn"),
                  torn.substr(static_cast<std::size_t>(ledger.whole_bytes)));
    }
    EXPECT_TRUE(std::filesystem::exists(folder_ / "out.extxyz.torn"));
}

TEST_F(ExtxyzSinkFile, WithoutAFileReopeningMakesOne) {
    auto const sink = ExtxyzSink::reopen(folder_ / "new.extxyz");
    write_all(*sink);
    sink->close();

    EXPECT_EQ(content_of(folder_ / "new.extxyz"), whole_);
}

TEST_F(ExtxyzSinkFile, FilesOfOthersAreRefusedAndStayAsTheyAre) {
    for (std::string const& content : {std::string("1\nname=a\nAr 0 0 0\n"), std::string("not\n"),
                                       "1\n" + whole_, whole_.substr(40)}) {
        folder_.write("other.extxyz", content);
        try {
            static_cast<void>(ExtxyzSink::reopen(folder_ / "other.extxyz"));
            FAIL() << content;
        } catch (StorageError const& error) {
            EXPECT_THAT(error.what(), HasSubstr("no file that a run can go on with"));
        }
        EXPECT_EQ(folder_.read("other.extxyz"), content);
    }
    EXPECT_THROW(static_cast<void>(ExtxyzSink::reopen(folder_.path())), StorageError);
}

TEST_F(ExtxyzSinkFile, AWriteThatFailedEndsTheSink) {
    if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
    ExtxyzSink sink("/dev/full");

    for (int attempt = 0; attempt < 2; ++attempt)
        EXPECT_THROW(sink.write(batch_, std::array{SystemIndex{0}}, RowKind::frame), StorageError);
    EXPECT_EQ(sink.rows_written(), 0);
}

}  // namespace
}  // namespace athanor::test
