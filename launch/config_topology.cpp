// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Where the instances of an element stand and what they do when full: replicas, ranks, overflow.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/config_access.hpp"
#include "launch/config_errors.hpp"
#include "launch/config_reader.hpp"
#include "launch/nearest_word.hpp"

namespace athanor {
namespace {

using detail::has;
using detail::holds;
using detail::take;
using nlohmann::json;

std::vector<std::string> drainable_sinks(json const& checked) {
    std::vector<std::string> names;
    if (!holds(checked, "sinks")) return names;
    for (auto const& [name, sink] : checked["sinks"].items())
        if (holds(sink, "type") &&
            (sink["type"] == "host_memory" || sink["type"] == "device_buffer"))
            names.push_back(name);
    return names;
}

/// A device_buffer without room for edges, where edges travel: a sample that waited would lose its.
bool loses_edges(json const& checked, std::string const& name) {
    auto const edges_of = [](json const& at) {
        return holds(at, "edges") ? at["edges"].get<std::int64_t>() : 0;
    };
    json const& sink = checked["sinks"][name];
    bool const travel = holds(checked, "buffers") && edges_of(checked["buffers"]) > 0;
    return travel && sink["type"] == "device_buffer" && edges_of(sink) == 0;
}

void read_overflow(json const& found, std::string const& pointer, json const& checked,
                   ElementSpec& element, ConfigErrors& errors) {
    if (!holds(found, "overflow")) return;
    auto const known = drainable_sinks(checked);
    for (std::size_t s = 0; s < found["overflow"].size(); ++s) {
        if (found["overflow"][s].is_null()) continue;
        auto const name = found["overflow"][s].get<std::string>();
        std::string const place = child_pointer(pointer + "/overflow", s);
        if (holds(checked, "sinks") && std::ranges::count(known, name) == 0)
            errors.add(place, known.empty()
                                  ? fmt::format("\"{}\" is no host_memory or device_buffer sink, "
                                                "which alone give samples back; add one to /sinks",
                                                name)
                                  : fmt::format("\"{}\" is no host_memory or device_buffer sink, "
                                                "which alone give samples back; give {}",
                                                name, known_words(name, known)));
        else if (holds(checked, "sinks") && loses_edges(checked, name))
            errors.add(place,
                       fmt::format("\"{}\" has no room for the edges that /buffers/edges lets "
                                   "travel; give it \"edges\", or take a host_memory sink",
                                   name));
        if (std::ranges::count(element.overflow, name) > 0)
            errors.add(place, fmt::format("\"{}\" stands twice; keep one", name));
        element.overflow.push_back(name);
    }
    if (!element.overflow.empty() && pointer.ends_with("/pipeline/0"))
        errors.add(pointer + "/overflow",
                   "the first element reads the input when it has room, so that nothing overflows; "
                   "leave the key out");
}

std::string all_of(int count) {
    return count == 1 ? "0" : fmt::format("each of 0 to {} once", count - 1);
}

}  // namespace

void read_topology(json const& found, std::string const& pointer, json const& checked,
                   ElementSpec& element, ConfigErrors& errors) {
    take(found, "replicas", element.replicas);
    if (holds(found, "ranks"))
        for (json const& rank : found["ranks"])
            if (!rank.is_null()) element.ranks.push_back(rank.get<int>());
    auto const given = static_cast<int>(element.ranks.size());
    if (given > 0 && holds(found, "replicas") && element.replicas != given)
        errors.add(pointer + "/ranks",
                   fmt::format("{} rank{} for {} replica{}; give one for each, or leave "
                               "\"replicas\" out",
                               given, given == 1 ? "" : "s", element.replicas,
                               element.replicas == 1 ? "" : "s"));
    if (given > 0) element.replicas = given;
    read_overflow(found, pointer, checked, element, errors);
}

void refuse_topology(json const& stage, std::string const& pointer, ConfigErrors& errors) {
    bool const replicated = holds(stage, "replicas") && stage["replicas"] != 1;
    bool const overflows = holds(stage, "overflow") && !stage["overflow"].empty();
    for (auto const& [key, found] : {std::pair("replicas", replicated),
                                     {"ranks", has(stage, "ranks")},
                                     {"overflow", overflows}})
        if (found)
            errors.add(child_pointer(pointer, std::string(key)),
                       "stages that are fused stand on one rank; give it beside \"fuse\"");
}

void check_ranks(PipelineSpec const& pipeline, std::vector<std::string> const& pointers,
                 ConfigErrors& errors) {
    auto const& elements = pipeline.elements;
    if (std::ranges::all_of(elements, [](auto const& e) { return e.ranks.empty(); })) return;
    int count = 0;
    for (ElementSpec const& element : elements) count += element.replicas;
    std::vector<std::string> owner(static_cast<std::size_t>(count));
    for (std::size_t e = 0; e < elements.size(); ++e) {
        std::string const pointer = pointers[e] + "/ranks";
        if (elements[e].ranks.empty())
            errors.add(pointer, "missing; others say their ranks, so that this one has to as well");
        for (int const rank : elements[e].ranks) {
            if (rank >= count) {
                errors.add(pointer, fmt::format("rank {} in a job of {} instances; give {}", rank,
                                                count, all_of(count)));
                continue;
            }
            std::string& first = owner[static_cast<std::size_t>(rank)];
            if (!first.empty())
                errors.add(pointer, fmt::format("rank {} stands in {} already; give {}", rank,
                                                first, all_of(count)));
            first = pointer;
        }
    }
}

}  // namespace athanor
