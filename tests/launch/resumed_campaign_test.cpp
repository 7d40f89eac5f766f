// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Campaigns that end before their time and go on, as a user sees it.
/// tests/faults/kill_and_resume.sh kills them at random.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Long enough to be met in the middle.
nlohmann::json long_campaign() {
    auto campaign = small_campaign("in.extxyz");
    campaign["pipeline"][1]["steps"] = 3000;
    campaign["pipeline"][1]["hooks"][0]["frequency"] = 100;
    campaign["checkpoint"] = {{"path", "out/checkpoint"}, {"interval_seconds", 0.05}};
    return campaign;
}

/// The same without a stop, in a folder of its own.
void run_undisturbed(ProgramFolder const& folder, nlohmann::json campaign) {
    folder.write("in.extxyz", mixed_input());
    campaign["sinks"]["trajectory"]["url"] = "expected/trajectory.zarr";
    campaign["sinks"]["done"]["url"] = "expected/done.zarr";
    campaign["quarantine"] = "expected/quarantine.extxyz";
    campaign.erase("checkpoint");
    folder.write("undisturbed.json", campaign.dump());
    auto const run = folder.athanor("run undisturbed.json --progress off");
    ASSERT_EQ(run.code, 0) << run.text;
}

enum class Status { same, depends_on_placement };

void expect_as_undisturbed(ProgramFolder const& folder, Status status = Status::same) {
    for (char const* store : {"trajectory.zarr", "done.zarr"}) {
        SCOPED_TRACE(store);
        auto expected = rows_of_store(folder.path() / "expected" / store);
        auto found = rows_of_store(folder.path() / "out" / store);
        if (status == Status::depends_on_placement)  // the position of a stage inside its element
            for (auto* rows : {&expected, &found})
                for (auto& [key, sample] : *rows)
                    sample.values<std::int64_t>(Fields::status)[0] = 0;
        expect_same_rows(expected, found);
    }
}

/// Starts a command, sends the signal once it has written a checkpoint of the second stage that has
/// a sample in it (one without has 116 bytes), waits.
std::string interrupt(std::string const& command, std::string const& signal) {
    return "touch started; sleep 0.02; " + command +
           " & child=$!\nfor turn in {1..3000}; do find out/checkpoint -name 'stage-1-*' -newer "
           "started -size +200c "
           "2>/dev/null | grep -q . && break; kill -0 $child 2>/dev/null || break; sleep 0.02; "
           "done\nsleep 0.1; kill -" +
           signal + " $child; wait $child";
}

std::string const run_here = "'" ATHANOR_EXECUTABLE "' run campaign.json --progress off";

TEST(ResumedCampaign, GoesOnAfterTheWarningOfABatchSystemWithTheSameBits) {
    ProgramFolder const folder;
    run_undisturbed(folder, long_campaign());
    folder.write("campaign.json", long_campaign().dump());

    auto const stopped = folder.shell(interrupt(run_here, "USR1"));
    ASSERT_EQ(stopped.code, 75) << stopped.text;
    EXPECT_THAT(stopped.text, HasSubstr("interrupted by SIGUSR1"));
    auto const resumed = folder.athanor("resume campaign.json --progress off");

    ASSERT_EQ(resumed.code, 0) << resumed.text;
    EXPECT_THAT(resumed.text, Not(HasSubstr(" 0 in the middle")));
    expect_as_undisturbed(folder);
    auto const again = folder.athanor("run campaign.json --resume --progress off");
    EXPECT_EQ(again.code, 0) << again.text;
    EXPECT_THAT(again.text, HasSubstr("12 samples are finished"));
    expect_as_undisturbed(folder);
}

TEST(ResumedCampaign, GoesOnWithOtherRanksAndReplicas) {
    ProgramFolder const folder;
    run_undisturbed(folder, long_campaign());
    folder.write("campaign.json", long_campaign().dump());

    auto const first = folder.shell(
        interrupt("mpirun -n 2 '" ATHANOR_EXECUTABLE "' run campaign.json --progress off", "USR1"));
    ASSERT_EQ(first.code, 75) << first.text;
    auto replicated = long_campaign();
    replicated["pipeline"][1]["replicas"] = 2;
    folder.write("campaign.json", replicated.dump());
    auto const second = folder.shell(interrupt(
        "mpirun -n 3 '" ATHANOR_EXECUTABLE "' resume campaign.json --progress off", "USR1"));
    ASSERT_EQ(second.code, 75) << second.text;
    auto fused = long_campaign();
    fused["pipeline"] = {{{"fuse", fused["pipeline"]}}};
    folder.write("campaign.json", fused.dump());
    auto const third = folder.athanor("resume campaign.json --progress off");

    ASSERT_EQ(third.code, 0) << third.text;
    expect_as_undisturbed(folder, Status::depends_on_placement);
}

