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

FrameSelection parse_selection(std::string const& text) {
    auto const refuse = [&text](std::string_view why) -> FrameSelection {
        throw ConfigError(
            fmt::format("\"{}\" is no selection ({}); give a frame \"5\" or a slice "
                        "\"first:end:step\" of frames counted from 0",
                        text, why));
    };
    std::optional<std::int64_t> parts[3];
    int count = 0;
    for (std::size_t begin = 0; begin <= text.size(); ++count) {
        if (count == 3) return refuse("it has more than two colons");
        std::size_t const end = std::min(text.find(':', begin), text.size());
        if (end > begin) {
            std::int64_t number = 0;
            auto const [stop, error] =
                std::from_chars(text.data() + begin, text.data() + end, number);
            if (error != std::errc{} || stop != text.data() + end)
                return refuse(fmt::format("{} is no integer", text.substr(begin, end - begin)));
            parts[count] = number;
        }
        begin = end + 1;
    }
    if (count == 1) {
        if (!parts[0]) return refuse("it is empty");
        FrameSelection one{.first = parts[0], .end = *parts[0] + 1};
        if (*parts[0] == -1) one.end.reset();  // the last frame; -1 + 1 would be the first
        return one;
    }
    if (parts[2] && *parts[2] < 1) return refuse("its step is not above 0");
    return {.first = parts[0], .end = parts[1], .step = parts[2].value_or(1)};
}

}  // namespace athanor
