// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/row_selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"

namespace athanor::test {
namespace {

using ::testing::HasSubstr;

struct Head {
    std::int64_t id = 0;
    int stage = 0;
    std::int64_t step = 0;
    RowKind kind = RowKind::frame;
    Outcome outcome = Outcome::running;
    std::string name = "Si-5121";
};

bool takes(std::string const& text, Head const& head) {
    return RowSelection(text).contains(
        {{head.id, head.stage, head.step, head.kind}, head.outcome, head.name});
}

std::string error_of(std::string const& text) {
    try {
        RowSelection const selection(text);
    } catch (ConfigError const& error) {
        return error.what();
    }
    return "no error";
}

TEST(RowSelection, NothingAskedForTakesEverything) {
    EXPECT_TRUE(RowSelection().contains({{}, Outcome::failed, ""}));
    EXPECT_TRUE(takes("", {}));
    EXPECT_FALSE(RowSelection("sample=1").needs_ledger());
    EXPECT_TRUE(RowSelection("sample=1,step=4").needs_ledger());
}

TEST(RowSelection, SamplesAreIdsSlicesOrNames) {
    EXPECT_TRUE(takes("sample=7", {.id = 7}));
    EXPECT_FALSE(takes("sample=7", {.id = 8}));
    EXPECT_TRUE(takes("sample=3:10", {.id = 3}));
    EXPECT_FALSE(takes("sample=3:10", {.id = 10}));
    EXPECT_TRUE(takes("sample=Si-5121", {}));
    EXPECT_FALSE(takes("sample=Si", {}));
    EXPECT_TRUE(takes("sample=in.xyz:3", {.name = "in.xyz:3"}));
    EXPECT_TRUE(takes("sample=\"7\"", {.id = 1, .name = "7"}));
    EXPECT_TRUE(takes("sample=\"a,b|c\",step=0", {.name = "a,b|c"}));
    EXPECT_TRUE(takes("sample=4|Si-5121|9:", {.id = 2}));
}

TEST(RowSelection, ConditionsMustAllHoldAndOneValueOfEach) {
    std::string const text = "stage=1,outcome=converged|failed,step=100:2000:50,kind=graduated";
    Head const fits{
        .stage = 1, .step = 150, .kind = RowKind::graduated, .outcome = Outcome::failed};
    EXPECT_TRUE(takes(text, fits));
    Head wrong = fits;
    wrong.stage = 2;
    EXPECT_FALSE(takes(text, wrong));
    wrong = fits;
    wrong.step = 151;
    EXPECT_FALSE(takes(text, wrong));
    wrong = fits;
    wrong.kind = RowKind::frame;
    EXPECT_FALSE(takes(text, wrong));
    wrong = fits;
    wrong.outcome = Outcome::budget_spent;
    EXPECT_FALSE(takes(text, wrong));
}

TEST(RowSelection, WrongWordsAreNamedWithTheNearest) {
    EXPECT_EQ(
        error_of("stag=1"),
        "stag: unknown condition; give sample, stage, step, kind or outcome (nearest: stage)");
    EXPECT_THAT(error_of("outcome=convergd"), HasSubstr("(nearest: converged)"));
    EXPECT_THAT(error_of("step=-3:"), HasSubstr("step=-3:: no number or slice"));
    EXPECT_THAT(error_of("stage=relax"), HasSubstr("no number or slice"));
    EXPECT_THAT(error_of("step"), HasSubstr("has no value"));
    EXPECT_THAT(error_of("step,stage=1"), HasSubstr("has no value"));
    EXPECT_THAT(error_of("step=,stage=1"), HasSubstr("empty value"));
    EXPECT_THAT(error_of("step=1,"), HasSubstr("ends with a comma"));
    EXPECT_THAT(error_of("sample=\"a"), HasSubstr("never closed"));
    EXPECT_THAT(error_of("sample=\"a\"b"), HasSubstr("expected a comma"));
}

}  // namespace
}  // namespace athanor::test
