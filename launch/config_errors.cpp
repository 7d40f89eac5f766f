// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/config_errors.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {

void ConfigErrors::blame(std::string const& pointer, std::string const& option) {
    origins_.push_back({pointer, option});
}

std::string ConfigErrors::place_of(std::string const& pointer) const {
    for (auto origin = origins_.rbegin(); origin != origins_.rend(); ++origin)
        if (pointer == origin->pointer || pointer.starts_with(origin->pointer + "/"))
            return origin->option == "--set" ? fmt::format("--set {}", pointer) : origin->option;
    return fmt::format("{}#{}", label_, pointer);
}

void ConfigErrors::add(std::string const& pointer, std::string const& message) {
    lines_.push_back(fmt::format("{}: {}", place_of(pointer), message));
}

void ConfigErrors::throw_if_any() const {
    if (lines_.empty()) return;
    throw ConfigError(fmt::format("{}", fmt::join(lines_, "\n")));
}

std::string child_pointer(std::string const& pointer, std::string const& key) {
    std::string escaped;
    for (char const c : key) {
        if (c == '~')
            escaped += "~0";
        else if (c == '/')
            escaped += "~1";
        else
            escaped += c;
    }
    return fmt::format("{}/{}", pointer, escaped);
}

std::string child_pointer(std::string const& pointer, std::size_t index) {
    return fmt::format("{}/{}", pointer, index);
}

}  // namespace athanor
