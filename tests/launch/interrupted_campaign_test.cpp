// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Campaigns that a signal ends.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

/// A folder with a campaign that logs each of its steps.
class LoggedCampaign : public ProgramFolder {
public:
    explicit LoggedCampaign(int steps) {
        write("in.extxyz", golden_input("ar108"));
        auto campaign = small_campaign("in.extxyz");
        auto& md = campaign["pipeline"][1];
        md["steps"] = steps;
        md["hooks"].push_back({{"type", "logging"}, {"path", "out/md.csv"}});
        write("campaign.json", campaign.dump());
    }
    /// Runs it by `start`, and gives that process the signal so long after the first line of the
    /// log.
    [[nodiscard]] ProgramResult signalled(std::string const& signal, std::string const& start,
                                          std::string const& seconds = "0.3") const {
        return shell(start +
                     " run campaign.json --progress off & child=$!\n"
                     "for turn in {1..200}; do [ -s out/md.csv ] && break; sleep 0.05; done\n"
                     "sleep " +
                     seconds + "; kill -" + signal + " $child; wait $child");
    }
    /// Lines of the log under its heading; all of them must be whole.
    [[nodiscard]] std::ptrdiff_t lines() const {
        std::string const log = read("out/md.csv");
        EXPECT_TRUE(log.ends_with('\n')) << log;
        return std::count(log.begin(), log.end(), '\n') - 1;
    }
};

constexpr int without_end = 100000000;

TEST(InterruptedCampaign, ASignalLeavesCompleteLogsAndStoresBehind) {
    for (auto const& [name, code] : {std::pair("INT", 130), std::pair("TERM", 143)}) {
        SCOPED_TRACE(name);
        LoggedCampaign const campaign(without_end);

        auto const ended =  // without set -m SIGINT would be ignored
            campaign.signalled(name, "set -m; '" ATHANOR_EXECUTABLE "'");

        EXPECT_EQ(ended.code, code) << ended.text;
        EXPECT_NE(ended.text.find("interrupted by SIG" + std::string(name)), std::string::npos)
            << ended.text;
        auto const lines = campaign.lines();
        EXPECT_GT(lines, 0);
        // A frame at step 0, then one in steps 1, 6, 11 ... of those that the log has.
        auto const rows = rows_of_store(campaign.path() / "out/trajectory.zarr");
        EXPECT_EQ(std::count_if(rows.begin(), rows.end(),
                                [](auto const& row) { return row.first.stage == 1; }),
                  1 + (lines + 4) / 5);
        EXPECT_TRUE(rows_of_store(campaign.path() / "out/done.zarr").empty());
    }
}

TEST(InterruptedCampaign, ASignalToTheLauncherLeavesTheFilesOfEveryRankComplete) {
    LoggedCampaign const campaign(without_end);

    auto const ended = campaign.signalled("TERM", "mpirun -n 2 '" ATHANOR_EXECUTABLE "'");

    EXPECT_NE(ended.code, 0) << ended.text;
    EXPECT_GT(campaign.lines(), 0);
    EXPECT_TRUE(rows_of_store(campaign.path() / "out/done.zarr").empty());
}

TEST(InterruptedCampaign, ASignalThatWasIgnoredStaysSo) {
    int const steps = 2000;
    LoggedCampaign const campaign(steps);

    auto const ended = campaign.signalled("INT", "trap \"\" INT; '" ATHANOR_EXECUTABLE "'", "0");

    EXPECT_EQ(ended.code, 0) << ended.text;
    EXPECT_EQ(campaign.lines(), steps);
    EXPECT_EQ(rows_of_store(campaign.path() / "out/done.zarr").size(), 1u);
}

/// Where names cannot be exchanged, a store that is being replaced stands aside for an instant.
TEST(InterruptedCampaign, AStoreThatStoodAsideWhenItsWriterDiedIsInTheWayUntilItIsOverwritten) {
    ProgramFolder const folder;
    folder.write("in.extxyz", golden_input("lj3"));
    folder.write("campaign.json", small_campaign("in.extxyz").dump());
    auto const store = folder.path() / "out/done.zarr",
               aside = folder.path() / "out/done.zarr.old-42";
    ASSERT_EQ(folder.athanor("run campaign.json --progress off").code, 0);
    auto const expected = rows_of_store(store);
    std::filesystem::remove_all(folder.path() / "out/trajectory.zarr");
    std::filesystem::rename(store, aside);

    ProgramResult const run = folder.athanor("run campaign.json --progress off");
    EXPECT_EQ(run.code, 2) << run.text;
    EXPECT_THAT(run.text, HasSubstr("done.zarr exists; give --overwrite"));
    expect_same_rows(expected, rows_of_store(std::filesystem::exists(store) ? store : aside));

    if (std::filesystem::exists(store)) std::filesystem::rename(store, aside);
    ProgramResult const overwritten =
        folder.athanor("run campaign.json --progress off --overwrite");
    EXPECT_EQ(overwritten.code, 0) << overwritten.text;
    expect_same_rows(expected, rows_of_store(store));
    EXPECT_FALSE(std::filesystem::exists(aside));
}

}  // namespace
}  // namespace athanor::test
