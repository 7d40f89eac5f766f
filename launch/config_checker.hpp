// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace athanor {

class ConfigErrors;

/// Holds a document against the tables of config_keys.hpp: keys, types, ranges, words, and what
/// this version runs. Everything wrong goes to `errors`.
/// Returns the document with every default filled in; where a value was refused, null stands in its
/// place, so that whoever reads on neither trips over it nor takes it for missing.
[[nodiscard]] nlohmann::json check_document(nlohmann::json const& document, ConfigErrors& errors);

}  // namespace athanor
