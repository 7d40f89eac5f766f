// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/config_checker.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/config_errors.hpp"
#include "launch/config_keys.hpp"
#include "launch/json_document.hpp"
#include "launch/nearest_word.hpp"

namespace athanor {
namespace {

using nlohmann::json;

constexpr double largest_exact = 9007199254740992.0;  // 2^53: above, a float is no sure integer

class Checker {
public:
    explicit Checker(ConfigErrors& errors) : errors_(errors) {}

    json check_object(json const& found, std::span<KeySpec const> keys, std::string const& pointer,
                      bool tagged = false);

private:
    json check(json const& found, KeySpec const& spec, std::string const& pointer);
    json check_text(json const& found, KeySpec const& spec, std::string const& pointer);
    json check_word(json const& found, KeySpec const& spec, std::string const& pointer);
    json check_number(json const& found, KeySpec const& spec, std::string const& pointer);
    json check_tagged(json const& found, KeySpec const& spec, std::string const& pointer);
    json check_items(json const& found, KeySpec const& spec, std::string const& pointer);
    void report_unknown(std::string const& key, std::span<KeySpec const> keys,
                        std::string const& pointer, bool tagged);
    json refuse(json const& found, KeySpec const& spec, std::string const& pointer) {
        errors_.add(pointer,
                    fmt::format("{} is no {}; give {}", show(found), spec.noun, expectation(spec)));
        return nullptr;
    }

    ConfigErrors& errors_;
};

json Checker::check_object(json const& found, std::span<KeySpec const> keys,
                           std::string const& pointer, bool tagged) {
    json checked = json::object();
    for (auto const& [key, value] : found.items()) {
        if (tagged && key == "type") continue;
        auto const spec = std::find_if(keys.begin(), keys.end(),
                                       [&name = key](KeySpec const& k) { return k.key == name; });
        if (spec == keys.end())
            report_unknown(key, keys, child_pointer(pointer, key), tagged);
        else
            checked[key] = check(value, *spec, child_pointer(pointer, key));
    }
    for (KeySpec const& spec : keys) {
        std::string const key(spec.key);
        if (checked.contains(key)) continue;
        if (spec.required) {
            errors_.add(child_pointer(pointer, key),
                        fmt::format("missing; give {} ({})", expectation(spec), spec.help));
            checked[key] = nullptr;
        } else if (!spec.default_json.empty()) {
            checked[key] = check(json::parse(spec.default_json), spec, child_pointer(pointer, key));
        }
    }
    return checked;
}

json Checker::check(json const& found, KeySpec const& spec, std::string const& pointer) {
    switch (spec.kind) {
        case KeyKind::text:
            return check_text(found, spec, pointer);
        case KeyKind::word:
            return check_word(found, spec, pointer);
        case KeyKind::boolean:
            return found.is_boolean() ? found : refuse(found, spec, pointer);
        case KeyKind::integer:
        case KeyKind::number:
            return check_number(found, spec, pointer);
        case KeyKind::object:
            if (!found.is_object()) return refuse(found, spec, pointer);
            return check_object(found, spec.keys, pointer);
        case KeyKind::stage_or_fuse:
            if (!found.is_object()) return refuse(found, spec, pointer);
            return check_object(found, found.contains("fuse") ? spec.item->keys : spec.keys,
                                pointer);
        case KeyKind::tagged:
            return check_tagged(found, spec, pointer);
        case KeyKind::object_or_list:
            if (found.is_object()) return check_object(found, spec.keys, pointer);
            return check_items(found, spec, pointer);
        case KeyKind::list:
        case KeyKind::map:
            return check_items(found, spec, pointer);
    }
    return nullptr;
}

json Checker::check_text(json const& found, KeySpec const& spec, std::string const& pointer) {
    if (spec.digits_are_text && found.is_number_integer()) return found.dump();
    if (!found.is_string()) return refuse(found, spec, pointer);
    auto const& text = found.get_ref<std::string const&>();
    if (text.empty() && !spec.may_be_empty) return refuse(found, spec, pointer);
    bool const control =
        std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20; });
    if (control) {
        errors_.add(pointer,
                    fmt::format("{} holds control characters; give plain text", show(found)));
        return nullptr;
    }
    return found;
}

