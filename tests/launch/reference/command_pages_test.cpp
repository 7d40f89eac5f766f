// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// docs/reference against what the program would write there now, and what is made of it.
#include "launch/reference/command_pages.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launch/reference/key_index.hpp"
#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

std::vector<std::string> lines_of(std::string const& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

class Reference : public ::testing::Test {
protected:
    void SetUp() override {
        ProgramResult const written = folder_.athanor("help --write reference");
        ASSERT_EQ(written.code, 0) << written.text;
    }
    [[nodiscard]] std::string fresh(std::string const& name) const {
        return folder_.read("reference/" + name);
    }
    /// What bash offers for the words of a command line, the last of which is half typed.
    [[nodiscard]] std::vector<std::string> completions(std::string const& words) const {
        ProgramResult const done =
            folder_.shell("source reference/athanor.bash\nCOMP_WORDS=(athanor " + words +
                          ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_athanor\nprintf \"%s\\n\" "
                          "\"${COMPREPLY[@]}\"");
        return lines_of(done.text);
    }
    ProgramFolder folder_;
};

TEST_F(Reference, IsWhatTheProgramWritesNow) {
    for (std::string const name :
         {"configuration.md", "commands.md", "athanor.schema.json", "athanor.1", "athanor.bash"}) {
        std::ifstream file(ATHANOR_REFERENCE "/" + name, std::ios::binary);
        std::stringstream committed;
        committed << file.rdbuf();
        EXPECT_FALSE(fresh(name).empty()) << name;
        EXPECT_TRUE(committed.str() == fresh(name))
            << "docs/reference/" << name << " is stale: run athanor help --write docs/reference";
    }
    EXPECT_EQ(folder_.athanor("schema").text, fresh("athanor.schema.json"));
}

TEST_F(Reference, ThePageOfTheConfigurationHasEveryKeyAndEveryWord) {
    std::string const page = fresh("configuration.md");
    for (KeyEntry const& entry : key_index()) {
        std::string const& name = entry.path.back();
        bool const section = entry.word != nullptr && entry.spec->kind == KeyKind::tagged;
        std::string const line = entry.word == nullptr ? "| `" + name + "` | "
                                 : section             ? " of type `" + name + "`\n"
                                                       : "- `" + name + "`: ";
        EXPECT_THAT(page, HasSubstr(line)) << entry.place;
    }
}

TEST_F(Reference, HelpNamesEveryCommandThatTheProgramTakes) {
    ProgramResult const help = folder_.athanor("help");

    EXPECT_EQ(help.code, 0);
    for (std::string const& command : completions("\"\"")) {
        if (command.starts_with("-")) continue;
        EXPECT_THAT(help.text, HasSubstr("\n  " + command + " "));
        EXPECT_EQ(folder_.athanor("help " + command).text,
                  folder_.athanor(command + " --help").text);
        EXPECT_THAT(fresh("commands.md"), HasSubstr("\n## " + command + "\n"));
        EXPECT_THAT(fresh("athanor.1"), HasSubstr("\n.SS " + command + "\n"));
    }
}

TEST_F(Reference, BashCompletesCommandsOptionsValuesAndFiles) {
    folder_.write("campaign.json", "{}");
    folder_.write("notes.txt", "");
    ASSERT_EQ(folder_.shell("mkdir -p done.zarr \"a folder\"").code, 0);

    EXPECT_THAT(completions("r"), IsSupersetOf({"resume", "run"}));
    EXPECT_THAT(completions("run --over"), ElementsAre("--overwrite"));
    EXPECT_THAT(completions("run --progress \"\""), IsSupersetOf({"auto", "live", "json", "none"}));
    EXPECT_THAT(completions("run \"\""),
                ElementsAre("a folder", "campaign.json", "done.zarr", "reference"));
    EXPECT_THAT(completions("inspect d"), ElementsAre("done.zarr"));
    EXPECT_THAT(completions("convert done.zarr n"), ElementsAre("notes.txt"));
    EXPECT_THAT(completions("help timestep_f"), ElementsAre("timestep_fs"));
}

TEST_F(Reference, TheManualPageHasNoMistakeThatGroffSees) {
    if (folder_.shell("command -v groff").code != 0) GTEST_SKIP() << "there is no groff here";

    ProgramResult const shown = folder_.shell(
        "groff -man -Tascii -P-c -ww reference/athanor.1 2>&1 >page; "
        "sed \"s/.\\x08//g\" page | grep -c \"    --overwrite\"");

    EXPECT_EQ(shown.code, 0) << shown.text;
    EXPECT_EQ(lines_of(shown.text).size(), 1U) << shown.text;
}

}  // namespace
}  // namespace athanor::test
