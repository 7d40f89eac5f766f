// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/reference/key_index.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "launch/nearest_word.hpp"

namespace athanor {
namespace {

class Index {
public:
    std::vector<KeyEntry> entries;

    void add(std::span<KeySpec const> keys, std::vector<std::string> const& path,
             std::string const& place) {
        for (KeySpec const& spec : keys) {
            std::vector<std::string> here = path;
            here.emplace_back(spec.key);
            std::string const there =
                place.empty() ? std::string(spec.key) : fmt::format("{}.{}", place, spec.key);
            entries.push_back({here, there, &spec, nullptr});
            add_below(spec, here, there);
        }
    }

private:
    void add_below(KeySpec const& spec, std::vector<std::string> const& path,
                   std::string const& place) {
        if (!spec.keys.empty() && seen_.insert(spec.keys.data()).second)
            add(spec.keys, path, place);
        for (KeyChoice const& choice : spec.choices) {
            std::vector<std::string> here = path;
            here.emplace_back(choice.word);
            std::string const there = fmt::format("{} ({})", place, choice.word);
            entries.push_back({here, there, &spec, &choice});
            add(choice.keys, here, there);
        }
        if (spec.item != nullptr && seen_.insert(spec.item).second) {
            bool const map = spec.kind == KeyKind::map, fused = spec.kind == KeyKind::stage_or_fuse;
            add_below(*spec.item, path, fused ? place : place + (map ? ".*" : "[]"));
        }
    }

    std::set<void const*> seen_;
};

std::vector<std::string> parts_of(std::string_view query) {
    std::vector<std::string> parts;
    std::string part;
    auto const end_part = [&] {
        bool const number =
            std::all_of(part.begin(), part.end(), [](unsigned char c) { return std::isdigit(c); });
        if (!number) parts.push_back(part);
        part.clear();
    };
    for (char const c : query) {
        if (c == '.' || c == '/' || c == '[' || c == ']')
            end_part();
        else if (c != ' ' && c != '(' && c != ')')
            part += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    end_part();
    for (std::string& p : parts)
        if (p == "stage" || p == "stages") p = "pipeline";  // what people call it
    return parts;
}

std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// "timestep_fs" as "timestep".
std::string without_unit(std::string name) {
    for (std::string_view const unit :
         {"_per_fs", "_fs", "_kelvin", "_gpa", "_ev_per_a3", "_seconds"})
        if (name.ends_with(unit)) return name.substr(0, name.size() - unit.size());
    return name;
}

bool fits(KeyEntry const& entry, std::vector<std::string> const& parts) {
    std::string const name = lowered(entry.path.back());
    if (name != parts.back() && without_unit(name) != parts.back()) return false;
    std::size_t found = 0;
    for (std::size_t p = 0; p + 1 < entry.path.size() && found + 1 < parts.size(); ++p)
        found += lowered(entry.path[p]) == parts[found];
    return found + 1 == parts.size();
}

}  // namespace

std::vector<KeyEntry> key_index() {
    Index index;
    index.add(campaign_keys(), {}, "");
    return std::move(index.entries);
}

std::vector<KeyEntry> find_keys(std::string_view query) {
    std::vector<std::string> const parts = parts_of(query);
    std::vector<KeyEntry> found;
    if (parts.empty()) return found;
    for (KeyEntry& entry : key_index())
        if (fits(entry, parts)) found.push_back(std::move(entry));
    return found;
}

std::vector<std::string> near_names(std::string_view query) {
    std::vector<std::string> const parts = parts_of(query);
    std::string const word = parts.empty() ? "" : parts.back();
    std::set<std::pair<int, std::string>> ranked;
    for (KeyEntry const& entry : key_index()) {
        std::string const& name = entry.path.back();
        bool const inside = word.size() >= 3 && lowered(name).find(word) != std::string::npos;
        int const distance =
            inside ? 0
                   : std::min(edit_distance(word, name), edit_distance(word, without_unit(name)));
        if (distance <= std::max<int>(1, static_cast<int>(word.size()) / 2))
            ranked.emplace(distance, name);
    }
    constexpr std::size_t most = 5;
    std::vector<std::string> names;
    for (auto const& [distance, name] : ranked)
        if (names.size() < most) names.push_back(name);
    return names;
}

}  // namespace athanor
