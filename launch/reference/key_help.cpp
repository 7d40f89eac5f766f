// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/reference/key_help.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "launch/nearest_word.hpp"
#include "launch/readable.hpp"
#include "launch/reference/key_index.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

constexpr int help_column = 24;

std::string padded(std::string_view text, int width) {
    return std::string(text) + std::string(std::max(1, width - display_width(text)), ' ');
}

std::string sentence(std::string_view help) { return help.empty() ? "" : fmt::format("{}.", help); }

/// The words of a key, or the keys of an object, a line each.
std::string lines_of_words(std::span<KeyChoice const> choices) {
    std::string text;
    for (KeyChoice const& choice : choices)
        text += fmt::format("    {}{}\n", padded(choice.word, help_column), choice.help);
    return text;
}

std::string lines_of_keys(std::span<KeySpec const> keys) {
    std::string text;
    for (KeySpec const& key : keys)
        text += fmt::format("    {}{}{}\n", padded(key.key, help_column), key.help,
                            key.required ? " (required)"
                            : key.default_json.empty() || key.default_json == "{}"
                                ? ""
                                : fmt::format(" ({})", key.default_json));
    return text;
}

std::string facts_of_key(KeySpec const& spec) {
    std::string text = fmt::format("  type     {}\n", type_of_key(spec));
    if (!spec.unit.empty()) text += fmt::format("  unit     {}\n", spec.unit);
    std::string const range = range_of_key(spec);
    if (!range.empty() && spec.choices.empty()) text += fmt::format("  range    {}\n", range);
    text += fmt::format("  default  {}\n", default_of_key(spec));
    if (!spec.choices.empty())
        text += (spec.kind == KeyKind::tagged ? "  \"type\" is one of\n" : "  words\n") +
                lines_of_words(spec.choices);
    if (!spec.keys.empty()) text += "  keys\n" + lines_of_keys(spec.keys);
    if (spec.item == nullptr) return text;
    if (!spec.item->keys.empty())
        text += fmt::format("  keys of {}\n", spec.item->help) + lines_of_keys(spec.item->keys);
    if (!spec.item->choices.empty())
        text += fmt::format("  {}: \"type\" is one of\n", spec.item->help) +
                lines_of_words(spec.item->choices);
    return text;
}

std::string describe(KeyEntry const& entry) {
    if (entry.word == nullptr) return sentence(entry.spec->help) + "\n" + facts_of_key(*entry.spec);
    std::string text = sentence(entry.word->help) + "\n";
    if (!entry.word->keys.empty()) text += "  keys\n" + lines_of_keys(entry.word->keys);
    return text;
}

std::string words_line(std::string_view key) {
    std::vector<std::string> words;
    for (KeyEntry const& entry : key_index())
        if (entry.word != nullptr && entry.path.size() >= 2 &&
            entry.path[entry.path.size() - 2] == key && entry.spec->kind == KeyKind::tagged)
            words.push_back(entry.path.back());
    return fmt::format("{}", fmt::join(words, " "));
}

/// Lines of at most `width` columns below the first, which begins with `head`.
std::string wrapped(std::string const& head, std::string const& words) {
    constexpr int width = 96;
    std::string text = "  " + padded(head, 12), line;
    std::size_t at = 0;
    while (at < words.size()) {
        std::size_t const end = std::min(words.find(' ', at), words.size());
        std::string const word = words.substr(at, end - at);
        if (14 + display_width(line) + display_width(word) + 1 > width) {
            text += line + "\n" + std::string(14, ' ');
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
        at = end + 1;
    }
    return text + line + "\n";
}

}  // namespace

std::string type_of_key(KeySpec const& spec) {
    switch (spec.kind) {
        case KeyKind::text:
            return spec.digits_are_text ? "text or whole number" : "text";
        case KeyKind::word:
            return "word";
        case KeyKind::boolean:
            return "true or false";
        case KeyKind::integer:
            return "whole number";
        case KeyKind::number:
            return "number";
        case KeyKind::object:
            return "object";
        case KeyKind::map:
            return fmt::format("object; each value: {}", spec.item->noun);
        case KeyKind::list:
            return fmt::format("list; each: {}", spec.item->noun);
        case KeyKind::tagged:
            return "object with a \"type\"";
        case KeyKind::object_or_list:
            return fmt::format("object, or list; each: {}", spec.item->noun);
        case KeyKind::stage_or_fuse:
            return "object";
    }
    return "";
}

std::string range_of_key(KeySpec const& spec) {
    if (spec.kind == KeyKind::integer || spec.kind == KeyKind::number) {
        std::string range = number_range(spec);
        range.erase(0, range.find_first_not_of(" ,"));
        return range;
    }
    std::vector<std::string> words;
    for (KeyChoice const& choice : spec.choices) words.emplace_back(choice.word);
    if (!words.empty()) return any_of_words(words);
    return spec.may_be_empty ? "" : "not empty";
}

std::string default_of_key(KeySpec const& spec) {
    if (spec.required) return "required";
    return spec.default_json.empty() ? "none" : std::string(spec.default_json);
}

std::string explain_key(std::string_view query) {
    std::vector<KeyEntry> const found = find_keys(query);
    if (found.empty()) {
        std::vector<std::string> const near = near_names(query);
        throw ConfigError(fmt::format("help: \"{}\" is no key, word or command; {}", query,
                                      near.empty()
                                          ? "`athanor help` lists them"
                                          : "near: " + fmt::format("{}", fmt::join(near, ", "))));
    }
    // Keys that say the same under several words are told once.
    std::vector<std::pair<std::string, std::vector<std::string>>> told;
    for (KeyEntry const& entry : found) {
        std::string const text = entry.path.back() + ": " + describe(entry);
        auto const same = std::find_if(told.begin(), told.end(),
                                       [&](auto const& other) { return other.first == text; });
        if (same == told.end())
            told.push_back({text, {entry.place}});
        else
            same->second.push_back(entry.place);
    }
    std::string all;
    for (auto const& [text, places] : told) {
        all += (all.empty() ? "" : "\n") + text;
        for (std::string const& place : places)
            all += fmt::format("  {} {}\n", &place == &places.front() ? "in      " : "        ",
                               place);
    }
    return all;
}

std::string list_topics() {
    std::string keys;
    for (KeySpec const& spec : campaign_keys()) keys += fmt::format("{} ", spec.key);
    keys.pop_back();
    return "Keys of a configuration\n" + wrapped("top", keys) +
           wrapped("model", words_line("model")) + wrapped("dynamics", words_line("dynamics")) +
           wrapped("hooks", words_line("hooks")) + wrapped("sinks", words_line("sinks"));
}

}  // namespace athanor
