// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_writer.hpp"

#include <cmath>
#include <random>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "sinks/extxyz_sink.hpp"
#include "sinks/extxyz_value.hpp"
#include "tests/sinks/extxyz_files.hpp"

namespace athanor::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string exact(double value) {
    std::string text;
    append_real(text, value);
    return text;
}

class ExtxyzWriterTest : public ::testing::Test {
protected:
    TemporaryFolder folder_;
};

TEST_F(ExtxyzWriterTest, GoldenInputsSurviveTheRoundTripBitForBit) {
    for (auto const& entry : std::filesystem::directory_iterator(golden_inputs())) {
        auto const original = read_whole(entry.path());
        auto const path = folder_ / entry.path().filename().string();
        {
            ExtxyzWriter writer(path);
            for (Sample const& sample : original.samples) writer.write(sample, FrameContent::input);
        }
        auto const back = read_whole(path);
        ASSERT_EQ(back.samples.size(), 1u) << path;
        EXPECT_TRUE(same_bits(back.samples[0], original.samples[0])) << path;
        EXPECT_EQ(back.samples[0].name(), original.samples[0].name());
    }
}

TEST_F(ExtxyzWriterTest, CustomFieldsTextAndAwkwardNumbersSurviveToo) {
    std::mt19937_64 engine(77);
    std::normal_distribution<double> normal;
    std::string content =
        "40\nLattice=\"10.1 0 0 -0.3 11 0 1e-17 2 12\" pbc=\"T F T\" "
        "Properties=species:S:1:pos:R:3:velo:R:3:masses:R:1:q:R:1:tag:I:2:fix:L:1:site:S:1:"
        "forces:R:3 energy=-1e-300 stress=\"1 2 3 4 5 6 7 8 9.5\" name=\"it's \\\"odd\\\"\" "
        "t=[[0.1,2],[nan,-0.0]] n=\"1 2 3\" ok=F charge=3 big=-9223372036854775808 who=\"A B\" "
        "ledger_x=4\n";
    for (int i = 0; i < 40; ++i) {
        content += i % 2 ? "Ar" : "Xe";
        for (int k = 0; k < 7; ++k) {
            double const value = normal(engine);
            content += ' ';
            content += exact(k == 6 ? std::abs(value) + 1.0 : value * 1e3);
        }
        content += fmt::format(" {} 5 -6 {} top 1 2 {}\n", exact(normal(engine)), i % 3 ? "T" : "F",
                               exact(normal(engine)));
    }
    auto const original = read_whole(folder_.write("in.xyz", content));
    ASSERT_EQ(original.samples.size(), 1u);
    {
        ExtxyzWriter writer(folder_ / "out.xyz");
        writer.write(original.samples[0], FrameContent::input);
    }
    auto const back = read_whole(folder_ / "out.xyz");
    ASSERT_EQ(back.samples.size(), 1u);
    // The schemas list the same fields, columns first; compare by name.
    ASSERT_EQ(back.schema->field_count(), original.schema->field_count());
    for (FieldSpec const& spec : original.schema->fields()) {
        auto const here = original.schema->find(spec.name), there = back.schema->find(spec.name);
        ASSERT_TRUE(there) << spec.name;
        EXPECT_EQ(back.schema->field(*there), spec) << spec.name;
        auto const x = original.samples[0].bytes(*here), y = back.samples[0].bytes(*there);
        EXPECT_TRUE(std::equal(x.begin(), x.end(), y.begin(), y.end())) << spec.name;
    }
    EXPECT_EQ(back.samples[0].name(), "it's \"odd\"");
    EXPECT_THAT(back.samples[0].text(), HasSubstr("who=\"A B\""));
    EXPECT_THAT(back.samples[0].text(), HasSubstr("site=\"top top"));
}

TEST_F(ExtxyzWriterTest, OnlyNamesThatReadersChangedAreChangedBack) {
    auto const in = folder_ / "in.extxyz", out = folder_ / "out.extxyz";
    std::ofstream(in) << "1\nProperties=species:S:1:pos:R:3:forces:R:3:input_volume:R:1:input_:I:1 "
                         "energy=-1.5 input_depth=2\nAr 0 0 0 1 2 3 4.5 6\n";
    auto const first = read_whole(in);
    ASSERT_EQ(first.samples.size(), 1u);
    std::ofstream(out) << format_extxyz(first.samples[0], FrameContent::input);

    auto const again = read_whole(out);

    ASSERT_EQ(again.samples.size(), 1u);
    EXPECT_EQ(again.samples[0].schema().fingerprint(), first.samples[0].schema().fingerprint());
    EXPECT_THAT(values_of<double>(again.samples[0], "input_volume"), ElementsAre(4.5));
    EXPECT_THAT(values_of<std::int64_t>(again.samples[0], "input_"), ElementsAre(6));
    EXPECT_THAT(values_of<double>(again.samples[0], "input_forces"), ElementsAre(1, 2, 3));
    EXPECT_THAT(values_of<double>(again.samples[0], "input_energy"), ElementsAre(-1.5));
}

TEST_F(ExtxyzWriterTest, NamesOfColumnsThatAreNoKeysComeBackAsTheSameText) {
    auto const in = folder_ / "in.extxyz", out = folder_ / "out.extxyz";
    std::ofstream(in) << "1\nProperties=\"species:S:1:pos:R:3:'q:R:1:two words:I:1:a=b:I:1:cell:S:3"
                         ":name:S:1\" pbc=\"F F F\"\nAr 0 0 0 1.5 2 3 7 8 9 who\n";

    Sample const sample = read_whole(in).samples.at(0);
    std::ofstream(out) << format_extxyz(sample, FrameContent::input);
    Sample const again = read_whole(out).samples.at(0);

    EXPECT_EQ(sample.text(),
              "\"'q\"=\"1.5\" \"two words\"=\"2\" \"a=b\"=\"3\" input_cell=\"7 8 9\" "
              "input_name=\"who\"");
    EXPECT_EQ(again.name(), sample.name());
    EXPECT_THAT(values_of<double>(again, "cell"), ::testing::Each(0.0));
}

