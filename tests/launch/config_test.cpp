// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/config.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/launch/config_fixture.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

TEST(Config, ReadsTheExampleOfTheDesign) {
    Config const config = parse(relax_then_md());

    EXPECT_EQ(config.seed, 7U);
    EXPECT_EQ(config.device, DeviceChoice::automatic);
    EXPECT_EQ(config.input.path, "/base/structures.extxyz");
    EXPECT_EQ(config.model.cutoff, 8.5);
    EXPECT_EQ(config.model.species.at("Ar"), (LennardJonesParameters{0.0104, 3.40}));
    ASSERT_EQ(config.pipeline.elements.size(), 2U);
    StageSpec const& relax = config.pipeline.elements[0].stages[0];
    EXPECT_EQ(relax.name, "relax");
    EXPECT_EQ(std::get<FireOptions>(relax.dynamics), FireOptions{});
    EXPECT_EQ(relax.converge, std::vector{fmax_criterion(0.01)});
    EXPECT_EQ(relax.step_budget, 500);
    StageSpec const& md = config.pipeline.elements[1].stages[0];
    EXPECT_EQ(std::get<NvtLangevinOptions>(md.dynamics), (NvtLangevinOptions{2.0, 40.0, 0.01}));
    EXPECT_EQ(md.step_budget, 2000);
    EXPECT_EQ(md.hooks, (std::vector<HookSpec>{SnapshotSpec{"trajectory", 50, false}}));
    EXPECT_EQ(std::get<ZarrSinkSpec>(config.sinks.at("done")).url, "/base/out/done.zarr");
    EXPECT_EQ(config.outputs, std::vector<std::vector<std::string>>{{"done"}});
    EXPECT_EQ(config.quarantine, "/base/out/quarantine.extxyz");
}

TEST(Config, WhatIsLeftOutHasTheDefaultOfThePlainData) {
    Config expected;
    expected.input.path = "/base/in.extxyz";
    expected.model = {.cutoff = 8.5, .species = {{"Ar", {0.0104, 3.40}}}, .pairs = {}};
    StageSpec stage;
    stage.name = "stage_0";
    stage.dynamics = SinglePointOptions{};
    expected.pipeline.elements = {ElementSpec{{stage}}};
    expected.sinks = {{"done", HostMemorySpec{}}};
    expected.outputs = {{"done"}};
    expected.quarantine = "/base/quarantine.extxyz";

    EXPECT_EQ(parse(smallest()), expected);
}

TEST(Config, DynamicsSinksAndHooksHaveTheDefaultsOfTheirOptions) {
    Json document = smallest();
    document["sinks"]["store"] = {{"type", "zarr"}, {"url", "s"}};
    document["pipeline"] = Json::parse(R"([
        {"dynamics": {"type": "fire"}, "max_steps": 1},
        {"dynamics": {"type": "nve"}, "steps": 1,
         "hooks": [{"type": "snapshot", "sink": "store"}, {"type": "neighbor_list"}]},
        {"dynamics": {"type": "nvt_langevin"}, "steps": 1}])");

    Config const config = parse(document);

    auto const stage = [&](int e) {
        return config.pipeline.elements[static_cast<std::size_t>(e)].stages[0];
    };
    EXPECT_EQ(stage(0).dynamics, DynamicsSpec{FireOptions{}});
    EXPECT_EQ(stage(1).dynamics, DynamicsSpec{NveOptions{}});
    EXPECT_EQ(stage(2).dynamics, DynamicsSpec{NvtLangevinOptions{}});
    EXPECT_EQ(stage(1).hooks, (std::vector<HookSpec>{SnapshotSpec{.sink = "store"}}));
    EXPECT_EQ(stage(1).skin, StageSpec{}.skin);
    EXPECT_EQ(config.sinks.at("store"), SinkSpec{ZarrSinkSpec{.url = "/base/s"}});
}

TEST(Config, AllErrorsAreReportedTogether) {
    Json document = relax_then_md();
    document["sampler"]["max_atoms"] = 0;
    document["model"]["cutoff"] = "far";
    document["pipeline"][1]["dynamics"]["timestep_fs"] = -0.5;
    document["pipeline"][1]["hooks"][0]["sink"] = "trajectry";
    document["output"] = {"done", "done"};

    EXPECT_EQ(error_of(document),
              "campaign.json#/model/cutoff: \"far\" is no cutoff; give ångström above 0\n"
              "campaign.json#/pipeline/1/dynamics/timestep_fs: -0.5 is no time step; give "
              "femtoseconds above 0\n"
              "campaign.json#/sampler/max_atoms: 0 is no number of atoms; give an integer, 1 or "
              "above\n"
              "campaign.json#/pipeline/1/hooks/0/sink: \"trajectry\" is no sink of this "
              "configuration; give done or trajectory (nearest: trajectory)\n"
              "campaign.json#/output/1: \"done\" stands twice; keep one");
}

