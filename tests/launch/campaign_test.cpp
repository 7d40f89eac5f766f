// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/campaign.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/launch/program.hpp"
#include "tests/support/samples.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

std::string dimer(double distance) {
    return "2\nProperties=species:S:1:pos:R:3\nAr 0 0 0\nAr " + std::to_string(distance) + " 0 0\n";
}

TEST(Campaign, OneProcessTwoRanksAndEachSampleAloneGiveTheSameBits) {
    ProgramFolder folder;
    folder.write("in.extxyz", mixed_input());
    folder.write("one.json", small_campaign("in.extxyz").dump());
    auto two = small_campaign("in.extxyz");
    two["sinks"]["trajectory"]["url"] = "two/trajectory.zarr";
    two["sinks"]["done"]["url"] = "two/done.zarr";
    two["quarantine"] = "two/quarantine.extxyz";
    folder.write("two.json", two.dump());

    ProgramResult const one_process = folder.athanor("run one.json --progress plain");
    ProgramResult const two_ranks = folder.mpirun(2, "run two.json --progress plain");

    ASSERT_EQ(one_process.code, 0) << one_process.text;
    ASSERT_EQ(two_ranks.code, 0) << two_ranks.text;
    auto const done = rows_of_store(folder.path() / "out/done.zarr");
    auto const trajectory = rows_of_store(folder.path() / "out/trajectory.zarr");
    EXPECT_EQ(done.size(), mixed_names.size());
    expect_same_rows(done, rows_of_store(folder.path() / "two/done.zarr"));
    expect_same_rows(trajectory, rows_of_store(folder.path() / "two/trajectory.zarr"));
    std::map<RowKey, Sample> alone;
    for (std::size_t k = 0; k < mixed_names.size(); ++k) {
        ProgramResult const result = folder.athanor(
            "run one.json --progress off --overwrite --set /input/select=" + std::to_string(k) +
            " --set /sampler/max_systems=1");
        ASSERT_EQ(result.code, 0) << result.text;
        alone.merge(rows_of_store(folder.path() / "out/done.zarr"));
    }
    expect_same_rows(done, alone);
}

/// The small campaign with every hook that needs no sink.
nlohmann::json hooked_campaign(std::string const& action) {
    auto config = small_campaign("in.extxyz");
    auto& relax = config["pipeline"][0]["hooks"];
    for (char const* hook :
         {R"({"type": "align_cell"})", R"({"type": "freeze_atoms", "category": 3})",
          R"({"type": "max_force_clamp", "max_force": 0.05})"})
        relax.push_back(nlohmann::json::parse(hook));
    auto& md = config["pipeline"][1]["hooks"];
    for (char const* hook :
         {R"({"type": "freeze_atoms", "indices": [0]})", R"({"type": "wrap_periodic"})",
          R"({"type": "nan_detector", "fields": ["velocities"], "action": "stop"})"})
        md.push_back(nlohmann::json::parse(hook));
    md.push_back({{"type", "energy_drift_monitor"}, {"threshold", 1e-12}, {"action", action}});
    return config;
}

std::string categorized_input() {
    return "3\nLattice=\"9 1 0 0 0 -9 1 8 2\" Properties=species:S:1:pos:R:3:atom_categories:I:1\n"
           "Ar 0 0 0 3\nAr 3.6 0 0 0\nAr 0 3.5 0.4 3\n"
           "2\nProperties=species:S:1:pos:R:3:atom_categories:I:1\nAr 0 0 0 0\nAr 3.4 0 0 3\n";
}

TEST(Campaign, HooksGiveTheSameBitsInOneProcessAndOnTwoRanksAndWarn) {
    ProgramFolder folder;
    folder.write("in.extxyz", categorized_input());
    folder.write("c.json", hooked_campaign("warn").dump());

    ProgramResult const one = folder.athanor("run c.json --progress off");
    ASSERT_EQ(one.code, 0) << one.text;
    auto const done = rows_of_store(folder.path() / "out/done.zarr");
    ProgramResult const two = folder.mpirun(2, "run c.json --progress off --overwrite");
    ASSERT_EQ(two.code, 0) << two.text;

    EXPECT_EQ(done.size(), 2U);
    expect_same_rows(done, rows_of_store(folder.path() / "out/done.zarr"));
    for (std::string const& text : {one.text, two.text}) {
        EXPECT_THAT(text, HasSubstr("athanor: warning: energy_drift_monitor: stage 1, sample 0"));
        EXPECT_THAT(text, HasSubstr("athanor: warning: energy_drift_monitor: stage 1, sample 1"));
    }
}

