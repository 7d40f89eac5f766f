// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Campaigns whose steps are made on a device, as a user runs them.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launch/device_info.hpp"
#include "tests/launch/program.hpp"
#include "tests/support/uneven_chains.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string small_input() {
    std::string text;
    for (char const* name : {"lj13", "ar_one", "ar_triclinic", "ar_wire", "lj3", "ar_tiny"})
        text += golden_input(name);
    return text;
}

TEST(DeviceCampaign, GivesTheRowsOfTheProcessorOverOneRankAndTwo) {
    ProgramFolder folder;
    folder.write("in.extxyz", small_input());
    folder.write("cpu.json", at(small_campaign("in.extxyz"), "cpu").dump());
    folder.write("device.json", at(small_campaign("in.extxyz"), "device").dump());
    ASSERT_EQ(folder.athanor("run cpu.json --device cpu --progress off").code, 0);
    std::string const command = "run device.json --device emulated --overwrite --progress off";

    auto const one = folder.athanor(command);
    ASSERT_EQ(one.code, 0) << one.text;
    expect_same_stores(folder, "cpu", "device");
    auto const two = folder.mpirun(2, command);
    ASSERT_EQ(two.code, 0) << two.text;
    expect_same_stores(folder, "cpu", "device");
}

TEST(DeviceCampaign, FusedStagesGiveTheRowsOfTheProcessor) {
    ProgramFolder folder;
    folder.write("in.extxyz", small_input());
    auto config = small_campaign("in.extxyz");
    config["pipeline"] = nlohmann::json::array({{{"fuse", config["pipeline"]}}});
    folder.write("cpu.json", at(config, "cpu").dump());
    folder.write("device.json", at(config, "device").dump());

    ASSERT_EQ(folder.athanor("run cpu.json --device cpu --progress off").code, 0);
    auto const result = folder.athanor("run device.json --device emulated --progress off");

    ASSERT_EQ(result.code, 0) << result.text;
    expect_same_stores(folder, "cpu", "device");
}

/// Hooks that a device fires by itself, at every step and at every third.
TEST(DeviceCampaign, HooksThatADeviceFiresGiveTheRowsOfTheProcessor) {
    ProgramFolder folder;
    folder.write("in.extxyz", small_input());
    auto config = small_campaign("in.extxyz");
    for (int const frequency : {1, 3}) {
        SCOPED_TRACE(frequency);
        auto staged = config;
        for (auto& stage : staged["pipeline"]) {
            auto hooks = nlohmann::json::parse(
                R"([{"type": "max_force_clamp", "max_force": 0.05},
                    {"type": "freeze_atoms", "indices": [0]}])");
            hooks.push_back({{"type", "nan_detector"}, {"frequency", frequency}});
            hooks.push_back({{"type", "wrap_periodic"}, {"frequency", frequency}});
            for (auto const& hook : stage["hooks"]) hooks.push_back(hook);
            stage["hooks"] = hooks;
        }
        std::string const command = " --overwrite --progress off";
        folder.write("cpu.json", at(staged, "cpu").dump());
        folder.write("device.json", at(staged, "device").dump());
        auto const host = folder.athanor("run cpu.json --device cpu" + command);
        ASSERT_EQ(host.code, 0) << host.text;

        auto const one = folder.athanor("run device.json --device emulated" + command);

        ASSERT_EQ(one.code, 0) << one.text;
        expect_same_stores(folder, "cpu", "device");
        auto const two = folder.mpirun(2, "run device.json --device emulated" + command);
        ASSERT_EQ(two.code, 0) << two.text;
        expect_same_stores(folder, "cpu", "device");
    }
}

