// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/shards.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

TEST(Shards, AreNamedByIndexAndCount) {
    Shard const shard = parse_shard("2/8");

    EXPECT_EQ(shard.index, 2);
    EXPECT_EQ(shard.count, 8);
    for (char const* wrong : {"", "2", "8/8", "-1/4", "1/0", "1/4x", "a/4", "1/"})
        EXPECT_THROW(static_cast<void>(parse_shard(wrong)), ConfigError) << wrong;
}

TEST(Shards, FilesKeepTheirEndings) {
    auto const placed = [](char const* path) { return path_of_shard(path, {2, 8}).string(); };

    EXPECT_EQ(placed("out/done.zarr"), "out/done.shard-2-of-8.zarr");
    EXPECT_EQ(placed("s3://bucket/a.b/done.zarr/"), "s3://bucket/a.b/done.shard-2-of-8.zarr");
    EXPECT_EQ(placed("/x.y/checkpoint"), "/x.y/checkpoint.shard-2-of-8");
    EXPECT_EQ(placed("q.extxyz.gz"), "q.shard-2-of-8.extxyz.gz");
    EXPECT_EQ(placed("out/.hidden"), "out/.hidden.shard-2-of-8");
}

/// Samples of many kinds: one alone has a field, one other gives it another type, one is no sample
/// and one has an element without parameters.
class ShardedCampaign : public ::testing::Test {
protected:
    ShardedCampaign() {
        folder_.write("in.extxyz", mixed_input() +
                                       "1\nProperties=species:S:1:pos:R:3 tag=7\nAr 0 0 0\n" +
                                       "1\nProperties=species:S:1:pos:R:3 tag=7.5\nAr 0 0 0\n" +
                                       "1\nProperties=species:S:1:pos:R:3\nAr x 0 0\n" +
                                       "1\nProperties=species:S:1:pos:R:3\nXe 0 0 0\n");
        folder_.write("c.json", small_campaign("in.extxyz").dump());
    }
    [[nodiscard]] ProgramResult run_shard(int index, int count) const {
        return folder_.athanor("run c.json --progress off --shard " + std::to_string(index) + "/" +
                               std::to_string(count));
    }
    ProgramFolder folder_;
};

TEST_F(ShardedCampaign, AShardOfSmallSamplesChoosesABatchThatAllShardsCouldHave) {
    auto config = small_campaign("in.extxyz");
    config["sampler"] = {{"batch", "auto"}};
    folder_.write("c.json", config.dump());

    for (int index = 0; index < 6; ++index) {
        ProgramResult const run = run_shard(index, 6);
        EXPECT_TRUE(run.code == 0 || run.code == 5) << index << ": " << run.text;
    }
    EXPECT_EQ(folder_.athanor("merge c.json --shards 6").code, 0);
}

TEST_F(ShardedCampaign, MergedItHasTheRowsOfOneRunBitForBit) {
    ASSERT_EQ(folder_.athanor("run c.json --progress off").code, 5);
    ASSERT_EQ(folder_.shell("mv out whole").code, 0);
    int quarantined = 0;
    for (int const index : {2, 0, 1}) quarantined += run_shard(index, 3).code == 5 ? 1 : 0;

    ProgramResult const merged = folder_.athanor("merge c.json --shards 3");

    EXPECT_EQ(merged.code, 0) << merged.text;
    EXPECT_GE(quarantined, 1);
    for (std::string const store : {"/done.zarr", "/trajectory.zarr"})
        expect_same_rows(rows_of_store(folder_.path() / ("whole" + store), Masked::too),
                         rows_of_store(folder_.path() / ("out" + store), Masked::too));
    for (std::string const file : {"/quarantine.extxyz", "/quarantine.extxyz.rejects.txt"}) {
        ProgramResult const same =
            folder_.shell("diff <(sort whole" + file + ") <(sort out" + file + ")");
        EXPECT_EQ(same.code, 0) << same.text;
    }
}

TEST_F(ShardedCampaign, IsNotMergedBeforeEveryShardHasComeToItsEnd) {
    for (int const index : {0, 2}) static_cast<void>(run_shard(index, 3));

    ProgramResult const early = folder_.athanor("merge c.json --shards 3");

    EXPECT_EQ(early.code, 4);
    EXPECT_THAT(early.text, HasSubstr("shard 1/3: 5 samples are not finished; go on with it by "
                                      "`athanor resume CONFIG --shard 1/3`"));
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "out/done.zarr"));
    static_cast<void>(run_shard(1, 3));
    EXPECT_EQ(folder_.athanor("merge c.json --shards 3 --set /seed=12").code, 2);
    EXPECT_EQ(folder_.athanor("merge c.json --shards 3").code, 0);
    EXPECT_EQ(folder_.athanor("merge c.json --shards 3").code, 2);
    EXPECT_EQ(folder_.athanor("merge c.json --shards 3 --overwrite").code, 0);
}

TEST_F(ShardedCampaign, ASampleInQuarantineWhoseRowsAreLostIsNotFinished) {
    folder_.write("in.extxyz", golden_input("lj3") + golden_input("lj13"));
    auto campaign = small_campaign("in.extxyz");
    campaign["oversized"] = "quarantine";
    campaign["sampler"]["max_atoms"] = 5;
    folder_.write("c.json", campaign.dump());
    ASSERT_EQ(run_shard(0, 2).code, 0);
    ASSERT_EQ(run_shard(1, 2).code, 5);
    EXPECT_EQ(folder_.athanor("merge c.json --shards 2").code, 0);

    ASSERT_EQ(folder_.shell("sed -i s/stored_rows=0/stored_rows=4/ out/quarantine.shard-1-*").code,
              0);
    ProgramResult const merged = folder_.athanor("merge c.json --shards 2 --overwrite");

    EXPECT_EQ(merged.code, 4) << merged.text;
    EXPECT_THAT(merged.text, HasSubstr("shard 1/2: 1 samples are not finished"));
}

