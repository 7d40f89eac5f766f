// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The JSON Schema against the checker: documents made from the tables, judged by both.
#include "launch/reference/config_schema.hpp"

#include <cmath>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "launch/config_checker.hpp"
#include "launch/config_errors.hpp"
#include "launch/config_keys.hpp"
#include "runtime/error.hpp"
#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using nlohmann::json;

/// Values for keys: the least that is right, and others of which some are wrong.
class Values {
public:
    static json smallest(KeySpec const& spec);
    static json smallest(std::span<KeySpec const> keys) {
        json object = json::object();
        for (KeySpec const& key : keys)
            if (key.required) object[std::string(key.key)] = smallest(key);
        return object;
    }
    /// Each key and each of its values is tried at the first place where it stands.
    std::vector<json> others(KeySpec const& spec);
    std::vector<json> others(std::span<KeySpec const> keys, json const& base);

private:
    void add_items(KeySpec const& spec, std::vector<json>& values);
    std::set<void const*> seen_;
};

json Values::smallest(KeySpec const& spec) {
    switch (spec.kind) {
        case KeyKind::text:
            return "text";
        case KeyKind::word:
            return spec.choices.front().word;
        case KeyKind::boolean:
            return true;
        case KeyKind::integer:
        case KeyKind::number:
            return std::isfinite(spec.least) ? spec.least + (spec.above_least ? 0.5 : 0.0) : 0.0;
        case KeyKind::object:
        case KeyKind::object_or_list:
        case KeyKind::stage_or_fuse:
            return smallest(spec.keys);
        case KeyKind::map:
            return {{"name", smallest(*spec.item)}};
        case KeyKind::list:
            return json::array({smallest(*spec.item)});
        case KeyKind::tagged: {
            json object = smallest(spec.choices.front().keys);
            object["type"] = spec.choices.front().word;
            return object;
        }
    }
    return nullptr;
}

std::vector<json> Values::others(std::span<KeySpec const> keys, json const& base) {
    std::vector<json> objects{base};
    if (!seen_.insert(keys.data()).second) return objects;
    objects.push_back(base);
    objects.back()["no_such_key"] = 1;
    for (KeySpec const& key : keys) {
        std::string const name(key.key);
        if (key.required) {
            objects.push_back(base);
            objects.back().erase(name);
        }
        for (json const& value : others(key)) {
            objects.push_back(base);
            objects.back()[name] = value;
        }
    }
    return objects;
}

void Values::add_items(KeySpec const& spec, std::vector<json>& values) {
    bool const map = spec.kind == KeyKind::map;
    values.push_back(map ? json::object() : json::array());
    for (json const& item : others(*spec.item))
        values.push_back(map ? json{{"name", item}} : json::array({item}));
}

std::vector<json> Values::others(KeySpec const& spec) {
    std::vector<json> values{nullptr,
                             true,
                             1,
                             -7,
                             0.5,
                             1e300,
                             "",
                             "text",
                             "a\tb",
                             json::array(),
                             json::array({1, nullptr}),
                             json::object(),
                             json{{"type", "nothing"}}};
    for (double const end : {spec.least, spec.most})
        if (std::isfinite(end))
            for (double const value : {end - 1, end - 0.25, end, end + 0.25, end + 1})
                values.emplace_back(value);
    // A schema cannot tell 1e300 from its digits; the program takes no float beyond 2^53 for whole.
    if (spec.kind == KeyKind::integer || spec.digits_are_text)
        std::erase_if(values, [](json const& value) {
            return value.is_number_float() && std::fabs(value.get<double>()) > 9007199254740992.0;
        });
    for (KeyChoice const& choice : spec.choices) {
        if (spec.kind == KeyKind::word) values.emplace_back(choice.word);
        if (spec.kind != KeyKind::tagged) continue;
        json base = smallest(choice.keys);
        base["type"] = choice.word;
        for (json const& value : others(choice.keys, base)) values.push_back(value);
        values.push_back(base);
        values.back()["no_such_key"] = 1;
    }
    if (!spec.keys.empty())
        for (json const& value : others(spec.keys, smallest(spec.keys))) values.push_back(value);
    if (spec.kind == KeyKind::stage_or_fuse)
        for (json const& value : others(*spec.item)) values.push_back(value);
    else if (spec.item != nullptr)
        add_items(spec, values);
    return values;
}

bool is_refused(json const& document) {
    ConfigErrors errors("campaign.json");
    static_cast<void>(check_document(document, errors));
    try {
        errors.throw_if_any();
        return false;
    } catch (ConfigError const&) {
        return true;
    }
}

class ConfigSchema : public ::testing::Test {
protected:
    void SetUp() override {
        if (std::string(ATHANOR_PYTHON).empty()) GTEST_SKIP() << "ATHANOR_PYTHON is not set";
        if (folder_.shell("'" ATHANOR_PYTHON "' -c 'import jsonschema'").code != 0)
            GTEST_SKIP() << ATHANOR_PYTHON " has no jsonschema";
        folder_.write("schema.json", config_schema());
    }
    /// What an independent validator says of lines {"document": ..., "refused": ...}.
    [[nodiscard]] ProgramResult check(std::string const& lines) const {
        folder_.write("documents.jsonl", lines);
        return folder_.shell("'" ATHANOR_PYTHON "' '" ATHANOR_SUPPORT
                             "/check_schema.py' schema.json documents.jsonl");
    }
    ProgramFolder folder_;
};

TEST_F(ConfigSchema, TakesTheExamples) {
    std::string lines;
    for (char const* name : {"relax_then_md.json", "large.json"}) {
        std::ifstream file(ATHANOR_EXAMPLES "/" + std::string(name));
        json const document = json::parse(file);
        lines += json{{"document", document}, {"refused", false}}.dump() + "\n";
    }

    ProgramResult const said = check(lines);

    EXPECT_EQ(said.code, 0) << said.text;
    EXPECT_EQ(said.text, "2 documents, 0 refused: the schema agrees on all\n");
}

TEST_F(ConfigSchema, RefusesWhatTheCheckerRefusesAndTakesWhatItTakes) {
    std::string lines;
    int refused = 0, taken = 0;
    json base = Values::smallest(campaign_keys());
    base["pipeline"] = {{{"dynamics", {{"type", "single_point"}}}}};
    base["output"] = {"name"};
    for (json const& document : Values().others(campaign_keys(), base)) {
        bool const is_wrong = is_refused(document);
        ++(is_wrong ? refused : taken);
        lines += json{{"document", document}, {"refused", is_wrong}}.dump() + "\n";
    }
    ASSERT_GT(refused, 1000);
    ASSERT_GT(taken, 200);

    ProgramResult const said = check(lines);

    EXPECT_EQ(said.code, 0) << said.text;
}

}  // namespace
}  // namespace athanor::test
