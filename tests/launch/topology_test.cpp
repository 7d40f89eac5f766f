// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Campaigns over replicas and several pipelines, as a user runs them.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

TEST(Topology, ReplicasGiveTheSameBits) {
    ProgramFolder folder;
    folder.write("in.extxyz", mixed_input());
    folder.write("plain.json", at(small_campaign("in.extxyz"), "plain").dump());
    ASSERT_EQ(folder.athanor("run plain.json --progress off").code, 0);
    struct Case {
        int first, second, ranks;
    };
    for (auto const& [first, second, ranks] : {Case{1, 3, 4}, {3, 1, 4}, {2, 3, 5}, {2, 2, 1}}) {
        SCOPED_TRACE(::testing::Message() << first << " | " << second << " on " << ranks);
        auto config = at(small_campaign("in.extxyz"), "replicas");
        config["pipeline"][0]["replicas"] = first;
        config["pipeline"][1]["replicas"] = second;
        folder.write("replicas.json", config.dump());

        std::string const command = "run replicas.json --overwrite --progress off";
        auto const result = ranks == 1 ? folder.athanor(command) : folder.mpirun(ranks, command);

        ASSERT_EQ(result.code, 0) << result.text;
        expect_same_stores(folder, "plain", "replicas");
    }
}

TEST(Topology, EachPipelineOfAJobRunsAllOfTheInput) {
    ProgramFolder folder;
    folder.write("in.extxyz", mixed_input());
    auto const alone = small_campaign("in.extxyz");
    folder.write("alone.json", at(alone, "alone").dump());
    auto both = alone;
    both.erase("pipeline");
    both["sinks"]["second"] = {{"type", "zarr"}, {"url", ""}};
    both["pipelines"] = {
        {{"pipeline", alone["pipeline"]}},
        {{"pipeline", {{{"name", "quench"}, {"dynamics", {{"type", "lbfgs"}}}, {"max_steps", 4}}}},
         {"output", {"second"}}}};
    folder.write("both.json", at(both, "both").dump());

    ASSERT_EQ(folder.athanor("run alone.json --progress off").code, 0);
    auto const result = folder.mpirun(3, "run both.json --progress plain");

    ASSERT_EQ(result.code, 0) << result.text;
    EXPECT_THAT(result.text, HasSubstr("24 of 24 frames done"));
    expect_same_stores(folder, "alone", "both");
    auto const second = rows_of_store(folder.path() / "both/second.zarr");
    EXPECT_EQ(second.size(), mixed_names.size());
    for (auto const& [key, sample] : second) EXPECT_EQ(key.stage, 2);
}

TEST(Topology, AFrameThatIsNoSampleIsInQuarantineOnceHoweverManyPipelinesReadIt) {
    ProgramFolder folder;
    folder.write("in.extxyz", mixed_input() + "1\nProperties=species:S:1:pos:R:3\nAr 0 zero 0\n");
    auto config = small_campaign("in.extxyz");
    config.erase("pipeline");
    nlohmann::json const quench = {{"dynamics", {{"type", "lbfgs"}}}, {"max_steps", 2}};
    config["sinks"]["second"] = {{"type", "zarr"}, {"url", "second.zarr"}};
    config["pipelines"] = {{{"pipeline", {quench}}},
                           {{"pipeline", {quench}}, {"output", {"second"}}}};
    folder.write("c.json", config.dump());

    for (int ranks : {1, 2}) {
        std::string const command = "run c.json --overwrite --progress plain";
        auto const result = ranks == 1 ? folder.athanor(command) : folder.mpirun(ranks, command);

        EXPECT_EQ(result.code, 5) << result.text;
        EXPECT_THAT(result.text, HasSubstr("1 of the samples are in quarantine"));
        std::string const rejects = folder.read("out/quarantine.extxyz.rejects.txt");
        EXPECT_EQ(rejects.find("# sample "), rejects.rfind("# sample ")) << rejects;
    }
}