TEST(Campaign, AMonitorThatStopsEndsEveryRankWithExitFour) {
    ProgramFolder folder;
    folder.write("in.extxyz", categorized_input());
    folder.write("c.json", hooked_campaign("stop").dump());

    for (ProgramResult const& result :
         {folder.athanor("run c.json --progress off"),
          folder.mpirun(2, "run c.json --progress off --overwrite")}) {
        EXPECT_EQ(result.code, 4) << result.text;
        EXPECT_THAT(result.text, HasSubstr("energy_drift_monitor: stage 1, sample"));
        EXPECT_THAT(result.text, HasSubstr("the campaign is told to stop"));
    }
}

TEST(Campaign, AMonitorThatRaisesSendsItsSamplesToQuarantine) {
    ProgramFolder folder;
    folder.write("in.extxyz", categorized_input());
    folder.write("c.json", hooked_campaign("raise").dump());

    ProgramResult const result = folder.athanor("run c.json --progress off");

    EXPECT_EQ(rows_of_store(folder.path() / "out/done.zarr").size(), 0U) << result.text;
    EXPECT_THAT(folder.read("out/quarantine.extxyz"),
                HasSubstr("energy_drift_monitor: the energy"));
}

TEST(Campaign, AThousandSamplesThroughSlotsForTwoComeOutOnceEach) {
    ProgramFolder folder;
    std::string input;
    std::mt19937 random(5);
    for (int k = 0; k < 1000; ++k) {
        int const atoms = 1 + static_cast<int>(random() % 6);
        input += std::to_string(atoms) + "\nname=s" + std::to_string(k) + "\n";
        for (int a = 0; a < atoms; ++a)
            input += "Ar " + std::to_string(3.7 * a) + " 0 " + std::to_string(0.01 * a) + "\n";
    }
    folder.write("in.extxyz", input);
    auto config = small_campaign("in.extxyz");
    config["pipeline"][0]["max_steps"] = 5;
    config["pipeline"][1]["steps"] = 3;
    config["buffers"] = {{"systems", 2}, {"atoms", 12}, {"slots", 1}};
    folder.write("c.json", config.dump());

    ProgramResult const result = folder.mpirun(2, "run c.json --progress off");

    ASSERT_EQ(result.code, 0) << result.text;
    auto const rows = rows_of_store(folder.path() / "out/done.zarr");
    ASSERT_EQ(rows.size(), 1000U);
    std::int64_t expected = 0;
    for (auto const& [key, sample] : rows) {
        EXPECT_EQ(key.system_id, expected);
        EXPECT_EQ(sample.name(), "s" + std::to_string(expected));
        ++expected;
    }
}

TEST(Campaign, FusedAndPipelinedGiveTheSameBits) {
    ProgramFolder folder;
    folder.write("in.extxyz", golden_input("ar32") + golden_input("lj13"));
    auto config = small_campaign("in.extxyz");
    folder.write("pipe.json", config.dump());
    auto const stages = config["pipeline"];
    config["pipeline"] = nlohmann::json::array({{{"fuse", stages}}});
    config["sinks"]["done"]["url"] = "fused/done.zarr";
    config["sinks"]["trajectory"]["url"] = "fused/trajectory.zarr";
    config["quarantine"] = "fused/quarantine.extxyz";
    folder.write("fused.json", config.dump());

    ProgramResult const pipelined = folder.athanor("run pipe.json --progress off");
    ProgramResult const fused = folder.athanor("run fused.json --progress off");

    ASSERT_EQ(pipelined.code, 0) << pipelined.text;
    ASSERT_EQ(fused.code, 0) << fused.text;
    auto const a = rows_of_store(folder.path() / "out/done.zarr");
    auto const b = rows_of_store(folder.path() / "fused/done.zarr");
    ASSERT_EQ(a.size(), 2U);
    for (auto const& [key, sample] : a)
        for (FieldIndex field : {Fields::positions, Fields::velocities, Fields::energy}) {
            auto const x = sample.bytes(field);
            auto const y = b.at(key).bytes(field);
            EXPECT_TRUE(std::equal(x.begin(), x.end(), y.begin(), y.end()));
        }
}

