// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/slurm_script.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

SlurmOptions options_of(int nodes, int ranks) {
    SlurmOptions options;
    options.name = "argon";
    options.nodes = nodes;
    options.ranks = ranks;
    return options;
}

std::string script_of(SlurmOptions const& options) {
    return slurm_script(options, "/opt/athanor", {"/data/c.json"}, {"a fact"});
}

TEST(SlurmScript, AsksForTasksAWarningAndARequeueAndEndsWithTheCommonSteps) {
    SlurmOptions options = options_of(2, 6);
    options.cpus_per_rank = 4;
    options.time = "04:00:00";
    options.memory_per_node = "3000M";

    std::string const script = script_of(options);

    EXPECT_THAT(script, StartsWith("#!/bin/bash\n# a fact\n#SBATCH --job-name=argon\n"));
    for (char const* line :
         {"#SBATCH --nodes=2\n", "#SBATCH --ntasks=6\n", "#SBATCH --ntasks-per-node=3\n",
          "#SBATCH --cpus-per-task=4\n", "#SBATCH --mem=3000M\n", "#SBATCH --time=04:00:00\n",
          "#SBATCH --signal=B:USR1@180\n", "#SBATCH --requeue\n", "#SBATCH --open-mode=append\n",
          "\nprogram='/opt/athanor'\narguments=('/data/c.json')\n", "\nranks=6\n",
          "\nmax_requeues=20\n", "\nlauncher=srun-pmix\n"})
        EXPECT_THAT(script, HasSubstr(line));
    EXPECT_THAT(script, EndsWith(detail::slurm_steps()));
    EXPECT_THAT(std::string(detail::slurm_steps()),
                AllOf(HasSubstr("scontrol requeue"), Not(HasSubstr("#SBATCH"))));
}

TEST(SlurmScript, SaysNothingOfWhatNobodyAskedFor) {
    std::string const script = script_of(options_of(2, 3));

    for (char const* option : {"--mem", "--time", "--partition", "--account", "--gpus-per-node",
                               "--array", "--ntasks-per-node"})
        EXPECT_THAT(script, Not(HasSubstr(std::string("#SBATCH ") + option)));
}

TEST(SlurmScript, DevicesArraysAndFurtherLinesStandInIt) {
    SlurmOptions options = options_of(1, 2);
    options.gpus_per_node = 2;
    options.shards = 4;
    options.partition = "gpu";
    options.account = "physics";
    options.directives = {"--qos=low"};
    options.shell_lines = {"module load openmpi"};

    std::string const script = script_of(options);

    for (char const* line : {"#SBATCH --gpus-per-node=2\n", "#SBATCH --array=0-3\n",
                             "#SBATCH --partition=gpu\n", "#SBATCH --account=physics\n",
                             "#SBATCH --qos=low\n", "\nmodule load openmpi\n", "\nshards=4\n"})
        EXPECT_THAT(script, HasSubstr(line));
}

TEST(SlurmScript, WhatItSaysByItselfIsNotSaidAgain) {
    SlurmOptions options = options_of(1, 2);
    for (char const* line : {"--array=0-3", "-a 0-3", "-a0-3", "--mem=1G", "--no-requeue", "-N2",
                             "--signal=B:TERM@5", "--time 5"}) {
        options.directives = {line};
        EXPECT_THROW(static_cast<void>(script_of(options)), ConfigError) << line;
        EXPECT_THROW(static_cast<void>(slurm_merge_script(options, "/opt/athanor", {"c.json"})),
                     ConfigError)
            << line;
    }
    options.directives = {"--mem-bind=local", "--time-min=5", "--exclusive",
                          "-C fast",          "--nodelist=a", "--mail-user=a@b"};
    EXPECT_NO_THROW(static_cast<void>(script_of(options)));
}

TEST(SlurmScript, BlanksQuotesAndLineEndsAreQuotedOrRefused) {
    SlurmOptions options = options_of(1, 1);
    options.name = "a \"b\"";
    std::string const script = slurm_script(options, "/my dir/it's", {"a b"}, {"two\nlines"});

    EXPECT_THAT(script, HasSubstr("#SBATCH --job-name=\"a \\\"b\\\"\"\n"));
    EXPECT_THAT(script, HasSubstr("\nprogram='/my dir/it'\\''s'\narguments=('a b')\n"));
    EXPECT_THAT(script, HasSubstr("\n# two?lines\n"));
    options.name = "a\n#SBATCH --exclusive";
    EXPECT_THROW(static_cast<void>(script_of(options)), ConfigError);
}