TEST(Topology, SamplesThatFindNoRoomWaitInTheOverflowAndComeOutTheSame) {
    ProgramFolder folder;
    folder.write("in.extxyz", mixed_input());
    folder.write("plain.json", at(small_campaign("in.extxyz"), "plain").dump());
    ASSERT_EQ(folder.athanor("run plain.json --progress off").code, 0);
    auto config = at(small_campaign("in.extxyz"), "overflow");
    config["sampler"] = {{"max_systems", 1}, {"max_atoms", 120}};
    config["pipeline"][0]["max_steps"] = 1;
    auto plain = config;
    config["sinks"]["few"] = {{"type", "device_buffer"}, {"capacity", 2}, {"atoms", 250}};
    config["sinks"]["more"] = {{"type", "host_memory"}, {"capacity", 3}};
    config["pipeline"][1]["overflow"] = {"few", "more"};
    folder.write("overflow.json", config.dump());
    folder.write("plain.json", at(plain, "plain").dump());
    ASSERT_EQ(folder.athanor("run plain.json --overwrite --progress off").code, 0);

    for (std::string const device : {"cpu", "emulated"}) {
        SCOPED_TRACE(device);
        auto const result =
            folder.mpirun(2, "run overflow.json --overwrite --progress plain --device " + device);

        ASSERT_EQ(result.code, 0) << result.text;
        EXPECT_THAT(result.text, HasSubstr("waited in the overflow of md"));
        expect_same_stores(folder, "plain", "overflow");
    }
}

TEST(Topology, ReplicasLogEachIntoItsOwnFile) {
    ProgramFolder folder;
    folder.write("in.extxyz", mixed_input());
    auto config = small_campaign("in.extxyz");
    config["pipeline"][1]["replicas"] = 2;
    config["pipeline"][1]["hooks"].push_back(
        {{"type", "logging"}, {"path", "log/{stage}-{replica}.csv"}});
    folder.write("c.json", config.dump());

    auto const result = folder.mpirun(3, "run c.json --progress off");

    ASSERT_EQ(result.code, 0) << result.text;
    std::ptrdiff_t lines = 0;
    for (char const* name : {"log/md-0.csv", "log/md-1.csv"}) {
        std::string const text = folder.read(name);
        lines += std::ranges::count(text, '\n') - 1;
    }
    EXPECT_EQ(lines, static_cast<std::ptrdiff_t>(mixed_names.size()) * 20);
}

TEST(Topology, AnEmptySelectionEndsAtOnceWithReplicasToo) {
    ProgramFolder folder;
    folder.write("in.extxyz", mixed_input());
    auto config = small_campaign("in.extxyz");
    config["pipeline"][0]["replicas"] = 2;
    config["pipeline"][1]["replicas"] = 2;
    config["input"]["select"] = "5:5";
    folder.write("c.json", config.dump());

    EXPECT_EQ(folder.mpirun(4, "run c.json --progress off").code, 0);
    EXPECT_TRUE(rows_of_store(folder.path() / "out/done.zarr").empty());
}

TEST(Topology, ValidateSaysWhoIsWhere) {
    ProgramFolder folder;
    folder.write("in.extxyz", mixed_input());
    auto config = small_campaign("in.extxyz");
    config["pipeline"][0]["replicas"] = 2;
    config["pipeline"][1]["replicas"] = 2;
    folder.write("c.json", config.dump());

    auto const plan = folder.athanor("validate c.json --ranks 4 --ranks-per-node 2");

    EXPECT_EQ(plan.code, 0) << plan.text;
    EXPECT_THAT(plan.text, HasSubstr("node"));
    EXPECT_THAT(plan.text, ::testing::ContainsRegex("relax +fire +0 2 +0 1"));
    EXPECT_THAT(plan.text, ::testing::ContainsRegex("md +nvt_langevin +1 3 +0 1"));
}

}  // namespace
}  // namespace athanor::test