TEST(Config, PathsStartAtTheFile) {
    auto const folder = std::filesystem::temp_directory_path() / "athanor_config_test";
    std::filesystem::create_directories(folder / "sub");
    std::ofstream(folder / "sub" / "c.json") << relax_then_md();

    Config const config = load_config(folder / "sub" / "c.json");

    EXPECT_EQ(config.input.path, folder / "sub" / "structures.extxyz");
    EXPECT_EQ(std::get<ZarrSinkSpec>(config.sinks.at("done")).url,
              folder / "sub" / "out" / "done.zarr");
    std::filesystem::remove_all(folder);
}

TEST(Config, AFileThatIsNotThereIsNamed) {
    try {
        static_cast<void>(load_config("/nowhere/campaign.json"));
        FAIL();
    } catch (ConfigError const& error) {
        EXPECT_STREQ(error.what(),
                     "/nowhere/campaign.json: cannot be read (No such file or directory); give a "
                     "configuration file");
        EXPECT_EQ(error.exit_code(), 2);
    }
}

TEST(ConfigOverride, ReplacesAValue) {
    Config const config =
        parse(relax_then_md(), {parse_override("/seed=9"), parse_override("/pipeline/1/steps=10"),
                                parse_override("/sinks/done/url=other.zarr")});

    EXPECT_EQ(config.seed, 9U);
    EXPECT_EQ(config.pipeline.elements[1].stages[0].step_budget, 10);
    EXPECT_EQ(std::get<ZarrSinkSpec>(config.sinks.at("done")).url, "/base/other.zarr");
}

TEST(ConfigOverride, CreatesWhatIsMissingOnTheWay) {
    Json document = without(relax_then_md(), "/buffers");
    document["pipeline"][1].erase("hooks");

    Config const config = parse(
        document, {parse_override("/buffers/slots=5"), parse_override(R"(/pipeline/1/hooks=[])"),
                   parse_override(R"(/pipeline/1/hooks/-={"type": "neighbor_list", "skin": 1})")});

    EXPECT_EQ(config.buffers.slots, 5);
    EXPECT_EQ(config.pipeline.elements[1].stages[0].skin, 1.0);
}

TEST(ConfigOverride, IsNamedInTheMessage) {
    EXPECT_EQ(error_of(relax_then_md(), {parse_override("/seed=-1")}),
              "--set /seed: -1 is no seed; give an integer, 0 or above");
    EXPECT_EQ(error_of(relax_then_md(), {parse_override("/seed=seven")}),
              "--set /seed: \"seven\" is no seed; give an integer, 0 or above");
    EXPECT_EQ(error_of(relax_then_md(), {{"/device", "\"gpu\"", "--device"}}),
              "--device: \"gpu\" is no device; give auto, cpu, cuda or emulated (nearest: cpu)");
}

TEST(ConfigOverride, UnknownPointerNamesTheNearestKey) {
    EXPECT_THAT(error_of(relax_then_md(), {parse_override("/bufers/slots=4")}),
                HasSubstr("--set /bufers: unknown key \"bufers\"; known here: athanor, seed"));
    EXPECT_THAT(error_of(relax_then_md(), {parse_override("/bufers/slots=4")}),
                HasSubstr("(nearest: buffers)"));
    EXPECT_EQ(
        error_of(relax_then_md(), {parse_override("/buffers/slot=4")}),
        "--set /buffers/slot: unknown key \"slot\"; known here: systems, atoms, edges, slots, "
        "mode, transport (nearest: slots)");
}

TEST(ConfigOverride, BelowAValueOrOutsideAListThereIsNothing) {
    EXPECT_EQ(
        error_of(relax_then_md(), {parse_override("/seed/x=4")}),
        "--set /seed/x: /seed is 7, nothing stands below it; give a pointer into an object or "
        "a list");
    EXPECT_EQ(error_of(relax_then_md(), {parse_override("/pipeline/5/steps=4")}),
              "--set /pipeline/5/steps: /pipeline is a list of 2; give an index from 0 to 2");
}

TEST(ConfigOverride, NeedsAPointerAndAValue) {
    EXPECT_THROW(static_cast<void>(parse_override("/seed")), ConfigError);
    EXPECT_THROW(static_cast<void>(parse_override("seed=3")), ConfigError);
    EXPECT_EQ(parse_override("/a=b=c").value, "b=c");
}

TEST(Config, ASelectionThatIsNoneIsNamedByItsPointer) {
    EXPECT_THAT(error_of(with(smallest(), "/input/select", "::0")),
                ::testing::HasSubstr("campaign.json#/input/select: "));
}

}  // namespace
}  // namespace athanor::test