TEST(Campaign, AFusedElementInTheDocumentedOrderWritesAllItsStagesWithOneHook) {
    ProgramFolder folder;
    folder.write("in.extxyz", golden_input("ar32") + golden_input("lj13"));
    auto config = small_campaign("in.extxyz");
    auto stages = config["pipeline"];
    for (auto& stage : stages) stage.erase("hooks");
    config["pipeline"] = nlohmann::json::array(
        {{{"fuse", stages},
          {"order", "documented"},
          {"hooks", nlohmann::json::parse(R"([{"type": "snapshot", "sink": "trajectory"},
              {"type": "logging", "path": "out/all.csv"}])")}}});
    folder.write("c.json", config.dump());

    ProgramResult const run = folder.athanor("run c.json --progress off");

    ASSERT_EQ(run.code, 0) << run.text;
    std::set<int> stages_seen;
    auto const rows = rows_of_store(folder.path() / "out/trajectory.zarr");
    for (auto const& [key, sample] : rows) stages_seen.insert(key.stage);
    EXPECT_EQ(stages_seen, (std::set<int>{0, 1}));
    std::string const log = folder.read("out/all.csv");
    EXPECT_EQ(static_cast<std::size_t>(std::count(log.begin(), log.end(), '\n')), 1 + rows.size());
    EXPECT_EQ(rows_of_store(folder.path() / "out/done.zarr").size(), 2U);
}

TEST(Campaign, ASelectionOfNothingLeavesAnEmptyReadableStore) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimer(3.8));
    folder.write("c.json", small_campaign("in.extxyz").dump());

    for (int ranks : {1, 2}) {
        ProgramResult const result =
            folder.mpirun(ranks, "run c.json --progress off --overwrite --set /input/select=5:9");
        ASSERT_EQ(result.code, 0) << result.text;
        EXPECT_TRUE(rows_of_store(folder.path() / "out/done.zarr").empty());
    }
}

/// One kind of bad input: what the file holds, the exit code, and words of the message or reason.
struct BadInput {
    std::string name;
    std::string file;
    int code;
    std::string words;
};

class BadInputs : public ::testing::TestWithParam<BadInput> {};

TEST_P(BadInputs, EndWithTheirExitCodeAndAClearReason) {
    BadInput const& bad = GetParam();
    ProgramFolder folder;
    if (bad.file != "(missing)") folder.write("in.extxyz", bad.file);
    folder.write("c.json", small_campaign("in.extxyz").dump());

    for (int ranks : {1, 2}) {
        // All ranks end by themselves here; else mpirun would wait up to two seconds in each case.
        ProgramResult const result = folder.shell(
            "export OMPI_MCA_odls_base_sigkill_timeout=0; mpirun -n " + std::to_string(ranks) +
            " '" ATHANOR_EXECUTABLE "' run c.json --progress off --overwrite");
        EXPECT_EQ(result.code, bad.code) << result.text;
        std::string const said = result.text + folder.read("out/quarantine.extxyz") +
                                 folder.read("out/quarantine.extxyz.rejects.txt");
        EXPECT_THAT(said, HasSubstr(bad.words));
        if (bad.code == 5) {
            EXPECT_EQ(rows_of_store(folder.path() / "out/done.zarr").size(), 1U);
        }
    }
}

std::string const good = dimer(3.8);
INSTANTIATE_TEST_SUITE_P(
    Files, BadInputs,
    ::testing::Values(
        BadInput{"Missing", "(missing)", 3, "in.extxyz"}, BadInput{"Empty", "", 3, "in.extxyz"},
        BadInput{"NoStructureFile", "hello\nworld\n", 3, "in.extxyz"},
        BadInput{"NanPosition", "1\n\nAr nan 0 0\n" + good, 5, "nan"},
        BadInput{"UnknownElement", "1\n\nXq 0 0 0\n" + good, 5, "Xq"},
        BadInput{"NoParameters", "1\n\nNe 0 0 0\n" + good, 5, "no parameters for Ne"},
        BadInput{"NoParametersForAnySample", "1\n\nNe 0 0 0\n", 2, "no parameters for Ne"},
        BadInput{"ZeroVolumeCell",
                 "1\nLattice=\"5 0 0 0 5 0 0 0 0\" pbc=\"T T T\"\nAr 0 0 0\n" + good, 5, "volume"},
        BadInput{"TwoAtomsAtOnePlace", dimer(0.0) + good, 5, "atoms 0 and 1"},
        BadInput{"TruncatedFrame", good + "3\n\nAr 0 0 0\n", 5, "frame 1"}),
    [](auto const& bad) { return bad.param.name; });

TEST(Campaign, AFrameTooLargeForABufferIsRefusedBeforeAnythingRunsOrSetAside) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimer(3.8) + golden_input("ar32"));
    auto config = small_campaign("in.extxyz");
    config["buffers"]["atoms"] = 20;
    folder.write("c.json", config.dump());

    ProgramResult const refused = folder.athanor("run c.json --progress off");
    ProgramResult const set_aside =
        folder.athanor("run c.json --progress off --set /oversized=quarantine");

    EXPECT_EQ(refused.code, 2) << refused.text;
    EXPECT_THAT(refused.text, HasSubstr("32 atoms"));
    EXPECT_THAT(refused.text, HasSubstr("/buffers/atoms"));
    EXPECT_EQ(set_aside.code, 5) << set_aside.text;
    EXPECT_EQ(rows_of_store(folder.path() / "out/done.zarr").size(), 1U);
    EXPECT_THAT(folder.read("out/quarantine.extxyz"), HasSubstr("32 atoms"));
}