TEST_F(ShardedCampaign, AShardWithoutSamplesEndsWithZeroAndMergesLikeTheOthers) {
    folder_.write("in.extxyz", golden_input("lj13"));
    auto campaign = small_campaign("in.extxyz");
    for (auto& sink : campaign["sinks"]) sink["journal"] = true;
    campaign["metrics"] = {{"path", "out/metrics.json"}};
    folder_.write("c.json", campaign.dump());
    for (int const index : {0, 1}) ASSERT_EQ(run_shard(index, 2).code, 0);

    EXPECT_EQ(folder_.athanor("merge c.json --shards 2").code, 0);

    EXPECT_EQ(rows_of_store(folder_.path() / "out/done.zarr").size(), 1U);
    for (char const* file : {"metrics.shard-0-of-2.json", "metrics.shard-1-of-2.json"})
        EXPECT_TRUE(std::filesystem::exists(folder_.path() / "out" / file)) << file;
}

TEST_F(ShardedCampaign, WithOtherSnapshotsOrFramesThanTheMergeHasIsRefused) {
    for (int const index : {0, 1}) static_cast<void>(run_shard(index, 2));

    ProgramResult const snapshots =
        folder_.athanor("merge c.json --shards 2 --set /pipeline/1/hooks/0/frequency=10");
    ProgramResult const frames =
        folder_.athanor("merge c.json --shards 2 --set '/input/select=\":6\"'");

    EXPECT_EQ(snapshots.code, 2);
    EXPECT_THAT(snapshots.text, HasSubstr("was written with other snapshots than"));
    EXPECT_EQ(frames.code, 2);
    EXPECT_THAT(frames.text, HasSubstr("another selection of frames (/input/select)"));
    EXPECT_EQ(folder_.athanor("merge c.json --shards 2").code, 0);
}

TEST_F(ShardedCampaign, WithAJournalThatWasNotBroughtInIsRefused) {
    for (int const index : {0, 1}) static_cast<void>(run_shard(index, 2));
    folder_.write("out/done.shard-1-of-2.zarr.journal-1", "");

    ProgramResult const merged = folder_.athanor("merge c.json --shards 2");

    EXPECT_EQ(merged.code, 4);
    EXPECT_THAT(merged.text, HasSubstr("done.shard-1-of-2.zarr.journal-1 holds rows that its "
                                       "store lacks; go on with it by `athanor resume CONFIG "
                                       "--shard 1/2`"));
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "out/done.zarr"));
}

TEST_F(ShardedCampaign, OfExtendedXyzAloneIsComparedByItsCheckpointsOrNoted) {
    folder_.write("in.extxyz", golden_input("lj3") + golden_input("lj13"));
    auto campaign = small_campaign("in.extxyz");
    for (auto& [name, sink] : campaign["sinks"].items())
        sink = {{"type", "extxyz"}, {"path", "out/" + name + ".extxyz"}};
    folder_.write("c.json", campaign.dump());
    for (int const index : {0, 1}) ASSERT_EQ(run_shard(index, 2).code, 0);
    ProgramResult const noted = folder_.athanor("merge c.json --shards 2");
    EXPECT_EQ(noted.code, 0) << noted.text;
    EXPECT_THAT(noted.text, HasSubstr("note: shard 0/2: its extended-XYZ files do not say"));
    folder_.write("out/done.shard-1-of-2.extxyz",
                  folder_.read("out/done.shard-1-of-2.extxyz") + "3\nProperties=spec");
    ProgramResult const torn = folder_.athanor("merge c.json --shards 2 --overwrite");
    EXPECT_EQ(torn.code, 4);
    EXPECT_THAT(torn.text, HasSubstr("done.shard-1-of-2.extxyz has a frame that was never"));

    campaign["checkpoint"] = {{"path", "out/checkpoint"}};
    folder_.write("c.json", campaign.dump());
    for (char const* shard : {"0/2", "1/2"})
        ASSERT_EQ(
            folder_.athanor("run c.json --overwrite --progress off --shard " + std::string(shard))
                .code,
            0);
    for (std::string const change :
         {"/seed=12", "/pipeline/1/hooks/0/frequency=10", "'/input/select=\"1:\"'"}) {
        ProgramResult const other =
            folder_.athanor("merge c.json --shards 2 --overwrite --set " + change);
        EXPECT_EQ(other.code, 2) << other.text;
        EXPECT_THAT(other.text, HasSubstr("campaign.json: was written with"));
    }
    ProgramResult const merged = folder_.athanor("merge c.json --shards 2 --overwrite");
    EXPECT_EQ(merged.code, 0) << merged.text;
    EXPECT_EQ(merged.text.find("note:"), std::string::npos);
}

TEST_F(ShardedCampaign, FramesThatAreCountedFromTheEndAreRefused) {
    ProgramResult const ended =
        folder_.athanor("run c.json --shard 0/2 --set '/input/select=\"-3:\"'");

    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.text, HasSubstr("/input/select: \"-3:\" counts from the end of the file"));
}

}  // namespace
}  // namespace athanor::test
