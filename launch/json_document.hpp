// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace athanor {

class ConfigErrors;
struct ConfigOverride;

/// The bytes of a configuration file. Throws ConfigError when it cannot be read.
[[nodiscard]] std::string read_text(std::filesystem::path const& path);

/// Plain JSON: no comments, no trailing commas. A key that stands twice in an object is added to
/// `errors`. Throws ConfigError with line and column for a syntax error.
[[nodiscard]] nlohmann::json parse_json(std::string const& text, std::string const& label,
                                        ConfigErrors& errors);

/// Puts the value in its place; objects on the way are created, and a list may grow by one item.
void apply_override(nlohmann::json& document, ConfigOverride const& change, ConfigErrors& errors);

/// A value as messages show it: short, and on one line.
[[nodiscard]] std::string show(nlohmann::json const& value);

}  // namespace athanor
