// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace athanor {

struct KeySpec;

/// One word that a key accepts; for a tagged object also the keys that come with it.
struct KeyChoice {
    std::string_view word;
    std::string_view help = {};
    std::span<KeySpec const> keys = {};
};

enum class KeyKind {
    text,
    word,  ///< one of `choices`
    boolean,
    integer,  ///< within the range
    number,   ///< within the range
    object,   ///< with `keys`
    map,      ///< any name to an `item`
    list,     ///< of `item`
    tagged,   ///< object whose "type" is one of `choices`; the others of its keys follow from it
    object_or_list,  ///< object with `keys`, or a list of `item`
    stage_or_fuse,   ///< object with `keys`, or {"fuse": ...} with the keys of `item`
};

/// Everything there is to say about one key, once. The checker, and whatever explains the
/// configuration to a person or a program, read it here.
struct KeySpec {
    std::string_view key = {};  ///< empty for the items of a list or map
    KeyKind kind = KeyKind::text;
    std::string_view noun = {};  ///< messages: "-0.5 is no NOUN"
    std::string_view help = {};  ///< one line
    bool required = false;
    std::string_view default_json = {};  ///< empty: absent means absent
    std::string_view unit = {};          ///< in the plural, "femtoseconds"
    double least = -std::numeric_limits<double>::infinity();
    double most = std::numeric_limits<double>::infinity();
    bool above_least = false;      ///< `least` itself is refused
    bool below_most = false;       ///< `most` itself is refused
    bool may_be_empty = true;      ///< texts, lists and maps
    bool digits_are_text = false;  ///< texts: 5 is taken for "5"
    std::span<KeyChoice const> choices = {};
    std::span<KeySpec const> keys = {};
    KeySpec const* item = nullptr;
};

/// The keys of a configuration file; everything else hangs below.
[[nodiscard]] std::span<KeySpec const> campaign_keys();

/// The range of a number, to stand behind what it is: " from 1 to 8", ", 0 or above", or "".
[[nodiscard]] std::string number_range(KeySpec const& spec);

/// What to give, in words: "femtoseconds above 0", "auto, cpu or cuda", "a list".
[[nodiscard]] std::string expectation(KeySpec const& spec);

}  // namespace athanor