TEST(ResumedCampaign, GoesOnFromJournalsAfterAKill) {
    ProgramFolder const folder;
    run_undisturbed(folder, long_campaign());
    auto campaign = long_campaign();
    for (char const* sink : {"trajectory", "done"}) campaign["sinks"][sink]["journal"] = true;
    folder.write("campaign.json", campaign.dump());

    auto const killed = folder.shell(interrupt(run_here, "KILL"));
    ASSERT_EQ(killed.code, 137) << killed.text;
    auto const inspected = folder.athanor("inspect out/trajectory.zarr --json");
    ASSERT_EQ(inspected.code, 0) << inspected.text;
    auto const found = nlohmann::json::parse(inspected.text);
    EXPECT_EQ(found["samples"], 0);
    EXPECT_GT(found["journal"]["rows"], 0);
    auto const again = folder.athanor("run campaign.json --progress off");
    EXPECT_EQ(again.code, 2) << again.text;
    auto const resumed = folder.athanor("resume campaign.json --progress off");

    ASSERT_EQ(resumed.code, 0) << resumed.text;
    EXPECT_THAT(resumed.text, HasSubstr("rows came from its journal"));
    EXPECT_THAT(resumed.text, Not(HasSubstr(" 0 in the middle")));
    expect_as_undisturbed(folder);
    for (auto const& entry : std::filesystem::directory_iterator(folder.path() / "out"))
        EXPECT_THAT(entry.path().string(), Not(HasSubstr(".journal-")));
}

TEST(ResumedCampaign, AJournalWithoutItsStoreIsInTheWayOfANewRunUnlessItIsOverwritten) {
    ProgramFolder const folder;
    folder.write("in.extxyz", mixed_input());
    folder.write("campaign.json", small_campaign("in.extxyz").dump());
    std::filesystem::create_directory(folder.path() / "out");
    folder.write("out/done.zarr.journal-1", "");

    auto const refused = folder.athanor("run campaign.json --progress off");
    auto const overwritten = folder.athanor("run campaign.json --overwrite --progress off");

    EXPECT_EQ(refused.code, 2) << refused.text;
    EXPECT_THAT(refused.text, HasSubstr("the journal of a store that is gone"));
    EXPECT_EQ(overwritten.code, 0) << overwritten.text;
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "out/done.zarr.journal-1"));
}

TEST(ResumedCampaign, GoesOnAfterAKillAndAfterTheLossOfEveryCheckpoint) {
    ProgramFolder const folder;
    run_undisturbed(folder, long_campaign());
    folder.write("campaign.json", long_campaign().dump());

    auto const killed = folder.shell(interrupt(run_here, "KILL"));
    ASSERT_EQ(killed.code, 137) << killed.text;
    for (auto const& entry : std::filesystem::directory_iterator(folder.path() / "out/checkpoint"))
        if (entry.path().extension() == ".ckpt") std::filesystem::resize_file(entry.path(), 100);
    auto const resumed = folder.athanor("resume campaign.json --progress off");

    ASSERT_EQ(resumed.code, 0) << resumed.text;
    EXPECT_THAT(resumed.text, HasSubstr("is damaged"));
    EXPECT_THAT(resumed.text, HasSubstr(" 0 in the middle"));
    expect_as_undisturbed(folder);
}