TEST_F(ExtxyzWriterTest, ExtraKeysAreQuotedWhereNeeded) {
    auto const file = read_whole(folder_.write("in.xyz", "1\nname=a\nAr 1 2 3\n"));
    EXPECT_EQ(format_extxyz(file.samples[0], FrameContent::input,
                            {{"reason", "fmax is \"nan\""}, {"stage", "relax"}}),
              "1\nProperties=species:S:1:pos:R:3 pbc=\"F F F\" name=a reason=\"fmax is "
              "\\\"nan\\\"\" stage=relax\nAr 1 2 3\n");
}

TEST_F(ExtxyzWriterTest, BadFramesKeepTheirTextAndTheFileStaysReadable) {
    auto const file = read_whole(
        folder_.write("in.xyz", "1\nq=1\nAr nan 0 0\n1\nname=x\nQq 0 0 0\n1\nplain\nAr 0 0 0\n"));
    ASSERT_EQ(file.bad_frames.size(), 2u);
    ExtxyzWriter writer(folder_ / "q.extxyz");
    for (BadFrame const& bad : file.bad_frames) writer.write(bad);
    writer.write(file.samples.at(0), FrameContent::input, {{"reason", "too close"}});
    writer.close();
    EXPECT_THAT(
        content_of(folder_ / "q.extxyz"),
        StartsWith(
            "1\nq=1 system_id=0 reason=\"in.xyz:3: frame 0: pos of the atom has the value nan"));
    auto const rejects = content_of(writer.rejects_path());
    EXPECT_THAT(rejects, HasSubstr("# sample 1 \"x\"\n# in.xyz:6: frame 1: \"Qq\" is no element"));
    EXPECT_THAT(rejects, HasSubstr("\n1\nname=x\nQq 0 0 0\n"));
    auto const again = read_whole(folder_ / "q.extxyz");
    EXPECT_EQ(again.samples.size(), 1u);
    EXPECT_EQ(again.bad_frames.size(), 1u);
}

TEST_F(ExtxyzWriterTest, PlaceThatCannotBeWrittenIsAStorageError) {
    EXPECT_THROW(ExtxyzWriter(folder_ / "no/such/folder.xyz"), StorageError);
    auto const file = read_whole(folder_.write("in.xyz", "1\nname=a\nAr 1 2 3\n"));
    if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
    ExtxyzWriter writer("/dev/full");
    try {
        writer.write(file.samples[0], FrameContent::input);
        FAIL();
    } catch (StorageError const& error) {
        EXPECT_EQ(error.exit_code(), 6);
        EXPECT_THAT(error.what(), HasSubstr("No space left on device"));
    }
}

TEST_F(ExtxyzWriterTest, SinkWritesRowsWithResultsAndLedger) {
    auto const file = read_whole(folder_.write(
        "in.xyz",
        "2\nname=a energy=1 Lattice=\"9 9 9\"\nAr 0 0 0\nKr 4 0 0\n1\nname=b\nXe 1 2 3\n"));
    Batch batch(file.schema, {4, 8, 0});
    SystemIndex const a = batch.append(file.samples[0]), b = batch.append(file.samples[1]);
    batch.column<double>(Fields::energy)[a.value()] = -0.5;
    batch.column<std::int32_t>(Fields::stage)[a.value()] = 2;
    batch.column<std::int64_t>(Fields::stage_step)[a.value()] = 17;
    batch.column<std::uint8_t>(Fields::outcome)[a.value()] = 1;
    ExtxyzSink sink(folder_ / "out.extxyz");
    std::vector<SystemIndex> const both{a, b};

    sink.write(batch, both, RowKind::graduated);
    sink.write(batch, std::vector{b}, RowKind::frame);
    sink.close();
    sink.close();

    EXPECT_EQ(sink.rows_written(), 3);
    auto const back = read_whole(folder_ / "out.extxyz");
    ASSERT_EQ(back.samples.size(), 3u);
    Sample const& row = back.samples[0];
    EXPECT_THAT(values_of<double>(row, "input_energy"), ElementsAre(-0.5));
    EXPECT_THAT(values_of<std::int64_t>(row, "input_stage"), ElementsAre(2));
    EXPECT_THAT(values_of<std::int64_t>(row, "input_stage_step"), ElementsAre(17));
    EXPECT_THAT(row.text(), HasSubstr("kind=graduated outcome=converged"));
    EXPECT_EQ(back.samples[2].name(), "b");
    EXPECT_THAT(sink.describe(), HasSubstr("out.extxyz"));
}

TEST_F(ExtxyzWriterTest, WritersOfOneFileDoNotTearEachOthersFrames) {
    auto const file = read_whole(golden_inputs() / "ar32.xyz");
    auto const path = folder_ / "shared.extxyz";
    auto const write_many = [&] {
        ExtxyzWriter writer(path);
        for (int i = 0; i < 200; ++i) writer.write(file.samples[0], FrameContent::input);
    };
    std::thread first(write_many), second(write_many);
    first.join();
    second.join();
    auto const back = read_whole(path);
    EXPECT_EQ(back.samples.size(), 400u);
    EXPECT_TRUE(back.bad_frames.empty());
}

}  // namespace
}  // namespace athanor::test
