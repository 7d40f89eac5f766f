// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/config_keys.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace athanor::test {
namespace {

/// Calls `visit` for every key below `keys`, with its pointer.
template <class Visit>
void for_each_key(std::span<KeySpec const> keys, std::string const& pointer, Visit const& visit) {
    for (KeySpec const& spec : keys) {
        std::string const here = pointer + "/" + std::string(spec.key);
        visit(spec, here);
        for_each_key(spec.keys, here, visit);
        if (spec.item != nullptr) for_each_key({spec.item, 1}, here, visit);
        for (KeyChoice const& choice : spec.choices)
            for_each_key(choice.keys, here + "=" + std::string(choice.word), visit);
    }
}

TEST(ConfigKeys, EveryKeyHasHelpAndWhatMessagesNeed) {
    for_each_key(campaign_keys(), "", [](KeySpec const& spec, std::string const& pointer) {
        EXPECT_FALSE(spec.help.empty()) << pointer;
        EXPECT_FALSE(spec.noun.empty()) << pointer;
        EXPECT_FALSE(expectation(spec).empty()) << pointer;
    });
}

TEST(ConfigKeys, DefaultsAreJsonAndRequiredKeysHaveNone) {
    for_each_key(campaign_keys(), "", [](KeySpec const& spec, std::string const& pointer) {
        EXPECT_TRUE(spec.default_json.empty() || nlohmann::json::accept(spec.default_json))
            << pointer;
        EXPECT_FALSE(spec.required && !spec.default_json.empty()) << pointer;
    });
}

TEST(ConfigKeys, NoKeyStandsTwice) {
    std::set<std::string> seen;
    for_each_key(campaign_keys(), "", [&](KeySpec const&, std::string const& pointer) {
        EXPECT_TRUE(seen.insert(pointer).second || pointer.ends_with("/")) << pointer;
    });
}

TEST(ConfigKeys, ExpectationsReadAsSentences) {
    EXPECT_EQ(expectation({.kind = KeyKind::number, .unit = "kelvin", .least = 0}),
              "kelvin, 0 or above");
    EXPECT_EQ(expectation({.kind = KeyKind::number, .least = 0, .most = 1, .above_least = true}),
              "a number above 0 and up to 1");
    EXPECT_EQ(expectation({.kind = KeyKind::integer}), "an integer");
    EXPECT_EQ(expectation({.kind = KeyKind::boolean}), "true or false");
}

}  // namespace
}  // namespace athanor::test
