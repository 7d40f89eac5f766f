// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Campaigns that a signal ends.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

TEST(InterruptedCampaign, ASignalLeavesCompleteLogsAndStoresBehind) {
    for (auto const& [name, code] : {std::pair("INT", 130), std::pair("TERM", 143)}) {
        SCOPED_TRACE(name);
        ProgramFolder const folder;
        folder.write("in.extxyz", golden_input("ar108"));
        auto campaign = small_campaign("in.extxyz");
        auto& md = campaign["pipeline"][1];
        md["steps"] = 100000000;
        md["hooks"].push_back({{"type", "logging"}, {"path", "out/md.csv"}});
        folder.write("campaign.json", campaign.dump());

        auto const ended =
            folder.shell("set -m; '" ATHANOR_EXECUTABLE  // else SIGINT would be ignored
                         "' run campaign.json --progress off & child=$!\n"
                         "for turn in {1..200}; do [ -s out/md.csv ] && break; sleep 0.05; done\n"
                         "sleep 0.3; kill -" +
                         std::string(name) + " $child; wait $child");

        EXPECT_EQ(ended.code, code) << ended.text;
        EXPECT_NE(ended.text.find("interrupted by SIG" + std::string(name)), std::string::npos)
            << ended.text;
        std::string const log = folder.read("out/md.csv");
        ASSERT_FALSE(log.empty());
        EXPECT_EQ(log.back(), '\n');
        auto const lines = std::count(log.begin(), log.end(), '\n') - 1;
        EXPECT_GT(lines, 0);
        // A frame at step 0, then one in steps 1, 6, 11 ... of those that the log has.
        auto const rows = rows_of_store(folder.path() / "out/trajectory.zarr");
        EXPECT_EQ(std::count_if(rows.begin(), rows.end(),
                                [](auto const& row) { return row.first.stage == 1; }),
                  1 + (lines + 4) / 5);
        EXPECT_TRUE(rows_of_store(folder.path() / "out/done.zarr").empty());
    }
}

TEST(InterruptedCampaign, ASignalToTheLauncherLeavesTheFilesOfEveryRankComplete) {
    ProgramFolder const folder;
    folder.write("in.extxyz", golden_input("ar108"));
    auto campaign = small_campaign("in.extxyz");
    campaign["pipeline"][1]["steps"] = 100000000;
    campaign["pipeline"][1]["hooks"].push_back({{"type", "logging"}, {"path", "out/md.csv"}});
    folder.write("campaign.json", campaign.dump());

    auto const ended =
        folder.shell("mpirun -n 2 '" ATHANOR_EXECUTABLE
                     "' run campaign.json --progress off & child=$!\n"
                     "for turn in {1..200}; do [ -s out/md.csv ] && break; sleep 0.05; done\n"
                     "sleep 0.3; kill -TERM $child; wait $child");

    EXPECT_NE(ended.code, 0) << ended.text;
    std::string const log = folder.read("out/md.csv");
    ASSERT_FALSE(log.empty());
    EXPECT_EQ(log.back(), '\n');
    auto const lines = std::count(log.begin(), log.end(), '\n') - 1;
    EXPECT_GT(lines, 0);
    EXPECT_TRUE(rows_of_store(folder.path() / "out/done.zarr").empty());
}

TEST(InterruptedCampaign, ASignalThatWasIgnoredStaysSo) {
    ProgramFolder const folder;
    folder.write("in.extxyz", golden_input("ar108"));
    auto campaign = small_campaign("in.extxyz");
    campaign["pipeline"][1]["steps"] = 2000;
    campaign["pipeline"][1]["hooks"] = {{{"type", "logging"}, {"path", "out/md.csv"}}};
    folder.write("campaign.json", campaign.dump());

    auto const ended =
        folder.shell("trap \"\" INT; '" ATHANOR_EXECUTABLE
                     "' run campaign.json --progress off & child=$!\n"
                     "for turn in {1..200}; do [ -s out/md.csv ] && break; sleep 0.05; done\n"
                     "kill -INT $child; wait $child");

    EXPECT_EQ(ended.code, 0) << ended.text;
    EXPECT_EQ(rows_of_store(folder.path() / "out/done.zarr").size(), 1u);
}

}  // namespace
}  // namespace athanor::test
