// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/doctor/check_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

bool has(Findings const& findings, FindingLevel level, std::string const& text) {
    return std::any_of(findings.begin(), findings.end(), [&](Finding const& finding) {
        return finding.level == level && finding.text.find(text) != std::string::npos;
    });
}

TEST(CheckFolder, AFolderThatIsNotThereIsJudgedByTheOneAboveAndNothingIsLeft) {
    TemporaryFolder const folder;

    Findings const found = check_folder(folder / "out" / "run 7");

    EXPECT_EQ(existing_folder(folder / "out" / "run 7"), folder.path());
    EXPECT_TRUE(has(found, FindingLevel::good, "can be written"));
    EXPECT_TRUE(has(found, found.at(1).level, "GiB free"));
    EXPECT_THAT(found.at(2).text, HasSubstr("16 MiB with fsync at "));
    EXPECT_THAT(found.at(3).text, HasSubstr(" exchanged"));
    for (Finding const& finding : found)
        EXPECT_THAT(finding.topic, HasSubstr(folder.path().string()));
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(CheckFolder, AFileInItsPlaceIsAFailure) {
    TemporaryFolder const folder;
    folder.write("out", "");

    EXPECT_TRUE(has(check_folder(folder / "out"), FindingLevel::failure, "a file, not a folder"));
    EXPECT_TRUE(
        has(check_folder(folder / "out/deep"), FindingLevel::failure, "a file, not a folder"));
}

TEST(CheckFolder, OneThatCannotBeWrittenIsAFailure) {
    // Not even root makes files in /proc.
    EXPECT_TRUE(has(check_folder("/proc/athanor"), FindingLevel::failure, "cannot be written ("));
}

}  // namespace
}  // namespace athanor::test