TEST(SlurmScript, TheTimeIsReadAsSlurmReadsIt) {
    EXPECT_EQ(slurm_seconds("30"), 30 * 60);
    EXPECT_EQ(slurm_seconds("30:15"), 30 * 60 + 15);
    EXPECT_EQ(slurm_seconds("4:00:30"), 4 * 3600 + 30);
    EXPECT_EQ(slurm_seconds("2-12"), 60 * 3600);
    EXPECT_EQ(slurm_seconds("1-02:03:04"), 26 * 3600 + 3 * 60 + 4);
    EXPECT_EQ(slurm_seconds("infinite"), -1);
    for (char const* wrong : {"", "4h", "1:2:3:4", "-5", "1-", "a-1"})
        EXPECT_THROW(static_cast<void>(slurm_seconds(wrong)), ConfigError) << wrong;
}

TEST(SlurmScript, ALimitThatIsNoLongerThanTheWarningIsRefused) {
    SlurmOptions options = options_of(1, 1);
    options.time = "3";
    EXPECT_THROW(static_cast<void>(script_of(options)), ConfigError);
    options.warning_seconds = 60;
    EXPECT_NO_THROW(static_cast<void>(script_of(options)));
}

/// The command, over the campaign of two stages.
class Slurm : public ::testing::Test {
protected:
    Slurm() {
        folder_.write("in.extxyz", golden_input("lj13"));
        folder_.write("c.json", small_campaign("in.extxyz").dump());
    }
    ProgramFolder folder_;
};

TEST_F(Slurm, TheScriptFitsThePlanAndBashTakesIt) {
    ProgramResult const ended = folder_.athanor(
        "slurm c.json --nodes 2 --set /pipeline/1/replicas=3 --device cpu -o 'the job.sbatch' && "
        "cat 'the job.sbatch' && bash -n 'the job.sbatch'");

    EXPECT_EQ(ended.code, 0) << ended.text;
    EXPECT_THAT(ended.text, StartsWith("sbatch 'the job.sbatch'\n#!/bin/bash\n"));
    for (char const* part :
         {"#SBATCH --ntasks=4\n", "#SBATCH --ntasks-per-node=2\n", "#SBATCH --job-name=c\n",
          "#SBATCH --output=c-%j.log\n", "#SBATCH --mem=", "1 of 1 frames through relax | md x3",
          "/c.json' '--set' '/pipeline/1/replicas=3' '--set' '/device=\"cpu\"')",
          "There is no /checkpoint"})
        EXPECT_THAT(ended.text, HasSubstr(part));
}

TEST_F(Slurm, WhatCannotBeIsRefusedWithWhatToDo) {
    struct Case {
        char const* arguments;
        char const* message;
    };
    for (Case const& wrong :
         {Case{"--nodes 3", "--nodes: 3 nodes for 2 ranks, one for each stage instance; give 2"},
          Case{"--ranks 3", "start 2 ranks, or 1"},
          Case{"--launcher srun", "--launcher: \"srun\" is no launcher; give srun-pmix"},
          Case{"--array 4", "give --output FILE.sbatch"},
          Case{"--sbatch=--array=0-7%2", "--sbatch: --array is what the script says by itself"},
          Case{"--time 4h", "--time: \"4h\" is no time limit of Slurm"}}) {
        ProgramResult const ended = folder_.athanor(std::string("slurm c.json ") + wrong.arguments);
        EXPECT_EQ(ended.code, 2) << ended.text;
        EXPECT_THAT(ended.text, HasSubstr(wrong.message));
    }
}

TEST_F(Slurm, AnArrayComesWithTheJobThatJoinsItsShards) {
    ProgramResult const ended =
        folder_.athanor("slurm c.json --array 4 -o job.sbatch && cat job.merge.sbatch");

    EXPECT_EQ(ended.code, 0) << ended.text;
    EXPECT_THAT(ended.text, StartsWith("job=$(sbatch --parsable 'job.sbatch') && sbatch "
                                       "--dependency=afterany:$job 'job.merge.sbatch'\n"));
    EXPECT_THAT(ended.text, HasSubstr("#SBATCH --job-name=c-merge\n"));
    EXPECT_THAT(ended.text, HasSubstr(" merge '"));
    EXPECT_THAT(ended.text, EndsWith("/c.json' '--shards' '4'\n"));
}

}  // namespace
}  // namespace athanor::test