/// Snapshots and logs alone bring no sample back: not one step is the processor's.
TEST(DeviceCampaign, SnapshotsAndLogsCostNoStepOnTheProcessor) {
    ProgramFolder folder;
    folder.write("in.extxyz", small_input());
    auto config = small_campaign("in.extxyz");
    for (auto& stage : config["pipeline"]) {
        std::string const log = "out/" + stage["name"].get<std::string>() + ".csv";
        stage["hooks"].push_back({{"type", "logging"}, {"frequency", 2}, {"path", log}});
    }
    config["pipeline"][0]["hooks"].push_back(
        {{"type", "snapshot"}, {"frequency", 10}, {"sink", "trajectory"}});
    std::string const command = " --overwrite --progress off --metrics ";
    folder.write("cpu.json", at(config, "cpu").dump());
    folder.write("device.json", at(config, "device").dump());
    auto const host = folder.athanor("run cpu.json --device cpu" + command + "cpu_metrics.json");
    ASSERT_EQ(host.code, 0) << host.text;
    auto const sorted_log = [&] {
        return folder.shell("cut -d, -f1,3- out/relax.csv out/md.csv | sort").text;
    };
    std::string const log = sorted_log();
    EXPECT_GT(std::count(log.begin(), log.end(), '\n'), 100);

    auto const device =
        folder.athanor("run device.json --device emulated" + command + "metrics.json");

    ASSERT_EQ(device.code, 0) << device.text;
    expect_same_stores(folder, "cpu", "device");
    EXPECT_EQ(sorted_log(), log);
    std::ifstream file(folder.path() / "metrics.json");
    nlohmann::json const metrics = nlohmann::json::parse(file);
    EXPECT_EQ(metrics["stages"].size(), 2U);
    for (auto const& stage : metrics["stages"]) {
        EXPECT_GT(stage["steps"], 0);
        EXPECT_EQ(stage["host_steps"], 0);
        EXPECT_EQ(stage["compactions"], 0);  // there is room for all
    }
}

/// Chains of argon of uneven sizes (tests/support/uneven_chains.hpp), over and over.
std::string uneven_input(int copies) {
    std::ostringstream text;
    std::vector<Sample> const chains = uneven_chains();
    for (int copy = 0; copy < copies; ++copy)
        for (Sample const& chain : chains) {
            auto const cell = chain.values<double>(Fields::cell);
            auto const r = chain.values<double>(Fields::positions);
            text << chain.atom_count() << "\nLattice=\"" << cell[0] << " 0 0 0 " << cell[4]
                 << " 0 0 0 " << cell[8] << "\" pbc=\"T T T\" Properties=species:S:1:pos:R:3\n";
            for (int a = 0; a < chain.atom_count(); ++a)
                text << "Ar " << r[3 * a] << ' ' << r[3 * a + 1] << ' ' << r[3 * a + 2] << '\n';
        }
    return text.str();
}

/// Those chains in a batch in which they leave holes, as they converge at steps of their own and
/// come in the order of the input.
nlohmann::json campaign_with_holes() {
    auto config = small_campaign("in.extxyz");
    config["sampler"] = {{"max_systems", room_with_holes.systems},
                         {"max_atoms", room_with_holes.atoms},
                         {"window", 1},
                         {"order", "input"}};
    config["model"]["cutoff"] = 4.5;
    config["pipeline"][0]["max_steps"] = 60;
    config["pipeline"] = nlohmann::json::array({{{"fuse", config["pipeline"]}}});
    return config;
}

std::int64_t sum_of_stages(ProgramFolder const& folder, std::string const& file,
                           std::string const& metric) {
    std::ifstream stream(folder.path() / file);
    nlohmann::json const metrics = nlohmann::json::parse(stream);
    std::int64_t sum = 0;
    for (auto const& stage : metrics["stages"]) sum += stage[metric].get<std::int64_t>();
    return sum;
}