TEST(Campaign, AFrameWithTooManyEdgesIsRefusedBeforeAnythingRunsOrSetAside) {
    ProgramFolder folder;
    folder.write("in.extxyz", golden_input("lj13") + golden_input("ar32"));
    auto config = small_campaign("in.extxyz");
    config["sampler"]["max_edges"] = 300;
    folder.write("c.json", config.dump());

    ProgramResult const refused = folder.athanor("run c.json --progress off");
    ProgramResult const aside =
        folder.athanor("run c.json --progress off --set /oversized=quarantine");

    EXPECT_EQ(refused.code, 2) << refused.text;
    EXPECT_THAT(refused.text, HasSubstr("/sampler/max_edges lets 300 through"));
    EXPECT_EQ(aside.code, 5) << aside.text << "nothing stood in the way of its outputs";
    EXPECT_EQ(rows_of_store(folder.path() / "out/done.zarr").size(), 1U);
}

TEST(Campaign, OutputThatExistsIsOverwrittenOnRequestOnly) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimer(3.8));
    folder.write("c.json", small_campaign("in.extxyz").dump());
    ASSERT_EQ(folder.athanor("run c.json --progress off").code, 0);

    ProgramResult const again = folder.athanor("run c.json --progress off");
    ProgramResult const overwritten = folder.athanor("run c.json --progress off --overwrite");

    EXPECT_EQ(again.code, 2);
    EXPECT_THAT(again.text, HasSubstr("--overwrite"));
    EXPECT_EQ(overwritten.code, 0) << overwritten.text;
}

TEST(Campaign, AFolderThatIsNoStoreIsNeverOverwritten) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimer(3.8));
    folder.write("c.json", small_campaign("in.extxyz").dump());
    std::filesystem::create_directories(folder.path() / "out/done.zarr/thesis");
    folder.write("out/done.zarr/thesis/chapter", "years of work");

    ProgramResult const result = folder.athanor("run c.json --progress off --overwrite");

    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(folder.read("out/done.zarr/thesis/chapter"), "years of work");
}

TEST(Campaign, AWrongNumberOfRanksIsRefusedWithTheRightOne) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimer(3.8));
    folder.write("c.json", small_campaign("in.extxyz").dump());

    ProgramResult const result = folder.mpirun(3, "run c.json --progress off");

    EXPECT_EQ(result.code, 2) << result.text;
    EXPECT_THAT(result.text, HasSubstr("2 ranks, or 1"));
}

