// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/store_parts.hpp"

#include <string_view>

#include <fmt/format.h>

#include "sinks/object_url.hpp"
#include "sinks/storage_url.hpp"

namespace athanor {
namespace {

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// What stands behind the name of a store: only names that we give, for others may begin with it.
bool is_part(std::string_view rest) {
    return rest.starts_with(".part-") && is_digits(rest.substr(6));
}
bool is_temporary(std::string_view rest) {
    constexpr std::string_view going = ".tmp-removed";
    if (rest.ends_with(going)) rest.remove_suffix(going.size());
    return rest.empty() || (rest.starts_with(".tmp-") && is_digits(rest.substr(5)));
}

}  // namespace

std::string store_part(std::string const& url, int rank) {
    return fmt::format("{}.part-{}", url, rank);
}

std::vector<std::string> store_parts(std::string const& url) {
    std::vector<std::string> parts = places_beside(url, ".part-");
    std::erase_if(parts, [&url](std::string const& place) {
        return !is_part(std::string_view(place).substr(url.size()));
    });
    return parts;
}

void remove_locks_of_parts(std::string const& url) {
    for (std::string const& place : locked_beside(url, ".part-"))
        if (is_part(std::string_view(place).substr(url.size()))) remove_lock(place);
}

void remove_store_leftovers(std::string const& url) {
    bring_back_store(url);
    for (std::string const& place : places_beside(url, ".tmp-"))
        if (is_temporary(place.substr(url.size()))) remove_store(place);
    for (std::string const& place : places_beside(url, ".part-")) {
        std::string const rest = place.substr(url.size());
        bool const rootless = is_object_url(url) && is_part(rest) && !has_store(place);
        auto const temporary = rest.find(".tmp-");
        if (rootless || (temporary != std::string::npos && is_part(rest.substr(0, temporary)) &&
                         is_temporary(rest.substr(temporary))))
            remove_store(place);
    }
    remove_locks_of_parts(url);
}

}  // namespace athanor