TEST(ResumedCampaign, FramesOfExtendedXyzStandOnceAndAreThoseOfAnUndisturbedRun) {
    ProgramFolder const folder;
    auto campaign = long_campaign();
    campaign["sinks"]["trajectory"] = {{"type", "extxyz"}, {"path", "out/trajectory.extxyz"}};
    campaign["sinks"]["done"] = {{"type", "extxyz"}, {"path", "out/done.extxyz"}};
    auto expected = campaign;
    for (char const* sink : {"trajectory", "done"})
        expected["sinks"][sink]["path"] = "expected/" + std::string(sink) + ".extxyz";
    expected["checkpoint"]["path"] = "expected/checkpoint";
    folder.write("in.extxyz", mixed_input());
    folder.write("campaign.json", campaign.dump());
    folder.write("expected.json", expected.dump());
    ASSERT_EQ(folder.athanor("run expected.json --progress off").code, 0);

    auto const killed = folder.shell(interrupt(run_here, "KILL"));
    ASSERT_EQ(killed.code, 137) << killed.text;
    folder.write("out/trajectory.extxyz",
                 folder.read("out/trajectory.extxyz") + "3\nProperties=species:S:1:pos");
    auto const resumed = folder.athanor("resume campaign.json --progress off");

    ASSERT_EQ(resumed.code, 0) << resumed.text;
    EXPECT_THAT(resumed.text, Not(HasSubstr(" 0 in the middle")));
    for (char const* name : {"trajectory", "done"}) {
        std::string const file = std::string(name) + ".extxyz", store = std::string(name) + ".zarr";
        for (char const* place : {"out/", "expected/"}) {
            auto const converted =
                folder.athanor("convert " + (place + file) + " " + place + store);
            ASSERT_EQ(converted.code, 0) << converted.text;
        }
    }
    expect_as_undisturbed(folder);
}

TEST(ResumedCampaign, WithNothingStoredItBegins) {
    ProgramFolder const folder;
    run_undisturbed(folder, small_campaign("in.extxyz"));
    folder.write("campaign.json", small_campaign("in.extxyz").dump());

    auto const resumed = folder.athanor("resume campaign.json --progress off");

    ASSERT_EQ(resumed.code, 0) << resumed.text;
    expect_as_undisturbed(folder);
}

TEST(ResumedCampaign, OtherPhysicsAreRefusedWithWhatDiffers) {
    ProgramFolder const folder;
    folder.write("in.extxyz", mixed_input());
    auto campaign = small_campaign("in.extxyz");
    folder.write("campaign.json", campaign.dump());
    ASSERT_EQ(folder.athanor("run campaign.json --progress off").code, 0);

    // Without checkpoints the stores know.
    auto const other = folder.athanor("resume campaign.json --set /model/cutoff=9 --progress off");
    EXPECT_EQ(other.code, 2);
    EXPECT_THAT(other.text, HasSubstr("/model/cutoff: it was 8.5, and is 9.0 now"));
    auto const rarer =
        folder.athanor("resume campaign.json --set /pipeline/1/hooks/0/frequency=7 --progress off");
    EXPECT_EQ(rarer.code, 2);
    EXPECT_THAT(rarer.text, HasSubstr("nobody can tell which rows are missing"));
    EXPECT_THAT(rarer.text, HasSubstr("/1/0/frequency: it was "));
    folder.write("in.extxyz", mixed_input() + golden_input("ar108"));
    campaign["checkpoint"] = {{"path", "out/checkpoint"}};
    folder.write("campaign.json", campaign.dump());
    ASSERT_EQ(folder.athanor("run campaign.json --progress off --overwrite").code, 0);
    folder.write("in.extxyz", mixed_input());
    auto const shorter = folder.athanor("resume campaign.json --progress off");
    EXPECT_EQ(shorter.code, 2);
    EXPECT_THAT(shorter.text, HasSubstr("has 12 frames, and had 13 when the campaign began"));
    auto const anew = folder.athanor("run campaign.json --progress off");
    EXPECT_EQ(anew.code, 2) << "what is there is not overwritten";
    auto const both = folder.athanor("run campaign.json --resume --overwrite");
    EXPECT_EQ(both.code, 2);
    EXPECT_THAT(both.text, HasSubstr("give one of the two"));
}