/// A disk of its own: a small tmpfs in a private mount namespace, where that is allowed.
bool can_mount() {
    ProgramFolder folder;
    return folder.shell("mkdir d && unshare -m mount -t tmpfs -o size=1m tmpfs d").code == 0;
}

TEST(Campaign, AFullDiskEndsWithExitSixAndSaysWhatWasKept) {
    if (!can_mount()) GTEST_SKIP() << "mounting a small disk is not allowed here";
    ProgramFolder folder;
    std::string input;
    for (int k = 0; k < 40; ++k) input += golden_input("ar108");
    folder.write("in.extxyz", input);
    auto config = small_campaign("in.extxyz");
    config["sinks"]["trajectory"]["codec"] = "none";
    config["pipeline"][1]["hooks"][0]["frequency"] = 1;
    config["sinks"]["trajectory"]["url"] = "small/trajectory.zarr";
    folder.write("c.json", config.dump());

    ProgramResult const result = folder.shell(
        "mkdir small && unshare -m bash -c \"mount -t tmpfs -o size=3m tmpfs small && "
        "'" ATHANOR_EXECUTABLE
        "' run c.json --progress off; code=\\$?; cp -r small/trajectory.zarr kept.zarr; exit "
        "\\$code\"");

    EXPECT_EQ(result.code, 6) << result.text;
    EXPECT_THAT(result.text, HasSubstr("No space left on device"));
    EXPECT_THAT(result.text, HasSubstr("kept"));
    EXPECT_NO_THROW(static_cast<void>(rows_of_store(folder.path() / "kept.zarr")));
}

TEST(Campaign, AReadOnlyDiskEndsWithExitSix) {
    if (!can_mount()) GTEST_SKIP() << "mounting a small disk is not allowed here";
    ProgramFolder folder;
    folder.write("in.extxyz", dimer(3.8));
    folder.write("c.json", small_campaign("in.extxyz").dump());

    ProgramResult const result = folder.shell(
        "mkdir out && unshare -m bash -c \"mount -t tmpfs tmpfs out && mount -o remount,ro out && "
        "'" ATHANOR_EXECUTABLE "' run c.json --progress off\"");

    EXPECT_EQ(result.code, 6) << result.text;
    EXPECT_THAT(result.text, HasSubstr("Read-only file system"));
}

TEST(Campaign, LogsHaveALinePerSampleAndStepWhicheverRankWritesThem) {
    ProgramFolder folder;
    folder.write("in.extxyz", golden_input("ar32") + golden_input("lj13"));
    auto config = small_campaign("in.extxyz");
    config["pipeline"][1]["hooks"].push_back({{"type", "logging"},
                                              {"path", "logs/md.csv"},
                                              {"frequency", 10},
                                              {"scalars", {"pressure"}}});
    config["pipeline"][0]["hooks"].push_back(
        {{"type", "logging"}, {"path", "logs/board"}, {"backend", "tensorboard"}});
    for (auto& stage : config["pipeline"])
        stage["hooks"].push_back({{"type", "logging"}, {"path", "logs/{stage}.rank{rank}.csv"}});
    folder.write("c.json", config.dump());

    ProgramResult const two = folder.mpirun(2, "run c.json --progress off");
    std::string const log = folder.read("logs/md.csv");
    for (char const* name : {"relax.rank0.csv", "md.rank1.csv"})
        EXPECT_TRUE(std::filesystem::exists(folder.path() / "logs" / name)) << name;
    ProgramResult const again = folder.athanor("run c.json --progress off");
    ProgramResult const one = folder.athanor("run c.json --progress off --overwrite");

    ASSERT_EQ(two.code, 0) << two.text;
    EXPECT_EQ(again.code, 2);
    ASSERT_EQ(one.code, 0) << one.text;
    EXPECT_THAT(log, ::testing::StartsWith("step,graph_idx,system_id,name,status,energy,fmax,"
                                           "temperature,pressure\n"));
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1 + 2 * 2);
    for (char const* start : {"\n1,", "\n11,"}) EXPECT_THAT(log, HasSubstr(start));
    auto const events = std::filesystem::directory_iterator(folder.path() / "logs/board");
    EXPECT_EQ(std::distance(begin(events), end(events)), 1);
}

