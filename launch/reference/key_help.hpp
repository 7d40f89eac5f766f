// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "launch/config_keys.hpp"

namespace athanor {

/// "number", "whole number", "text", "one of", "list of" ...: what a value is, without its range.
[[nodiscard]] std::string type_of_key(KeySpec const& spec);
/// "above 0", "from 1 to 8", the words, or "".
[[nodiscard]] std::string range_of_key(KeySpec const& spec);
/// The default as JSON, "required", or "none".
[[nodiscard]] std::string default_of_key(KeySpec const& spec);

/// What there is to say about a key or word (reference/key_index.hpp says what a query may be).
/// Throws ConfigError, with the near names, when there is none.
[[nodiscard]] std::string explain_key(std::string_view query);

/// The keys at the top of a configuration and the words for dynamics, hooks, sinks and models.
[[nodiscard]] std::string list_topics();

}  // namespace athanor
