// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/cli.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/launch/config_fixture.hpp"
#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Runs the built program in a folder of its own that holds good.json and bad.json.
class Cli : public ::testing::Test {
protected:
    Cli() {
        folder_.write("structures.extxyz", "1\nPbc=\"F F F\"\nAr 0 0 0\n");
        folder_.write("good.json", relax_then_md().dump());
        folder_.write(
            "bad.json",
            with(with(relax_then_md(), "/sampler/max_atoms", 0), "/model/cutoff", -1).dump());
    }
    ProgramResult athanor(std::string const& arguments) const { return folder_.athanor(arguments); }

    ProgramFolder folder_;
};

TEST_F(Cli, VersionSaysWhetherCudaIsThere) {
    ProgramResult const ended = athanor("--version");

    EXPECT_EQ(ended.code, 0);
    EXPECT_THAT(ended.text, StartsWith("athanor 0."));
    EXPECT_THAT(ended.text, HasSubstr("CUDA: "));
}

TEST_F(Cli, HelpNamesTheCommands) {
    ProgramResult const ended = athanor("--help");

    EXPECT_EQ(ended.code, 0);
    for (char const* command : {"run", "validate", "inspect", "convert", "Exit codes"})
        EXPECT_THAT(ended.text, HasSubstr(command));
    EXPECT_EQ(athanor("run --help").code, 0);
}

TEST_F(Cli, AScriptDoesNotReplaceItsConfiguration) {
    std::string const before = folder_.read("good.json");

    ProgramResult const ended = athanor("slurm good.json --output ./good.json");

    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.text, HasSubstr("./good.json is the configuration"));
    EXPECT_EQ(folder_.read("good.json"), before);
}

TEST_F(Cli, ValidatePrintsThePlan) {
    ProgramResult const ended = athanor("validate good.json --ranks 2");

    EXPECT_EQ(ended.code, 0);
    EXPECT_THAT(ended.text, StartsWith("good.json: valid\n"));
    EXPECT_THAT(ended.text, HasSubstr("relax          fire     0\n"));
    EXPECT_THAT(ended.text, HasSubstr("md     nvt_langevin     1  done, trajectory\n"));
}

TEST_F(Cli, ValidateKnowsHowManyRanksFit) {
    ProgramResult const ended = athanor("validate good.json --ranks 3");

    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(
        ended.text,
        "athanor: the job has 3 ranks and the pipeline 2 elements, one per rank; start 2 ranks, "
        "or 1\n");
    EXPECT_EQ(athanor("validate good.json --ranks 1").code, 0);
    EXPECT_EQ(athanor("validate good.json --ranks two").text,
              "athanor: --ranks: \"two\" is no number of ranks; give an integer, 1 or above\n");
}

TEST(Validate, RefusesADynamicsThatTheRunCouldNotMakeInTheSameWords) {
    ProgramFolder folder;
    folder.write("in.extxyz", mixed_input());
    auto config = small_campaign("in.extxyz");
    config["pipeline"][1]["dynamics"]["friction_per_fs"] = 1e300;
    folder.write("c.json", config.dump());

    for (char const* command : {"validate c.json", "run c.json"}) {
        ProgramResult const ended = folder.athanor(command);
        EXPECT_EQ(ended.code, 2) << ended.text;
        EXPECT_THAT(ended.text, HasSubstr("stage md: friction_per_fs: 1e+300 is out of range; give "
                                          "a friction of at most 700 per time step"));
    }
}

/// What stands in the configuration is known to be wrong only with the fields of the input.
TEST(Validate, RefusesWhatTheFieldsOfTheInputDoNotAllowAndTheRunTouchesNothing) {
    ProgramFolder folder;
    folder.write("in.extxyz", mixed_input());
    auto const good = small_campaign("in.extxyz");
    folder.write("c.json", good.dump());
    ASSERT_EQ(folder.athanor("run c.json --progress none").text, "");
    auto const hook = [&good](nlohmann::json const& added) {
        auto config = good;
        config["pipeline"][1]["hooks"].push_back(added);
        return config;
    };
    auto criterion = good;
    criterion["pipeline"][0]["converge"] = {{{"field", "charges"}, {"threshold", 1.0}}};
    auto fused = good;
    fused["pipeline"] = {{{"fuse", good["pipeline"]},
                          {"hooks", {{{"type", "nan_detector"}, {"fields", {"charges"}}}}}}};
    auto both = hook({{"type", "nan_detector"}, {"fields", {"charges"}}});
    both["pipeline"][0]["converge"] = criterion["pipeline"][0]["converge"];
    std::string const no_charges =
        "stage \"md\": nan_detector: there is no field \"charges\"; give fields of the samples";
    std::string const no_such_criterion =
        "stage \"relax\": convergence on \"charges\": there is no such field; give a field of the "
        "batch, for example \"forces\"";
    using Lines = std::vector<std::pair<std::string, std::string>>;  // pointer and words
    std::vector<std::pair<nlohmann::json, Lines>> const wrong{
        {hook({{"type", "nan_detector"}, {"fields", {"charges"}}}), {{"/pipeline/1", no_charges}}},
        {hook({{"type", "nan_detector"}, {"fields", {"stress"}}}),
         {{"/pipeline/1",
           "stage \"md\": nan_detector: \"stress\" is NaN by definition for samples that are not "
           "periodic; leave it out"}}},
        {hook({{"type", "freeze_atoms"}, {"category", 1}}),
         {{"/pipeline/1",
           "stage \"md\": freeze_atoms: the samples have no atom_categories; give the input a "
           "column of that name (atom_categories:I:1), or freeze by \"indices\""}}},
        {criterion, {{"/pipeline/0", no_such_criterion}}},
        {both, {{"/pipeline/0", no_such_criterion}, {"/pipeline/1", no_charges}}},
        {fused,
         {{"/pipeline/0",
           "hooks of the fused element: nan_detector: there is no field \"charges\"; give fields "
           "of the samples"}}}};

    for (auto const& [config, lines] : wrong) {
        folder.write("wrong.json", config.dump());
        std::string expected;
        for (auto const& [pointer, words] : lines)
            expected += "athanor: wrong.json#" + pointer + ": " + words + "\n";
        for (char const* command : {"validate wrong.json", "run wrong.json --overwrite"}) {
            ProgramResult const ended = folder.athanor(command);
            EXPECT_EQ(ended.code, 2) << ended.text;
            EXPECT_EQ(ended.text, expected);
        }
    }
    EXPECT_EQ(folder.athanor("inspect out/done.zarr").code, 0) << "refused runs left it there";
}