TEST(Campaign, ALogThatCannotBeMadeIsAStorageFailure) {
    ProgramFolder folder;
    folder.write("in.extxyz", dimer(3.8));
    folder.write("file", "in the way of a folder");
    auto config = small_campaign("in.extxyz");
    config["pipeline"][1]["hooks"].push_back({{"type", "logging"}, {"path", "file/md.csv"}});
    folder.write("c.json", config.dump());

    ProgramResult const result = folder.athanor("run c.json --progress off");

    EXPECT_EQ(result.code, 6) << result.text;
    EXPECT_THAT(result.text, HasSubstr("md.csv: cannot be made"));
}

TEST(Campaign, ProgressAndSummaryAreShown) {
    ProgramFolder folder;
    folder.write("in.extxyz", mixed_input());
    folder.write("c.json", small_campaign("in.extxyz").dump());

    ProgramResult const result = folder.mpirun(2, "run c.json --progress plain");

    EXPECT_THAT(result.text, HasSubstr("12 of 12 frames done"));
    EXPECT_THAT(result.text, HasSubstr("Time per part"));
    EXPECT_THAT(result.text, HasSubstr("Samples per outcome"));
    EXPECT_THAT(result.text, HasSubstr("peak memory rank 1"));
}

TEST(Campaign, WhatADeviceBufferHasNoRoomForGoesToTheNextSink) {
    ProgramFolder folder;
    folder.write("in.extxyz", mixed_input());
    auto config = small_campaign("in.extxyz");
    config["sinks"]["buffer"] = {{"type", "device_buffer"}, {"capacity", 3}, {"atoms", 1000}};
    config["output"] = {"buffer", "done"};
    folder.write("c.json", config.dump());

    ProgramResult const result = folder.athanor("run c.json --progress off");

    EXPECT_EQ(result.code, 0) << result.text;
    EXPECT_EQ(rows_of_store(folder / "out/done.zarr").size(), 12U - 3U);
}

TEST(Inspect, TellsWhatIsInAStoreForPeopleAndPrograms) {
    ProgramFolder folder;
    folder.write("in.extxyz", mixed_input());
    folder.write("c.json", small_campaign("in.extxyz").dump());
    ASSERT_EQ(folder.athanor("run c.json --progress off").code, 0);

    ProgramResult const text = folder.athanor("inspect out/done.zarr");
    ProgramResult const json = folder.athanor("inspect out/done.zarr --json");
    ProgramResult const missing = folder.athanor("inspect out/nothing.zarr");

    EXPECT_EQ(text.code, 0);
    EXPECT_THAT(text.text, HasSubstr("  1      graduated  budget_spent    12       12     20\n"));
    EXPECT_THAT(text.text, HasSubstr("good: every document, every chunk and every row was read"));
    auto const parsed = nlohmann::json::parse(json.text);
    EXPECT_EQ(parsed["samples"], 12);
    EXPECT_EQ(parsed["kinds"]["graduated"], 12);
    EXPECT_EQ(parsed["outcomes"]["budget_spent"], 12);
    EXPECT_EQ(parsed["provenance"]["config"]["seed"], 11);
    EXPECT_EQ(parsed["check"]["good"], true);
    EXPECT_EQ(missing.code, 3);
}

TEST(Validate, PrintsThePlanAndChecksTheInput) {
    ProgramFolder folder;
    folder.write("in.extxyz", mixed_input());
    folder.write("c.json", small_campaign("in.extxyz").dump());

    ProgramResult const good_plan = folder.athanor("validate c.json --ranks 2");
    ProgramResult const wrong_ranks = folder.athanor("validate c.json --ranks 3");

    EXPECT_EQ(good_plan.code, 0) << good_plan.text;
    EXPECT_THAT(good_plan.text, HasSubstr("12 frames"));
    EXPECT_EQ(wrong_ranks.code, 2);
}

}  // namespace
}  // namespace athanor::test
