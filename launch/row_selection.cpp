// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/row_selection.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "launch/nearest_word.hpp"
#include "runtime/error.hpp"
#include "sinks/ledger_words.hpp"

namespace athanor {
namespace {

std::vector<std::string> const key_words{"sample", "stage", "step", "kind", "outcome"};

/// One value up to `|` or `,`, perhaps in quotes; `at` then stands behind it.
std::string take_value(std::string_view text, std::size_t& at, bool& quoted) {
    quoted = at < text.size() && text[at] == '"';
    std::size_t const begin = quoted ? ++at : at;
    std::size_t const end =
        std::min(quoted ? text.find('"', begin) : text.find_first_of(",|", begin), text.size());
    if (quoted && end == text.size())
        throw ConfigError(fmt::format("\"{}\" has a quote that is never closed", text));
    at = quoted ? end + 1 : end;
    return std::string(text.substr(begin, end - begin));
}

bool is_slice(std::string_view text) {
    return !text.empty() && text.find_first_not_of("-0123456789:") == std::string_view::npos;
}

FrameSelection parse_slice(std::string const& key, std::string const& text) {
    try {
        FrameSelection const numbers(text);
        if (!numbers.needs_frame_count()) return numbers;
    } catch (ConfigError const&) {  // told below, with the key
    }
    throw ConfigError(fmt::format(
        "{}={}: no number or slice; give 7, 3:10 or 100:2000:50, without negative numbers", key,
        text));
}

std::size_t parse_word(std::string const& key, std::array<std::string_view, 4> const& words,
                       std::string const& text) {
    if (auto const value = ledger_value(words, text)) return *value;
    std::vector<std::string> const known(words.begin(), words.end());
    throw ConfigError(fmt::format("{}={}: unknown; give {}", key, text, known_words(text, known)));
}

}  // namespace

RowSelection::RowSelection(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        conditions_.push_back(parse_condition(text, at));
        if (at < text.size() && text[at] != ',')
            throw ConfigError(
                fmt::format("\"{}\": expected a comma before \"{}\"", text, text.substr(at)));
        if (at < text.size() && ++at == text.size())
            throw ConfigError(fmt::format("\"{}\" ends with a comma; leave it out", text));
    }
}

RowSelection::Condition RowSelection::parse_condition(std::string_view text, std::size_t& at) {
    std::size_t const equals = text.find('=', at);
    std::string const key(text.substr(at, std::min(equals, text.find(',', at)) - at));
    auto const found = std::find(key_words.begin(), key_words.end(), key);
    if (found == key_words.end())
        throw ConfigError(
            fmt::format("{}: unknown condition; give {}", key, known_words(key, key_words)));
    if (equals == std::string_view::npos || text.find(',', at) < equals)
        throw ConfigError(fmt::format("{}: has no value; give {}=VALUE", key, key));
    Condition condition{static_cast<Key>(found - key_words.begin()), {}};
    at = equals;
    do {
        bool quoted = false;
        std::string const value = take_value(text, ++at, quoted);
        condition.values.push_back(parse_value(condition.key, value, quoted));
    } while (at < text.size() && text[at] == '|');
    return condition;
}

RowSelection::Value RowSelection::parse_value(Key key, std::string const& text, bool quoted) {
    std::string const& word = key_words[static_cast<std::size_t>(key)];
    if (text.empty()) throw ConfigError(fmt::format("{}: has an empty value; give one", word));
    Value value;
    if (key == Key::kind) {
        value.word = parse_word(word, kind_words, text);
    } else if (key == Key::outcome) {
        value.word = parse_word(word, outcome_words, text);
    } else if (key == Key::sample && (quoted || !is_slice(text))) {
        value.text = text;
    } else {
        value.numbers = parse_slice(word, text);
    }
    return value;
}

bool RowSelection::needs_ledger() const {
    return std::any_of(conditions_.begin(), conditions_.end(),
                       [](Condition const& c) { return c.key != Key::sample; });
}

bool RowSelection::asks_for_failed() const {
    return std::ranges::any_of(conditions_, [](Condition const& condition) {
        return std::ranges::any_of(condition.values, [&](Value const& value) {
            return (condition.key == Key::kind &&
                    value.word == static_cast<std::size_t>(RowKind::quarantined)) ||
                   (condition.key == Key::outcome &&
                    value.word == static_cast<std::size_t>(Outcome::failed));
        });
    });
}

bool RowSelection::contains(RowHead const& row) const {
    if (row.masked && !asks_for_failed()) return false;
    return std::ranges::all_of(conditions_, [&](Condition const& condition) {
        return std::ranges::any_of(
            condition.values, [&](Value const& value) { return holds(condition.key, value, row); });
    });
}

bool RowSelection::holds(Key key, Value const& value, RowHead const& row) {
    switch (key) {
        case Key::sample:
            return value.numbers ? value.numbers->contains(row.key.system_id)
                                 : value.text == row.name;
        case Key::stage:
            return value.numbers->contains(row.key.stage);
        case Key::step:
            return value.numbers->contains(row.key.step);
        case Key::kind:
            return value.word == static_cast<std::size_t>(row.key.kind);
        case Key::outcome:
            return value.word == static_cast<std::size_t>(row.outcome);
    }
    return false;
}

}  // namespace athanor
