// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/reference/config_schema.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/config_keys.hpp"

namespace athanor {
namespace {

using Json = nlohmann::ordered_json;

constexpr double largest_exact = 9007199254740992.0;  // 2^53

Json bound(double value) {
    bool const whole = value == std::floor(value) && std::fabs(value) <= largest_exact;
    return whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

class SchemaWriter {
public:
    Json write();

private:
    Json schema_of(KeySpec const& spec);
    Json schema_of_value(KeySpec const& spec);
    Json schema_of_items(KeySpec const& spec);
    Json schema_of_number(KeySpec const& spec);
    Json schema_of_object(std::span<KeySpec const> keys, bool tagged = false);
    Json schema_of_tagged(KeySpec const& spec);
    /// A schema that is spelt once, under $defs. `identity`: what it is made of.
    template <class MakeSchema>
    Json shared(void const* identity, std::string_view noun, MakeSchema const& make);

    Json definitions_ = Json::object();
    std::map<void const*, std::string> names_;
};

std::string description_of(KeySpec const& spec) {
    std::string text(spec.help);
    if (!spec.unit.empty()) text += fmt::format(" [{}]", spec.unit);
    for (KeyChoice const& choice : spec.choices)
        text += fmt::format("\n{}: {}", choice.word, choice.help);
    return text;
}

Json schema_of_text(KeySpec const& spec) {
    Json schema = {{"type", "string"}};
    if (spec.digits_are_text) schema["type"] = {"string", "integer"};
    if (!spec.may_be_empty) schema["minLength"] = 1;
    schema["pattern"] = "^[^\\u0000-\\u001f]*$";
    return schema;
}

Json words_of(KeySpec const& spec) {
    Json words = Json::array();
    for (KeyChoice const& choice : spec.choices) words.push_back(choice.word);
    return words;
}

template <class MakeSchema>
Json SchemaWriter::shared(void const* identity, std::string_view noun, MakeSchema const& make) {
    std::string name(noun);
    std::replace(name.begin(), name.end(), ' ', '_');
    auto const [known, is_new] = names_.try_emplace(identity, name);
    if (is_new) {
        for (int n = 2; definitions_.contains(known->second); ++n)
            known->second = fmt::format("{}_{}", name, n);
        definitions_[known->second] = nullptr;  // holds the place, and the order
        Json schema = make();
        definitions_[known->second] = std::move(schema);
    }
    return {{"$ref", "#/$defs/" + known->second}};
}

Json SchemaWriter::schema_of(KeySpec const& spec) {
    if (spec.kind == KeyKind::stage_or_fuse)
        return shared(&spec, spec.noun, [&] { return schema_of_value(spec); });
    Json schema = {{"description", description_of(spec)}};
    if (!spec.default_json.empty()) schema["default"] = Json::parse(spec.default_json);
    schema.update(schema_of_value(spec));
    return schema;
}

Json SchemaWriter::schema_of_value(KeySpec const& spec) {
    switch (spec.kind) {
        case KeyKind::text:
            return schema_of_text(spec);
        case KeyKind::word:
            return {{"enum", words_of(spec)}};
        case KeyKind::boolean:
            return {{"type", "boolean"}};
        case KeyKind::integer:
        case KeyKind::number:
            return schema_of_number(spec);
        case KeyKind::object:
            if (spec.key.empty())  // an item: others may hold it too
                return shared(spec.keys.data(), spec.noun,
                              [&] { return schema_of_object(spec.keys); });
            return schema_of_object(spec.keys);
        case KeyKind::map:
        case KeyKind::list:
            return schema_of_items(spec);
        case KeyKind::tagged:
            return shared(spec.choices.data(), spec.noun, [&] { return schema_of_tagged(spec); });
        case KeyKind::object_or_list:
            return {{"if", {{"type", "array"}}},
                    {"then", schema_of_items(spec)},
                    {"else", schema_of_object(spec.keys)}};
        case KeyKind::stage_or_fuse:
            return {{"if", {{"type", "object"}, {"required", {"fuse"}}}},
                    {"then", schema_of(*spec.item)},
                    {"else", shared(spec.keys.data(), "stage",
                                    [&] { return schema_of_object(spec.keys); })}};
    }
    return true;
}

Json SchemaWriter::schema_of_items(KeySpec const& spec) {
    bool const map = spec.kind == KeyKind::map;
    Json schema = {{"type", map ? "object" : "array"}};
    if (!spec.may_be_empty) schema[map ? "minProperties" : "minItems"] = 1;
    schema[map ? "additionalProperties" : "items"] = schema_of(*spec.item);
    return schema;
}

Json SchemaWriter::schema_of_number(KeySpec const& spec) {
    Json schema = {{"type", spec.kind == KeyKind::integer ? "integer" : "number"}};
    if (std::isfinite(spec.least))
        schema[spec.above_least ? "exclusiveMinimum" : "minimum"] = bound(spec.least);
    if (std::isfinite(spec.most))
        schema[spec.below_most ? "exclusiveMaximum" : "maximum"] = bound(spec.most);
    return schema;
}

Json SchemaWriter::schema_of_object(std::span<KeySpec const> keys, bool tagged) {
    Json schema = {{"type", "object"}, {"properties", Json::object()}};
    if (tagged) schema["properties"]["type"] = true;
    Json required = Json::array();
    for (KeySpec const& spec : keys) {
        schema["properties"][std::string(spec.key)] = schema_of(spec);
        if (spec.required) required.push_back(spec.key);
    }
    if (!required.empty()) schema["required"] = required;
    schema["additionalProperties"] = false;
    return schema;
}

Json SchemaWriter::schema_of_tagged(KeySpec const& spec) {
    Json schema = {{"type", "object"},
                   {"required", {"type"}},
                   {"properties", {{"type", {{"enum", words_of(spec)}}}}},
                   {"allOf", Json::array()}};
    for (KeyChoice const& choice : spec.choices) {
        Json const chosen = {{"properties", {{"type", {{"const", choice.word}}}}},
                             {"required", {"type"}}};
        schema["allOf"].push_back(
            {{"if", chosen}, {"then", schema_of_object(choice.keys, /*tagged=*/true)}});
    }
    return schema;
}

Json SchemaWriter::write() {
    Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                   {"title", "Configuration of an Athanor campaign"}};
    schema.update(schema_of_object(campaign_keys()));
    schema["$defs"] = definitions_;
    return schema;
}

}  // namespace

std::string config_schema() { return SchemaWriter().write().dump(2) + "\n"; }

}  // namespace athanor
