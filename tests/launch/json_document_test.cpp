// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/json_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/launch/config_fixture.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(JsonDocument, TrailingCommaIsNamedWithLineAndColumn) {
    EXPECT_EQ(error_of_text("{\n  \"athanor\": 1,\n  \"output\": [\"done\",]\n}\n"),
              "campaign.json:3:21: a comma stands before \"]\"; take the comma out");
    EXPECT_EQ(error_of_text("{\n  \"athanor\": 1,\n}\n"),
              "campaign.json:3:1: a comma stands before \"}\"; take the comma out");
}

TEST(JsonDocument, CommentsAndSingleQuotesAreExplained) {
    EXPECT_EQ(error_of_text("{\n  // a comment\n  \"athanor\": 1}"),
              "campaign.json:2:3: JSON has no comments; take it out");
    EXPECT_EQ(error_of_text("{'athanor': 1}"),
              "campaign.json:1:2: JSON quotes strings with \"; replace the '");
}

TEST(JsonDocument, OtherSyntaxErrorsHaveTheirPlace) {
    EXPECT_THAT(error_of_text("{\"athanor\": 1,\n\"seed\" 7}"), StartsWith("campaign.json:2:8: "));
    EXPECT_THAT(error_of_text("{\"athanor\": 1"), StartsWith("campaign.json:1:14: "));
    EXPECT_THAT(error_of_text("{\"seed\": nan}"), StartsWith("campaign.json:1:11: "));
    EXPECT_THAT(error_of_text("{\"seed\": \"\xff\"}"), StartsWith("campaign.json:1:11: "));
}

TEST(JsonDocument, EmptyFileAndNumbersBeyondADoubleAreRefused) {
    EXPECT_EQ(error_of_text(" \n"), "campaign.json: the file is empty; give a JSON object {...}");
    EXPECT_THAT(error_of_text("{\"seed\": 1e999}"), HasSubstr("1e999"));
}

TEST(JsonDocument, SomethingElseThanAnObjectIsNoConfiguration) {
    EXPECT_EQ(error_of_text("[1]"),
              "campaign.json#: a list is no configuration; give an object {...}");
    EXPECT_EQ(error_of_text("3"), "campaign.json#: 3 is no configuration; give an object {...}");
}

TEST(JsonDocument, AKeyThatStandsTwiceIsFoundWhereverItIs) {
    std::string text = relax_then_md().dump();
    text.insert(1, "\"seed\": 1, ");
    text.replace(text.find("\"type\":\"nvt_langevin\""), 0, "\"timestep_fs\": 5, ");

    std::string const error = error_of_text(text);

    EXPECT_EQ(
        error,
        "campaign.json#/pipeline/1/dynamics/timestep_fs: the key stands twice in this object; "
        "keep one\n"
        "campaign.json#/seed: the key stands twice in this object; keep one");
}

TEST(JsonDocument, ValuesAreShownShort) {
    EXPECT_EQ(show(Json(-0.5)), "-0.5");
    EXPECT_EQ(show(Json("a\nb")), "\"a\\nb\"");
    EXPECT_EQ(show(Json::object()), "an empty object");
    EXPECT_EQ(show(Json::array({1})), "a list");
    EXPECT_EQ(show(Json(std::string(200, 'x'))).size(), 83U);
}

}  // namespace
}  // namespace athanor::test
