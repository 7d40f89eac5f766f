// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launch/config_words.hpp"

/// Looks into a checked document, in which null stands for a value that was refused. Templates over
/// the document's type, so that no header of ours needs the JSON library.
namespace athanor::detail {

/// True when the file has the key, also when its value was refused.
template <class Json>
[[nodiscard]] bool has(Json const& object, char const* key) {
    return object.is_object() && object.contains(key);
}

/// True when the key has a value that passed the checker.
template <class Json>
[[nodiscard]] bool holds(Json const& object, char const* key) {
    return has(object, key) && !object.at(key).is_null();
}

/// Sets `target` to the value, unless it is absent or was refused.
template <class Json, class T>
void take(Json const& object, char const* key, T& target) {
    if (holds(object, key)) object.at(key).get_to(target);
}

template <class Enum, class Json>
void take_word(Json const& object, char const* key, Enum& target) {
    if (holds(object, key))
        target = value_of<Enum>(object.at(key).template get_ref<std::string const&>());
}

}  // namespace athanor::detail