TEST(DeviceCampaign, SamplesThatAreMovedTogetherGiveTheRowsOfTheProcessor) {
    ProgramFolder folder;
    folder.write("in.extxyz", uneven_input(2));
    folder.write("cpu.json", at(campaign_with_holes(), "cpu").dump());
    folder.write("device.json", at(campaign_with_holes(), "device").dump());
    std::string const command = " --overwrite --progress off --metrics ";
    auto const host = folder.athanor("run cpu.json --device cpu" + command + "cpu_metrics.json");
    ASSERT_EQ(host.code, 0) << host.text;
    EXPECT_EQ(sum_of_stages(folder, "cpu_metrics.json", "compactions"), 0);

    auto const device =
        folder.athanor("run device.json --device emulated" + command + "metrics.json");

    ASSERT_EQ(device.code, 0) << device.text;
    EXPECT_GT(sum_of_stages(folder, "metrics.json", "compactions"), 2);
    EXPECT_EQ(sum_of_stages(folder, "metrics.json", "host_steps"), 0);
    EXPECT_EQ(rows_of_store(folder.path() / "device/done.zarr").size(), 28U);
    EXPECT_GT(rows_of_store(folder.path() / "device/trajectory.zarr").size(), 28U * 4);
    expect_same_stores(folder, "cpu", "device");
}

nlohmann::json dynamics_with_snapshots(int steps, int frequency) {
    auto config = small_campaign("in.extxyz");
    config["pipeline"] = {
        {{"name", "md"},
         {"dynamics", {{"type", "nve"}, {"timestep_fs", 2.0}}},
         {"steps", steps},
         {"hooks", {{{"type", "snapshot"}, {"frequency", frequency}, {"sink", "trajectory"}}}}}};
    return config;
}

TEST(DeviceCampaign, KilledAmongSnapshotsItGoesOnWithTheSameRows) {
    ProgramFolder folder;
    std::string input;
    for (int copy = 0; copy < 4; ++copy) input += small_input();
    folder.write("in.extxyz", input);
    auto config = dynamics_with_snapshots(2000, 10);
    folder.write("cpu.json", at(config, "cpu").dump());
    config["checkpoint"] = {{"path", "device/checkpoint"}, {"interval_seconds", 0.2}};
    folder.write("device.json", at(config, "device").dump());
    auto const whole = folder.athanor("run cpu.json --device cpu --progress off");
    ASSERT_EQ(whole.code, 0) << whole.text;

    auto const killed = folder.shell(
        "athanor run device.json --device emulated --progress off & run=$!; "
        "for k in $(seq 200); do [ -e device/checkpoint ] && break; sleep 0.05; done; sleep 0.7; "
        "kill -KILL $(pgrep -P $run || echo $run); wait $run");
    ASSERT_NE(killed.code, 0) << "it ended before it could be killed";
    ASSERT_TRUE(std::filesystem::exists(folder.path() / "device/checkpoint"));
    auto const rest = folder.athanor("resume device.json --device cpu --progress off");

    ASSERT_EQ(rest.code, 0) << rest.text;
    expect_same_stores(folder, "cpu", "device");
}

/// Two atoms so near that their first step takes them out of all cells.
std::string exploding_pair() {
    return "2\nLattice=\"20 0 0 0 20 0 0 0 20\" pbc=\"T T T\" Properties=species:S:1:pos:R:3\n"
           "Ar 0 0 0\nAr 0.0004 0 0\n";
}

TEST(DeviceCampaign, StoppedOnADeviceItGoesOnWithOnTheProcessorWithTheSameRows) {
    ProgramFolder folder;
    std::string input = exploding_pair();
    for (int copy = 0; copy < 4; ++copy) input += small_input() + exploding_pair();
    folder.write("in.extxyz", input);
    auto config = dynamics_with_snapshots(600, 100);
    folder.write("cpu.json", at(config, "cpu").dump());
    config["checkpoint"] = {{"path", "device/checkpoint"}, {"interval_seconds", 0.1}};
    folder.write("device.json", at(config, "device").dump());
    auto const whole = folder.athanor("run cpu.json --device cpu --progress off");
    ASSERT_EQ(whole.code, 5) << whole.text;

    auto const stopped = folder.shell(
        "athanor run device.json --device emulated --progress off & run=$!; sleep 1.2; "
        "kill -USR1 $(pgrep -P $run || echo $run); wait $run");
    ASSERT_EQ(stopped.code, 75) << stopped.text;
    auto const rest = folder.athanor("resume device.json --device cpu --progress off");

    ASSERT_EQ(rest.code, 5) << rest.text;
    expect_same_stores(folder, "cpu", "device");
}