TEST(ResumedCampaign, PartsOfAnotherCampaignAreNeitherMergedNorLeftBehind) {
    ProgramFolder const folder;
    folder.write("in.extxyz", mixed_input());
    auto campaign = long_campaign();
    campaign["pipeline"][1]["steps"] = 100000000;
    folder.write("campaign.json", campaign.dump());
    auto const killed = folder.shell(
        interrupt("mpirun -n 2 '" ATHANOR_EXECUTABLE "' run campaign.json --progress off", "KILL") +
        "; pkill -KILL -f '" ATHANOR_EXECUTABLE " [r]un campaign.json'; sleep 0.5");
    auto const part = folder.path() / "out/trajectory.zarr.part-1";
    ASSERT_TRUE(std::filesystem::exists(part)) << killed.text;
    std::filesystem::create_directory(folder.path() / "out/trajectory.zarr.part-mine");
    std::filesystem::remove_all(folder.path() / "out/checkpoint");

    auto const other = folder.athanor("resume campaign.json --set /model/cutoff=9 --progress off");
    EXPECT_EQ(other.code, 2) << other.text;
    EXPECT_THAT(other.text, HasSubstr("/model/cutoff: it was 8.5, and is 9.0 now"));
    EXPECT_TRUE(std::filesystem::exists(part));
    auto const anew =
        folder.athanor("run campaign.json --overwrite --set /pipeline/1/steps=20 --progress off");
    EXPECT_EQ(anew.code, 0) << anew.text;
    EXPECT_FALSE(std::filesystem::exists(part));
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "out/trajectory.zarr.part-mine"));
}

TEST(ResumedCampaign, NothingStaysOfRanksThatWereKilledAroundTheirPartsOfAStore) {
    ProgramFolder const folder;
    run_undisturbed(folder, long_campaign());
    folder.write("campaign.json", long_campaign().dump());
    ASSERT_EQ(folder.athanor("run campaign.json --progress off").code, 0);
    auto const out = folder.path() / "out";
    std::string const locks[]{".done.zarr.part-1.lock", ".done.zarr.part-1.put-420000",
                              ".trajectory.zarr.part-12.lock"};
    char const* const names_of_users[]{"done.zarr.tmp-removed-by-hand",
                                       "done.zarr.tmp-42.tmp-removed.old"};
    for (char const* command : {"resume campaign.json", "run campaign.json --overwrite"}) {
        SCOPED_TRACE(command);
        for (std::string const& name : locks) std::ofstream(out / name) << "";
        std::ofstream(out / ".done.zarr.part-mine.lock") << "";
        if (std::string_view(command).starts_with("resume"))  // killed while it was removed
            std::filesystem::create_directories(out / "done.zarr.tmp-42.tmp-removed/core");
        for (char const* name : names_of_users) std::filesystem::create_directory(out / name);

        auto const ended = folder.athanor(std::string(command) + " --progress off");

        EXPECT_EQ(ended.code, 0) << ended.text;
        for (std::string const& name : locks)
            EXPECT_FALSE(std::filesystem::exists(out / name)) << name;
        EXPECT_TRUE(std::filesystem::exists(out / ".done.zarr.part-mine.lock"));
        EXPECT_FALSE(std::filesystem::exists(out / "done.zarr.tmp-42.tmp-removed"));
        for (char const* name : names_of_users)
            EXPECT_TRUE(std::filesystem::exists(out / name)) << name;
    }
    expect_as_undisturbed(folder);
}

TEST(ResumedCampaign, ASampleThatOnePipelineRefusedGoesOnInAnother) {
    ProgramFolder const folder;
    folder.write("in.extxyz", golden_input("lj3") + golden_input("lj13"));
    auto campaign = small_campaign("in.extxyz");
    campaign["oversized"] = "quarantine";
    campaign["buffers"]["atoms"] = 5;  // the second pipeline sends nothing, and has room
    campaign["sinks"]["second"] = {{"type", "zarr"}, {"url", "out/second.zarr"}};
    campaign["pipelines"] = {
        {{"pipeline", campaign["pipeline"]}},
        {{"pipeline", {{{"name", "quench"}, {"dynamics", {{"type", "lbfgs"}}}, {"max_steps", 4}}}},
         {"output", {"second"}}}};
    campaign.erase("pipeline");
    folder.write("campaign.json", campaign.dump());
    ASSERT_EQ(folder.mpirun(3, "run campaign.json --progress off").code, 5);
    auto const expected = rows_of_store(folder.path() / "out/second.zarr");
    ASSERT_EQ(expected.size(), 2);
    std::string const quarantine = folder.read("out/quarantine.extxyz");

    std::filesystem::remove_all(folder.path() / "out/second.zarr");
    auto const resumed = folder.mpirun(3, "resume campaign.json --progress off");

    EXPECT_EQ(resumed.code, 5) << resumed.text;
    expect_same_rows(expected, rows_of_store(folder.path() / "out/second.zarr"));
    EXPECT_EQ(folder.read("out/quarantine.extxyz"), quarantine);
}

