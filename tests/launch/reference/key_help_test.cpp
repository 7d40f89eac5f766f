// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/reference/key_help.hpp"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launch/reference/key_index.hpp"
#include "runtime/error.hpp"

namespace athanor::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(KeyHelp, EveryKeyAndEveryWordIsExplained) {
    int keys = 0, words = 0;
    for (KeyEntry const& entry : key_index()) {
        std::string text;
        ASSERT_NO_THROW(text = explain_key(entry.path.back())) << entry.place;
        EXPECT_THAT(text, HasSubstr(entry.place));
        EXPECT_FALSE((entry.word == nullptr ? entry.spec->help : entry.word->help).empty())
            << entry.place;
        ++(entry.word == nullptr ? keys : words);
    }
    EXPECT_GT(keys, 100);
    EXPECT_GT(words, 50);
}

// Whoever adds a number without a unit says here that it has none.
TEST(KeyHelp, EveryNumberThatIsNoRatioHasAUnit) {
    std::set<std::string> const ratios{"timestep_increase", "timestep_decrease", "mixing_start",
                                       "mixing_decrease"};
    std::set<std::string> const of_a_field{"threshold"};
    for (KeyEntry const& entry : key_index()) {
        if (entry.word != nullptr || entry.spec->kind != KeyKind::number) continue;
        bool const free = ratios.count(entry.path.back()) + of_a_field.count(entry.path.back()) > 0;
        EXPECT_TRUE(free || !entry.spec->unit.empty()) << entry.place;
    }
}

TEST(KeyHelp, AKeySaysTypeUnitRangeDefaultAndWhereItStands) {
    EXPECT_EQ(explain_key("friction_per_fs"),
              "friction_per_fs: friction coefficient; 0 is constant energy.\n"
              "  type     number\n"
              "  unit     inverse femtoseconds\n"
              "  range    0 or above\n"
              "  default  0.01\n"
              "  in       pipeline[].dynamics (nvt_langevin).friction_per_fs\n");
}

TEST(KeyHelp, AWordSaysItsKeys) {
    std::string const text = explain_key("lbfgs");

    EXPECT_THAT(text, StartsWith("lbfgs: relaxation, limited-memory BFGS.\n  keys\n"));
    EXPECT_THAT(text,
                HasSubstr("    history                 moves that a sample remembers (16)\n"));
}

TEST(KeyHelp, PathsPointersAndNamesWithoutAUnitLeadToTheSameKey) {
    std::string const text = explain_key("pipeline.dynamics.nve.timestep_fs");

    EXPECT_EQ(explain_key("nve.timestep"), text);
    EXPECT_EQ(explain_key("stages.nve.timestep"), text);
    EXPECT_EQ(explain_key("/pipeline/1/dynamics/nve/timestep_fs"), text);
    EXPECT_EQ(explain_key("pipeline[0].NVE.timestep_fs"), text);
    EXPECT_THAT(text, Not(HasSubstr("nvt_langevin")));
}

TEST(KeyHelp, ThePathTellsKeysOfOneNameApart) {
    EXPECT_THAT(explain_key("checkpoint.path"), StartsWith("path: folder of the checkpoints"));
    EXPECT_THAT(explain_key("profiler.path"), StartsWith("path: file to write, for Perfetto"));
    EXPECT_THAT(explain_key("path"), HasSubstr("checkpoint.path"));
    EXPECT_THAT(explain_key("path"), HasSubstr("input.path"));
}

TEST(KeyHelp, AnUnknownNameIsToldTheNearOnes) {
    EXPECT_THAT(near_names("timstep"), ElementsAre("timestep_fs", "step"));
    EXPECT_THAT(near_names("sampler.max_atom"), ::testing::Contains("max_atoms"));
    try {
        static_cast<void>(explain_key("dynamics.timstep"));
        FAIL();
    } catch (ConfigError const& error) {
        EXPECT_STREQ(error.what(),
                     "help: \"dynamics.timstep\" is no key, word or command; near: timestep_fs, "
                     "step");
    }
    for (char const* query : {"", ".", "/0/1", "xyzzyxyzzy", "input.timestep_fs"})
        EXPECT_THROW(static_cast<void>(explain_key(query)), ConfigError) << query;
}

}  // namespace
}  // namespace athanor::test