json Checker::check_word(json const& found, KeySpec const& spec, std::string const& pointer) {
    if (!found.is_string()) return refuse(found, spec, pointer);
    auto const& text = found.get_ref<std::string const&>();
    std::vector<std::string> known;
    for (KeyChoice const& choice : spec.choices) {
        if (choice.word == text) return found;
        known.emplace_back(choice.word);
    }
    errors_.add(pointer, fmt::format("{} is no {}; give {}", show(found), spec.noun,
                                     known_words(text, known)));
    return nullptr;
}

json Checker::check_number(json const& found, KeySpec const& spec, std::string const& pointer) {
    if (!found.is_number()) return refuse(found, spec, pointer);
    auto const value = found.get<double>();
    bool const whole = found.is_number_integer() ||
                       (value == std::floor(value) && std::fabs(value) <= largest_exact);
    bool const inside = std::isfinite(value) && value >= spec.least && value <= spec.most &&
                        !(spec.above_least && value == spec.least) &&
                        !(spec.below_most && value == spec.most);
    if (!inside || (spec.kind == KeyKind::integer && !whole)) return refuse(found, spec, pointer);
    if (spec.kind == KeyKind::number) return value;
    return found.is_number_integer() ? found : json(static_cast<std::int64_t>(value));
}

json Checker::check_tagged(json const& found, KeySpec const& spec, std::string const& pointer) {
    if (!found.is_object()) return refuse(found, spec, pointer);
    std::string const type_pointer = child_pointer(pointer, std::string("type"));
    if (!found.contains("type")) {
        std::vector<std::string> words;
        for (KeyChoice const& choice : spec.choices) words.emplace_back(choice.word);
        errors_.add(type_pointer, fmt::format("missing; give {}", any_of_words(words)));
        return nullptr;
    }
    KeySpec const type{
        .key = "type", .kind = KeyKind::word, .noun = spec.noun, .choices = spec.choices};
    json const word = check_word(found["type"], type, type_pointer);
    if (word.is_null()) return nullptr;
    auto const choice =
        std::find_if(spec.choices.begin(), spec.choices.end(),
                     [&](KeyChoice const& c) { return c.word == word.get<std::string>(); });
    json checked = check_object(found, choice->keys, pointer, /*tagged=*/true);
    checked["type"] = word;
    return checked;
}

json Checker::check_items(json const& found, KeySpec const& spec, std::string const& pointer) {
    bool const map = spec.kind == KeyKind::map;
    if (map ? !found.is_object() : !found.is_array()) return refuse(found, spec, pointer);
    if (found.empty() && !spec.may_be_empty) return refuse(found, spec, pointer);
    json checked = map ? json::object() : json::array();
    if (map)
        for (auto const& [key, value] : found.items())
            checked[key] = check(value, *spec.item, child_pointer(pointer, key));
    else
        for (std::size_t i = 0; i < found.size(); ++i)
            checked.push_back(check(found[i], *spec.item, child_pointer(pointer, i)));
    return checked;
}

void Checker::report_unknown(std::string const& key, std::span<KeySpec const> keys,
                             std::string const& pointer, bool tagged) {
    std::vector<std::string> known;
    for (KeySpec const& spec : keys) known.emplace_back(spec.key);
    std::string const nearest = nearest_word(key, known);
    if (tagged) known.insert(known.begin(), "type");
    errors_.add(
        pointer,
        fmt::format("unknown key {}; known here: {}{}", show(json(key)), fmt::join(known, ", "),
                    nearest.empty() ? "" : fmt::format(" (nearest: {})", nearest)));
}

}  // namespace

json check_document(json const& document, ConfigErrors& errors) {
    if (!document.is_object()) {
        errors.add("",
                   fmt::format("{} is no configuration; give an object {{...}}", show(document)));
        return nullptr;
    }
    return Checker(errors).check_object(document, campaign_keys(), "");
}

}  // namespace athanor
