// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/commands/convert.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A campaign that ran once, for all tests.
class Convert : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = std::make_unique<ProgramFolder>();
        folder_->write("in.extxyz", mixed_input());
        folder_->write("c.json", small_campaign("in.extxyz").dump());
        ASSERT_EQ(folder_->athanor("run c.json --progress off").code, 0);
    }
    static void TearDownTestSuite() { folder_.reset(); }
    static ProgramResult convert(std::string const& arguments) {
        return folder_->athanor("convert " + arguments);
    }
    static std::string read(std::string const& name) { return folder_->read(name); }
    static std::vector<Sample> samples_of(std::string const& store) {
        ZarrReader reader((*folder_ / store).string());
        std::vector<Sample> samples;
        while (auto sample = reader.next()) samples.push_back(std::move(*sample));
        return samples;
    }

    static inline std::unique_ptr<ProgramFolder> folder_;
};

TEST_F(Convert, StoreToExtxyzAndBackLosesNoBit) {
    ASSERT_EQ(convert("out/trajectory.zarr a.extxyz").code, 0);
    ASSERT_EQ(convert("a.extxyz a.zarr").code, 0);
    ASSERT_EQ(convert("a.zarr b.xyz").code, 0);

    EXPECT_EQ(read("a.extxyz"), read("b.xyz"));
    expect_same_rows(rows_of_store(*folder_ / "out/trajectory.zarr"),
                     rows_of_store(*folder_ / "a.zarr"));
    auto const before = samples_of("out/trajectory.zarr"), after = samples_of("a.zarr");
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t k = 0; k < before.size(); ++k) {  // in the same order, too
        EXPECT_EQ(before[k].id(), after[k].id());
        EXPECT_EQ(before[k].name(), after[k].name());
    }
}

TEST_F(Convert, SelectionTakesWhatItSays) {
    auto const rows = rows_of_store(*folder_ / "out/trajectory.zarr");
    std::size_t wanted = 0;
    for (auto const& [key, sample] : rows)
        wanted += key.system_id >= 2 && key.system_id < 5 && key.stage == 1 && key.step % 5 == 1;
    ASSERT_GT(wanted, 3U);

    ProgramResult const ended =
        convert("out/trajectory.zarr sel.zarr --select 'sample=2:5,stage=1,step=1::5'");

    EXPECT_EQ(ended.code, 0) << ended.text;
    EXPECT_EQ(samples_of("sel.zarr").size(), wanted);
    EXPECT_THAT(ended.text, HasSubstr(fmt::format("sel.zarr: {} of {} rows", wanted, rows.size())));
    EXPECT_EQ(convert("out/done.zarr one.xyz --select sample=in.extxyz:1").text,
              "one.xyz: 1 of 12 rows, 13 atoms\n");
    EXPECT_EQ(convert("out/done.zarr none.xyz --select sample=nobody").code, 0);
}

TEST_F(Convert, LammpsDumpHoldsEverySnapshot) {
    ProgramResult const ended = convert("out/trajectory.zarr t.lammpstrj --select stage=1");

    EXPECT_EQ(ended.code, 0);
    EXPECT_THAT(ended.text, AllOf(HasSubstr("types: 1 Ar"), HasSubstr("turned into LAMMPS's")));
    std::string const text = read("t.lammpstrj");
    std::size_t snapshots = 0;
    for (std::size_t at = 0; (at = text.find("ITEM: TIMESTEP", at)) != text.npos; ++at) ++snapshots;
    EXPECT_EQ(snapshots, 12U * 5U);  // the structures, steps 0, 1, 6, 11 and 16
}

TEST_F(Convert, AnOutputThatExistsStaysUnlessItMayGo) {
    folder_->write("there.xyz", "mine");
    ProgramResult const refused = convert("out/done.zarr there.xyz");

    EXPECT_EQ(refused.code, 2);
    EXPECT_EQ(refused.text,
              "athanor: there.xyz: output exists; use --overwrite or choose another\n");
    EXPECT_EQ(read("there.xyz"), "mine");
    EXPECT_EQ(convert("out/done.zarr there.xyz --overwrite").code, 0);
    EXPECT_THAT(read("there.xyz"), HasSubstr("kind=graduated"));
    EXPECT_EQ(convert("there.xyz out").code, 2);  // a folder of other things
    EXPECT_EQ(convert("there.xyz out --format zarr --overwrite").code, 2);
}

TEST_F(Convert, BrokenInputIsThreeAndLeavesNothing) {
    ASSERT_EQ(
        folder_->shell("cp -r out/done.zarr torn.zarr; rm torn.zarr/core/positions/c/0/0").code, 0);
    ProgramResult const torn = convert("torn.zarr torn.xyz");

    EXPECT_EQ(torn.code, 3);
    EXPECT_THAT(torn.text, HasSubstr("core/positions"));
    EXPECT_EQ(convert("nothing.zarr torn.xyz").code, 3);
    EXPECT_EQ(convert("out torn.xyz").code, 3);
    EXPECT_EQ(convert("c.json torn.xyz").code, 3);
    folder_->write("bad.xyz", "1\nname=a\nAr 0 0 0\n1\nname=b\nQq 0 0 0\n");
    EXPECT_EQ(convert("bad.xyz bad.zarr").code, 3);
    EXPECT_EQ(folder_->shell("ls -d torn.xyz* bad.zarr* 2>/dev/null").text, "");
}

TEST_F(Convert, StorageThatFailsIsSix) {
    EXPECT_EQ(convert("out/done.zarr no/such/folder/x.xyz").code, 6);
    // A limit on file sizes stands in for a full disk.
    ProgramResult const full =
        folder_->shell("trap '' XFSZ; ulimit -f 8; athanor convert out/trajectory.zarr full.xyz");
    EXPECT_EQ(full.code, 6) << full.text;
    EXPECT_EQ(folder_->shell("ls -d full.xyz* 2>/dev/null").text, "");
}

TEST_F(Convert, WrongWordsAreTwo) {
    EXPECT_THAT(convert("out/done.zarr x.pdb").text, HasSubstr("the ending names no format"));
    EXPECT_THAT(convert("out/done.zarr x --format extxy").text, HasSubstr("(nearest: extxyz)"));
    EXPECT_THAT(convert("out/done.zarr x.xyz --select stp=1").text,
                HasSubstr("athanor: --select: stp: unknown condition"));
    for (char const* memory : {"out/done.zarr memory://m.zarr", "memory://m.zarr x.extxyz"}) {
        ProgramResult const refused = convert(memory);
        EXPECT_EQ(refused.code, 2);
        EXPECT_THAT(refused.text, HasSubstr("memory://m.zarr: is in the memory of the process"));
    }
    folder_->write("plain.xyz", "1\n\nAr 0 0 0\n");
    ProgramResult const ended = convert("plain.xyz x.xyz --select stage=0");
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.text, AllOf(HasSubstr("plain.xyz has no ledger"), Not(HasSubstr("x.xyz"))));
}

}  // namespace
}  // namespace athanor::test
