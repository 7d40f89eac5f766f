// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_value.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "runtime/species.hpp"
#include "sinks/frame_selection.hpp"

namespace athanor {
namespace {

using Kind = ExtxyzValue::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ExtxyzValue only_value(std::string_view comment) {
    auto const values = parse_extxyz_comment(comment);
    EXPECT_EQ(values.size(), 1u) << comment;
    return values.empty() ? ExtxyzValue{} : values[0];
}

TEST(ExtxyzValue, BareKeyIsTrue) {
    auto const value = only_value("relaxed");
    EXPECT_EQ(value.key, "relaxed");
    EXPECT_EQ(value.kind, Kind::boolean);
    EXPECT_THAT(value.integers, ElementsAre(1));
}

TEST(ExtxyzValue, ScalarsHaveTheTypeTheyAreWrittenIn) {
    EXPECT_EQ(only_value("a=5").kind, Kind::integer);
    EXPECT_EQ(only_value("a=-5.5e-3").reals.at(0), -5.5e-3);
    EXPECT_EQ(only_value("a=+7").integers.at(0), 7);
    EXPECT_EQ(only_value("a=1.5d2").reals.at(0), 150.0);
    EXPECT_EQ(only_value("a=1D-2").reals.at(0), 0.01);
    EXPECT_EQ(only_value("a=99999999999999999999").kind, Kind::real);
    EXPECT_TRUE(std::isnan(only_value("a=nan").reals.at(0)));
    for (char const* truth : {"T", "True", "true", "TRUE"})
        EXPECT_THAT(only_value(std::string("a=") + truth).integers, ElementsAre(1)) << truth;
    for (char const* truth : {"F", "False", "false", "FALSE"})
        EXPECT_THAT(only_value(std::string("a=") + truth).integers, ElementsAre(0)) << truth;
    EXPECT_EQ(only_value("a=t").kind, Kind::text);
    EXPECT_EQ(only_value("a=Ar-5").text, "Ar-5");
}

TEST(ExtxyzValue, ArraysInEveryBracket) {
    for (char const* comment : {"a=\"1 2 3\"", "a='1 2 3'", "a={1 2 3}", "a=[1,2,3]", "a=[1, 2, 3]",
                                "a = [ 1 , 2 , 3 ]", "a=\"1, 2, 3\""}) {
        auto const value = only_value(comment);
        EXPECT_EQ(value.kind, Kind::integer) << comment;
        EXPECT_THAT(value.shape, ElementsAre(3)) << comment;
        EXPECT_THAT(value.integers, ElementsAre(1, 2, 3)) << comment;
    }
    EXPECT_THAT(only_value("a=\"1 2.5\"").reals, ElementsAre(1.0, 2.5));
    EXPECT_THAT(only_value("a=\"T F T\"").integers, ElementsAre(1, 0, 1));
    EXPECT_EQ(only_value("a=\"1 two\"").kind, Kind::text);
}

TEST(ExtxyzValue, NestedArraysKeepTheirShape) {
    for (char const* comment : {"a=[[1,2,3],[4,5,6]]", "a=\"_JSON [[1, 2, 3], [4, 5, 6]]\""}) {
        auto const value = only_value(comment);
        EXPECT_THAT(value.shape, ElementsAre(2, 3)) << comment;
        EXPECT_THAT(value.integers, ElementsAre(1, 2, 3, 4, 5, 6)) << comment;
    }
    EXPECT_EQ(only_value("a=[[1,2],[3]]").kind, Kind::text) << "ragged";
    EXPECT_EQ(only_value("a=[[1,2],3]").kind, Kind::text) << "uneven depth";
    EXPECT_EQ(only_value("a=[[1],[\"x\"]]").kind, Kind::text);
    EXPECT_EQ(only_value("a=" + std::string(20, '[') + "1" + std::string(20, ']')).kind,
              Kind::text);
}

TEST(ExtxyzValue, QuotesAndEscapes) {
    auto const values = parse_extxyz_comment(R"(a="say \"hi\"" b='it is' "odd key"=5 c="x\\y\nz")");
    ASSERT_EQ(values.size(), 4u);
    EXPECT_EQ(values[0].text, "say \"hi\"");
    EXPECT_EQ(values[0].verbatim, R"(a="say \"hi\"")");
    EXPECT_EQ(values[1].text, "it is");
    EXPECT_EQ(values[2].key, "odd key");
    EXPECT_EQ(values[3].text, "x\\y\nz");
    for (std::string const text : {"plain", "with \"both' quotes\"", "back\\slash", "two\nlines"})
        EXPECT_EQ(only_value("a=" + quoted_text(text)).text, text);
}

TEST(ExtxyzValue, OpenQuoteIsAnError) {
    try {
        (void)parse_extxyz_comment("a=1 b=\"never");
        FAIL();
    } catch (InputError const& error) {
        EXPECT_THAT(error.what(), HasSubstr("the \" in column 7 is never closed"));
    }
    EXPECT_THROW((void)parse_extxyz_comment("a=[1,2"), InputError);
}

TEST(ExtxyzValue, RealsSurviveTheRoundTripBitForBit) {
    std::mt19937_64 engine(20260101);  // any bit pattern that is a number
    for (int i = 0; i < 20000; ++i) {
        std::uint64_t const bits = engine();
        double value = 0.0;
        std::memcpy(&value, &bits, sizeof value);
        if (std::isnan(value)) continue;
        std::string text;
        append_real(text, value);
        auto const back = parse_real(text);
        ASSERT_TRUE(back) << text;
        ASSERT_EQ(std::memcmp(&*back, &value, sizeof value), 0) << text;
        ASSERT_FALSE(parse_integer(text)) << text << " would change its type";
    }
    EXPECT_EQ(parse_real("1e-400"), 0.0);
    EXPECT_EQ(parse_real("1e400"), std::numeric_limits<double>::infinity());
    EXPECT_EQ(parse_real("4.9e-324"), std::numeric_limits<double>::denorm_min());
    for (char const* wrong : {"", "-", "+", "1.2.3", "0x10", "1,5", "e5", "1e", "--1", "+-1", "d"})
        EXPECT_FALSE(parse_real(wrong)) << wrong;
}

TEST(Species, NumbersAndSymbolsAreInverse) {
    for (int z = 1; z <= largest_atomic_number; ++z) EXPECT_EQ(atomic_number_of(symbol_of(z)), z);
    EXPECT_EQ(atomic_number_of("Ar"), 18);
    EXPECT_EQ(atomic_number_of("Og"), 118);
    for (char const* wrong : {"", "X", "ar", "AR", "Xx", "Ar1", "D", "\xff\xfe"})
        EXPECT_FALSE(atomic_number_of(wrong)) << wrong;
}

TEST(Species, MassesAreThoseOfTheGoldenData) {  // tests/data/golden/physics/README.md
    EXPECT_EQ(default_mass(18), 39.948);
    EXPECT_EQ(default_mass(36), 83.798);
    EXPECT_EQ(default_mass(54), 131.293);
    EXPECT_EQ(default_mass(14), 28.085);
    EXPECT_EQ(default_mass(6), 12.011);
    EXPECT_EQ(default_mass(29), 63.546);
    EXPECT_EQ(default_mass(28), 58.6934);
    EXPECT_EQ(default_mass(13), 26.9815385);
}

TEST(Species, NearestSymbol) {
    EXPECT_EQ(nearest_symbol("AR"), "Ar");
    EXPECT_EQ(nearest_symbol("ar"), "Ar");
    EXPECT_EQ(nearest_symbol("Ar1"), "Ar");
    EXPECT_EQ(nearest_symbol("Argon"), "Ar");
    EXPECT_EQ(nearest_symbol("1"), "");
}

TEST(FrameSelection, SharesTakeEverySelectedFrameOnce) {
    for (char const* text : {":", "3:40", "::7", "5:6", "-9:", "7", "9:9"}) {
        auto const all = FrameSelection(text).resolved(50);
        for (int const parts : {1, 2, 3, 8})
            for (int frame = 0; frame < 50; ++frame) {
                int takers = 0;
                for (int part = 0; part < parts; ++part)
                    takers += FrameSelection(all.share(part, parts).text()).contains(frame) ? 1 : 0;
                EXPECT_EQ(takers, all.contains(frame) ? 1 : 0) << text << " frame " << frame;
            }
    }
}

TEST(FrameSelection, MeansWhatPythonMeans) {
    auto const chosen = [](char const* text, int frames) {
        std::vector<int> list;
        auto const selection = FrameSelection(text).resolved(frames);
        for (int i = 0; i < frames; ++i)
            if (selection.contains(i)) list.push_back(i);
        return list;
    };
    EXPECT_THAT(chosen(":", 3), ElementsAre(0, 1, 2));
    EXPECT_THAT(chosen("::", 3), ElementsAre(0, 1, 2));
    EXPECT_THAT(chosen("1:", 3), ElementsAre(1, 2));
    EXPECT_THAT(chosen(":2", 3), ElementsAre(0, 1));
    EXPECT_THAT(chosen("1:8:3", 10), ElementsAre(1, 4, 7));
    EXPECT_THAT(chosen("-2:", 5), ElementsAre(3, 4));
    EXPECT_THAT(chosen(":-2", 5), ElementsAre(0, 1, 2));
    EXPECT_THAT(chosen("-9:-4:2", 5), ElementsAre(0));
    EXPECT_THAT(chosen("2", 5), ElementsAre(2));
    EXPECT_THAT(chosen("-1", 5), ElementsAre(4));
    EXPECT_THAT(chosen("7:", 5), ElementsAre());
    for (char const* wrong : {"", "a", "1:2:0", "::-1", "1:2:3:4", "1.5", "1 2"})
        EXPECT_THROW(FrameSelection{wrong}, ConfigError) << wrong;
}

}  // namespace
}  // namespace athanor