/// The last line of progress for programs among what a run has said.
nlohmann::json last_progress(std::string const& text) {
    std::istringstream lines(text);
    nlohmann::json last;
    for (std::string line; std::getline(lines, line);) {
        auto const object = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
        if (object.is_object() && object["event"] == "progress") last = object;
    }
    return last;
}

TEST(ResumedCampaign, WhatIsDoneAndWhatThereIsAreCountedAlike) {
    ProgramFolder const folder;
    // A frame that is none, a sample that fails and one that is too large beside two that run.
    folder.write("in.extxyz", golden_input("lj3") +
                                  "2\nProperties=species:S:1:pos:R:3\nAr 0 0 0\nAr 0 0 1e-7\n" +
                                  "1\nProperties=species:S:1:pos:R:3\nAr 0 here 0\n" +
                                  golden_input("lj13") + golden_input("lj7"));
    auto campaign = small_campaign("in.extxyz");
    campaign["oversized"] = "quarantine";
    campaign["buffers"]["atoms"] = 8;
    folder.write("campaign.json", campaign.dump());

    auto const run = folder.athanor("run campaign.json --progress json");
    auto const resumed = folder.athanor("resume campaign.json --progress json");

    for (ProgramResult const& ended : {run, resumed}) {
        ASSERT_EQ(ended.code, 5) << ended.text;
        auto const progress = last_progress(ended.text);
        EXPECT_EQ(progress["samples_total"], 4) << ended.text;
        EXPECT_EQ(progress["samples_done"], 4) << ended.text;
    }
}

TEST(ResumedCampaign, SamplesInQuarantineStayThereUntilTheyAreRetried) {
    ProgramFolder const folder;
    folder.write("in.extxyz", golden_input("lj3") +
                                  "2\nProperties=species:S:1:pos:R:3\nAr 0 0 0\nAr 0 0 1e-7\n" +
                                  "1\nProperties=species:S:1:pos:R:3\nAr 0 nan 0\n" +
                                  golden_input("lj13"));
    auto campaign = small_campaign("in.extxyz");
    campaign["checkpoint"] = {{"path", "out/checkpoint"}};
    folder.write("campaign.json", campaign.dump());
    auto const run = folder.athanor("run campaign.json --progress off");
    ASSERT_EQ(run.code, 5) << run.text;
    std::string const quarantine = folder.read("out/quarantine.extxyz");
    EXPECT_THAT(quarantine, HasSubstr("system_id=1"));

    auto const resumed = folder.athanor("resume campaign.json --progress off");
    EXPECT_EQ(resumed.code, 5) << resumed.text;
    EXPECT_THAT(resumed.text, HasSubstr("2 samples are finished, 2 in quarantine"));
    EXPECT_EQ(folder.read("out/quarantine.extxyz"), quarantine);

    // A frame that a killed process left half written goes.
    folder.write("out/quarantine.extxyz", quarantine + quarantine.substr(0, quarantine.size() - 4));
    EXPECT_EQ(folder.athanor("resume campaign.json --progress off").code, 5);
    std::string const mended = folder.read("out/quarantine.extxyz");
    EXPECT_TRUE(mended.starts_with(quarantine));
    EXPECT_EQ(mended.back(), '\n');

    folder.write("out/quarantine.extxyz", quarantine);
    auto const retried = folder.athanor("resume campaign.json --retry-quarantine --progress off");
    EXPECT_EQ(retried.code, 5) << retried.text;
    EXPECT_THAT(retried.text, HasSubstr("2 samples are finished, 0 in quarantine"));
    EXPECT_EQ(folder.read("out/quarantine.extxyz.before-retry"), quarantine);
    EXPECT_EQ(folder.read("out/quarantine.extxyz"), quarantine);
}

}  // namespace
}  // namespace athanor::test
