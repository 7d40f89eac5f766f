// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/config.hpp"

#include <charconv>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/config_checker.hpp"
#include "launch/config_errors.hpp"
#include "launch/config_reader.hpp"
#include "launch/json_document.hpp"
#include "runtime/error.hpp"

namespace athanor {

ConfigOverride parse_override(std::string const& text) {
    std::size_t const equals = text.find('=');
    if (equals == std::string::npos)
        throw ConfigError(
            fmt::format("--set {}: there is no value; give --set /pointer=value", text));
    if (!text.starts_with("/"))
        throw ConfigError(fmt::format(
            "--set {}: a JSON pointer begins with a slash; give --set /{}", text, text));
    return {.pointer = text.substr(0, equals), .value = text.substr(equals + 1)};
}

Config parse_config(std::string const& text, std::string const& label,
                    std::filesystem::path const& base,
                    std::vector<ConfigOverride> const& overrides) {
    ConfigErrors errors(label);
    nlohmann::json document = parse_json(text, label, errors);
    for (ConfigOverride const& change : overrides) apply_override(document, change, errors);
    nlohmann::json const checked = check_document(document, errors);
    Config config = read_config(checked, base, errors);
    errors.throw_if_any();
    return config;
}

Config load_config(std::filesystem::path const& path,
                   std::vector<ConfigOverride> const& overrides) {
    return parse_config(read_text(path), path.string(), path.parent_path(), overrides);
}

}  // namespace athanor
