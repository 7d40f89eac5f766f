// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Campaigns with a profiler in each stage, run as a user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/launch/program.hpp"
#include "tests/support/trace_file.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

std::string dimers(int count) {
    std::string text;
    for (int k = 0; k < count; ++k)
        text += "2\nProperties=species:S:1:pos:R:3\nAr 0 0 0\nAr " + std::to_string(3.6 + 0.1 * k) +
                " 0 0\n";
    return text;
}

/// A profile of each of the two stages, below `folder`.
nlohmann::json profiled_campaign(std::string const& folder) {
    auto config = small_campaign("in.extxyz");
    for (auto& stage : config["pipeline"])
        stage["hooks"].push_back(
            {{"type", "profiler"},
             {"path", folder + "/" + stage["name"].get<std::string>() + ".json"}});
    return config;
}

TEST(Profile, ProfilesOfAllStagesLieOnOneTimelineInOneProcessAndOnTwoRanks) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimers(8));
    folder.write("plain.json", small_campaign("in.extxyz").dump());
    ASSERT_EQ(folder.athanor("run plain.json --progress off").code, 0);
    auto const done = rows_of_store(folder.path() / "out/done.zarr");

    for (int ranks : {1, 2}) {
        std::string const name = "profile" + std::to_string(ranks);
        folder.write("c.json", profiled_campaign(name).dump());
        std::string const line = "run c.json --progress off --overwrite";
        ProgramResult const result = ranks == 1 ? folder.athanor(line) : folder.mpirun(2, line);

        ASSERT_EQ(result.code, 0) << result.text;
        expect_same_rows(done, rows_of_store(folder.path() / "out/done.zarr"));
        TraceFile const relax = read_trace(folder.path() / name / "relax.json");
        TraceFile const md = read_trace(folder.path() / name / "md.json");
        for (TraceFile const* file : {&relax, &md}) expect_nested(*file);
        EXPECT_EQ(relax.metadata("thread_name")["name"], "relax");
        EXPECT_EQ(md.metadata("thread_name")["name"], "md");
        EXPECT_EQ(relax.ranges.at(0).process, 1);
        EXPECT_EQ(md.ranges.at(0).process, ranks);
        EXPECT_EQ(relax.ranges.at(0).thread, 1);
        EXPECT_EQ(md.ranges.at(0).thread, 2);
        int const samples = 8;
        EXPECT_EQ(relax.samples_of("refill"), samples);
        EXPECT_EQ(relax.samples_of("send"), samples);
        EXPECT_EQ(md.samples_of("receive"), samples);
        EXPECT_EQ(md.samples_of("step"), 20 * samples);
        EXPECT_EQ(md.samples_of("hook snapshot on_admission"), samples);
        EXPECT_EQ(md.samples_of("write"), samples);
        // One time zero: nothing arrives before the first step of the stage that sends it.
        EXPECT_GT(md.named("receive").at(0).end, relax.named("step").at(0).begin);
        EXPECT_LT(md.ranges.back().end, 600'000'000'000);
    }
    ProgramResult const again = folder.athanor("run c.json --progress off");
    EXPECT_EQ(again.code, 2) << again.text;
}

TEST(Profile, ProfilesAreWrittenWhenTheCampaignFails) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimers(2));
    auto config = profiled_campaign("profile");
    config["sinks"]["done"] = {{"type", "host_memory"}, {"capacity", 1}};
    folder.write("c.json", config.dump());

    ProgramResult const result = folder.athanor("run c.json --progress off");

    EXPECT_EQ(result.code, 6) << result.text;
    for (char const* stage : {"relax", "md"}) {
        TraceFile const file =
            read_trace(folder.path() / "profile" / (stage + std::string(".json")));
        expect_nested(file);
        EXPECT_FALSE(file.named("step").empty()) << stage;
    }
}

TEST(Profile, AProfileThatCannotBeMadeIsAStorageFailure) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimers(1));
    folder.write("file", "in the way of a folder");
    folder.write("c.json", profiled_campaign("file").dump());

    ProgramResult const result = folder.athanor("run c.json --progress off");

    EXPECT_EQ(result.code, 6) << result.text;
    EXPECT_THAT(result.text, HasSubstr("json: cannot be made: Not a directory"));
}

}  // namespace
}  // namespace athanor::test
