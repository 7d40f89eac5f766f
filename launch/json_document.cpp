// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/json_document.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/config.hpp"
#include "launch/config_errors.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

using nlohmann::json;

/// Notices keys that stand twice, which the parser itself lets pass.
class DuplicateKeys {
public:
    explicit DuplicateKeys(ConfigErrors& errors) : errors_(errors) {}

    bool operator()(json::parse_event_t event, json& parsed) {
        switch (event) {
            case json::parse_event_t::object_start:
            case json::parse_event_t::array_start:
                enter_item();
                levels_.push_back({.is_list = event == json::parse_event_t::array_start});
                break;
            case json::parse_event_t::object_end:
            case json::parse_event_t::array_end:
                levels_.pop_back();
                break;
            case json::parse_event_t::key:
                levels_.back().key = parsed.get<std::string>();
                if (!levels_.back().seen.insert(levels_.back().key).second)
                    errors_.add(here(), "the key stands twice in this object; keep one");
                break;
            case json::parse_event_t::value:
                enter_item();
                break;
        }
        return true;
    }

private:
    struct Level {
        bool is_list = false;
        std::size_t next = 0;
        std::string key = {};
        std::set<std::string> seen = {};
    };

    void enter_item() {
        if (!levels_.empty() && levels_.back().is_list) ++levels_.back().next;
    }
    [[nodiscard]] std::string here() const {
        std::string pointer;
        for (Level const& level : levels_)
            pointer = level.is_list ? child_pointer(pointer, level.next - 1)
                                    : child_pointer(pointer, level.key);
        return pointer;
    }

    ConfigErrors& errors_;
    std::vector<Level> levels_;
};

/// What to say about a syntax error whose offending character stands at `at`.
std::string explain(std::string const& text, std::size_t at, std::string const& parser_says) {
    if (at < text.size()) {
        if (text[at] == '/') return "JSON has no comments; take it out";
        if (text[at] == '\'') return "JSON quotes strings with \"; replace the '";
        if (text[at] == '}' || text[at] == ']') {
            std::size_t const before = text.find_last_not_of(" \t\r\n", at == 0 ? 0 : at - 1);
            if (before != std::string::npos && text[before] == ',')
                return fmt::format("a comma stands before \"{}\"; take the comma out", text[at]);
        }
    }
    constexpr std::string_view lead = "syntax error ";
    std::size_t const found = parser_says.find(lead);
    return found == std::string::npos ? "this is no JSON" : parser_says.substr(found + lead.size());
}

std::vector<std::string> split_pointer(std::string const& pointer) {
    std::vector<std::string> keys;
    for (std::size_t at = 0; at < pointer.size(); ++at) {
        if (pointer[at] == '/') {
            keys.emplace_back();
        } else if (pointer[at] == '~' && at + 1 < pointer.size()) {  // ~1 is a slash, ~0 a tilde
            ++at;
            keys.back() += pointer[at] == '1' ? '/' : '~';
        } else {
            keys.back() += pointer[at];
        }
    }
    return keys;
}

bool is_index(std::string const& key) {
    return !key.empty() && key.size() < 10 &&
           key.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

std::string read_text(std::filesystem::path const& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        throw ConfigError(
            fmt::format("{}: this is a folder; give a configuration file", path.string()));
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw ConfigError(fmt::format("{}: cannot be read ({}); give a configuration file",
                                      path.string(), std::strerror(errno)));
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

json parse_json(std::string const& text, std::string const& label, ConfigErrors& errors) {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        throw ConfigError(fmt::format("{}: the file is empty; give a JSON object {{...}}", label));
    try {
        DuplicateKeys duplicates(errors);
        return json::parse(text, [&](int, json::parse_event_t event, json& parsed) {
            return duplicates(event, parsed);
        });
    } catch (json::parse_error const& error) {
        std::size_t const at = error.byte == 0 ? 0 : std::min(error.byte - 1, text.size());
        auto const line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(at), '\n');
        std::size_t const newline = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
        std::size_t const column = newline == std::string::npos ? at + 1 : at - newline;
        throw ConfigError(
            fmt::format("{}:{}:{}: {}", label, line, column, explain(text, at, error.what())));
    } catch (json::exception const& error) {  // a number that no double can hold
        throw ConfigError(fmt::format("{}: {}", label, error.what()));
    }
}

void apply_override(json& document, ConfigOverride const& change, ConfigErrors& errors) {
    json value = json::parse(change.value, nullptr, /*allow_exceptions=*/false);
    if (value.is_discarded()) value = change.value;

    json* place = &document;
    std::string pointer;
    bool created = false;
    for (std::string const& key : split_pointer(change.pointer)) {
        if (place->is_null()) *place = json::object();
        if (place->is_array()) {
            std::size_t const index = key == "-"      ? place->size()
                                      : is_index(key) ? std::stoul(key)
                                                      : place->size() + 1;
            if (index > place->size()) {
                errors.blame(change.pointer, change.option);
                errors.add(change.pointer,
                           fmt::format("{} is a list of {}; give an index from 0 to {}", pointer,
                                       place->size(), place->size()));
                return;
            }
            pointer = child_pointer(pointer, index);
            if (index == place->size()) {
                place->push_back(nullptr);
                if (!created) errors.blame(pointer, change.option);
                created = true;
            }
            place = &(*place)[index];
        } else if (place->is_object()) {
            pointer = child_pointer(pointer, key);
            if (!place->contains(key) && !created) {
                errors.blame(pointer, change.option);
                created = true;
            }
            place = &(*place)[key];
        } else {
            errors.blame(change.pointer, change.option);
            errors.add(change.pointer,
                       fmt::format("{} is {}, nothing stands below it; give a pointer into an "
                                   "object or a list",
                                   pointer.empty() ? "the document" : pointer, show(*place)));
            return;
        }
    }
    if (!created) errors.blame(pointer, change.option);
    *place = std::move(value);
}

std::string show(json const& value) {
    if (value.is_object()) return value.empty() ? "an empty object" : "an object";
    if (value.is_array()) return value.empty() ? "an empty list" : "a list";
    std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    constexpr std::size_t longest = 80;
    if (text.size() > longest) {
        std::size_t cut = longest;
        while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
        text = text.substr(0, cut) + "...";
    }
    return text;
}

}  // namespace athanor
