// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/sink_figures.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <set>
#include <tuple>
#include <type_traits>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "launch/readable.hpp"
#include "sinks/memory_stores.hpp"

namespace athanor {

static_assert(std::is_trivially_copyable_v<SinkFigures>);

std::string to_bytes(std::vector<SinkFigures> const& figures) {
    std::string bytes(figures.size() * sizeof(SinkFigures), '\0');
    if (!figures.empty()) std::memcpy(bytes.data(), figures.data(), bytes.size());
    return bytes;
}

std::vector<SinkFigures> join_sinks(std::vector<std::string> const& gathered) {
    std::vector<SinkFigures> all;
    for (std::string const& bytes : gathered)
        for (std::size_t at = 0; at + sizeof(SinkFigures) <= bytes.size();
             at += sizeof(SinkFigures))
            std::memcpy(&all.emplace_back(), bytes.data() + at, sizeof(SinkFigures));
    std::sort(all.begin(), all.end(), [](SinkFigures const& a, SinkFigures const& b) {
        return std::tie(a.sink, a.rank) < std::tie(b.sink, b.rank);
    });
    return all;
}

std::string const& sink_name(SinkFigures const& figures, Config const& config) {
    return std::next(config.sinks.begin(), figures.sink)->first;
}

static bool is_in_memory(SinkSpec const& spec) {
    if (auto const* zarr = std::get_if<ZarrSinkSpec>(&spec))
        return is_memory_url(zarr->url.string());
    return !std::holds_alternative<ExtxyzSpec>(spec);
}

std::string sink_table(std::vector<SinkFigures> const& figures, Config const& config,
                       double wall_seconds) {
    if (figures.empty()) return "";
    std::vector<std::vector<std::string>> rows{{"sink", "rank", "rows", "steps waited", "share"}};
    for (SinkFigures const& one : figures)
        rows.push_back({sink_name(one, config), fmt::format("{}", one.rank),
                        readable_count(one.rows), fmt::format("{:.2f} s", one.stalled_seconds),
                        readable_share(one.stalled_seconds, wall_seconds)});
    std::string text = "Sinks\n";
    for (std::string const& line : align_columns(rows)) text += "  " + line + "\n";
    std::set<std::string> gone;
    for (SinkFigures const& one : figures)
        if (is_in_memory(config.sinks.at(sink_name(one, config))))
            gone.insert(sink_name(one, config));
    if (!gone.empty())
        text += fmt::format("Rows of {} were in memory and are gone now\n", fmt::join(gone, ", "));
    return text;
}

}  // namespace athanor