TEST(DeviceCampaign, AMissingDeviceIsSaidBeforeTheFirstStep) {
    if (cuda_device_count() > 0) GTEST_SKIP() << "this machine has one";
    ProgramFolder folder;
    folder.write("in.extxyz", golden_input("lj3"));
    folder.write("campaign.json", at(small_campaign("in.extxyz"), "out").dump());

    auto const result = folder.athanor("run campaign.json --device cuda --progress off");

    EXPECT_EQ(result.code, 4);
    EXPECT_THAT(result.text, AllOf(HasSubstr("CUDA"), HasSubstr("--device cpu")));
}

/// The stand-in for CUDA's runtime shows a device that cannot run a kernel.
TEST(DeviceCampaign, AutoTakesTheProcessorAndSaysWhyWhereADeviceCannotBeUsed) {
    std::string const stand_in = ATHANOR_CUDA_DOUBLE;
    if (stand_in.empty()) GTEST_SKIP() << "this build has no CUDA";
    ProgramFolder folder;
    folder.write("in.extxyz", golden_input("lj3"));
    folder.write("campaign.json", at(small_campaign("in.extxyz"), "out").dump());
    std::string const run = "export LD_LIBRARY_PATH='" + stand_in +
                            "'; athanor run campaign.json --overwrite --progress off --device ";

    auto const wanted = folder.shell(run + "cuda");
    EXPECT_EQ(wanted.code, 4);
    EXPECT_THAT(wanted.text, HasSubstr("CUDA could not launch kernel"));
    auto const chosen = folder.shell(run + "auto");
    EXPECT_EQ(chosen.code, 0) << chosen.text;
    EXPECT_THAT(chosen.text,
                HasSubstr("stage md runs on the processor: CUDA could not launch kernel"));
}

TEST(DeviceCampaign, ADeviceWithoutMemoryForTheBatchIsSaidWithWhatToDo) {
    std::string const stand_in = ATHANOR_CUDA_DOUBLE;
    if (stand_in.empty()) GTEST_SKIP() << "this build has no CUDA";
    ProgramFolder folder;
    folder.write("in.extxyz", golden_input("lj3"));
    folder.write("campaign.json", at(small_campaign("in.extxyz"), "out").dump());
    std::string const run = "export ATHANOR_CUDA_DOUBLE_MEMORY=65536 LD_LIBRARY_PATH='" + stand_in +
                            "'; athanor run campaign.json --overwrite --progress off --device ";
    auto const words = AllOf(HasSubstr("no memory for a batch of 6 systems and 400 atoms on CUDA "
                                       "device 0"),
                             HasSubstr("0.1 MiB of which are free: CUDA could not allocate "),
                             HasSubstr("lower /sampler/max_atoms or /sampler/max_systems"));

    auto const wanted = folder.shell(run + "cuda");
    EXPECT_EQ(wanted.code, 4);
    EXPECT_THAT(wanted.text, AllOf(HasSubstr("stage relax: "), words));
    auto const chosen = folder.shell(run + "auto");
    EXPECT_EQ(chosen.code, 0) << chosen.text;
    EXPECT_THAT(chosen.text, AllOf(HasSubstr("stage relax runs on the processor: "), words));
}

TEST(DeviceCampaign, AutoTakesTheProcessorWhereThereIsNoDevice) {
    if (cuda_device_count() > 0) GTEST_SKIP() << "this machine has one";
    ProgramFolder folder;
    folder.write("in.extxyz", golden_input("lj3"));
    folder.write("campaign.json", at(small_campaign("in.extxyz"), "out").dump());

    EXPECT_EQ(folder.athanor("run campaign.json --progress off").code, 0);
}

}  // namespace
}  // namespace athanor::test