TEST_F(Cli, AWrongConfigurationEndsWithTwoAndOneLinePerError) {
    std::string const expected =
        "athanor: bad.json#/model/cutoff: -1 is no cutoff; give ångström above 0\n"
        "athanor: bad.json#/sampler/max_atoms: 0 is no number of atoms; give an integer, 1 or "
        "above\n";
    for (char const* command : {"validate bad.json", "run bad.json"}) {
        ProgramResult const ended = athanor(command);

        EXPECT_EQ(ended.code, 2);
        EXPECT_EQ(ended.text, expected);
    }
}

TEST_F(Cli, SettingsTakeTheFilesPlace) {
    EXPECT_EQ(athanor("validate bad.json --set /sampler/max_atoms=9 --set /model/cutoff=5").code,
              0);
    ProgramResult const ended = athanor("validate good.json --set /seed=x");

    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.text, "athanor: --set /seed: \"x\" is no seed; give an integer, 0 or above\n");
    EXPECT_EQ(athanor("validate good.json --device gpu").text,
              "athanor: --device: \"gpu\" is no device; give auto, cpu, cuda or emulated (nearest: "
              "cpu)\n");
}

TEST_F(Cli, AMissingConfigurationEndsWithTwo) {
    ProgramResult const ended = athanor("run nope.json");

    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.text,
              "athanor: nope.json: cannot be read (No such file or directory); give a "
              "configuration file\n");
}

TEST_F(Cli, WrongWordsNameTheNearest) {
    EXPECT_EQ(athanor("vaildate good.json").code, 2);
    EXPECT_THAT(athanor("vaildate good.json").text,
                StartsWith("athanor: vaildate: unknown command; give run, resume, validate, "));
    EXPECT_THAT(athanor("vaildate good.json").text, EndsWith(" (nearest: validate)\n"));
    EXPECT_EQ(athanor("run good.json --overwrit").code, 2);
    EXPECT_THAT(
        athanor("run good.json --overwrit").text,
        HasSubstr(
            "--overwrit: unknown option; give --help, --set, --device, --progress, --metrics, "
            "--retry-quarantine, --dry-run, --shard, --overwrite or --resume (nearest: "
            "--overwrite)"));
    EXPECT_THAT(athanor("run good.json --progress plane").text,
                HasSubstr("give auto, live, plain, json or none (nearest: plain)"));
}

TEST_F(Cli, ADryRunPrintsThePlanAndWritesNothing) {
    ProgramResult const alone = athanor("run good.json --dry-run");
    ProgramResult const two =
        folder_.shell("mpirun -n 2 '" ATHANOR_EXECUTABLE "' run good.json --dry-run && ls");
    ProgramResult const three = folder_.mpirun(3, "run good.json --dry-run");

    EXPECT_EQ(alone.code, 0);
    EXPECT_THAT(alone.text, StartsWith("good.json: valid\n"));
    EXPECT_EQ(two.code, 0);
    EXPECT_THAT(two.text, HasSubstr("md     nvt_langevin     1  done, trajectory\n"));
    EXPECT_THAT(two.text, ContainsRegex("rank +host\n  0 +[^ ]+\n  1 +[^ ]+\n"));
    EXPECT_THAT(two.text, EndsWith("bad.json\ngood.json\nstructures.extxyz\n"));
    EXPECT_EQ(three.code, 2);
    EXPECT_THAT(three.text, HasSubstr("start 2 ranks, or 1"));
}

TEST_F(Cli, UsageErrorsEndWithTwo) {
    for (char const* arguments : {"", "run", "inspect", "run good.json extra", "validate --set",
                                  "run good.json --set seed=1", "--nonsense"})
        EXPECT_EQ(athanor(arguments).code, 2) << arguments;
}

}  // namespace
}  // namespace athanor::test
