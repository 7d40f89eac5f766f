// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/doctor/check_campaign.hpp"

#include <cmath>
#include <filesystem>
#include <set>
#include <sstream>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "launch/batch_size.hpp"
#include "launch/campaign_plan.hpp"
#include "launch/doctor/check_folder.hpp"
#include "launch/placement.hpp"
#include "runtime/error.hpp"
#include "sinks/http_client.hpp"
#include "sinks/object_credentials.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;

/// The path or URL of a sink; empty for rows in memory.
fs::path place_of(SinkSpec const& sink) {
    if (auto const* zarr = std::get_if<ZarrSinkSpec>(&sink)) return zarr->url;
    if (auto const* extxyz = std::get_if<ExtxyzSpec>(&sink)) return extxyz->path;
    return {};
}

Finding check_bucket(std::string const& topic, std::string const& url) {
    try {
        static_cast<void>(find_object_access(parse_object_url(url), options_from_environment()));
        HttpClient const client("");
        return {FindingLevel::good, topic, fmt::format("{}: there are keys; not tried", url)};
    } catch (Error const& error) {
        return {FindingLevel::failure, topic, fmt::format("{}: {}", url, error.what()),
                "docs/guide.md, \"Stores in buckets\""};
    }
}

class Places {
public:
    Findings found;

    void add(std::string const& topic, fs::path const& place) {
        if (is_object_url(place.string())) {
            found.push_back(check_bucket(topic, place.string()));
            return;
        }
        std::error_code ignored;
        if (fs::exists(fs::symlink_status(place, ignored)))
            found.push_back({FindingLevel::warning, topic,
                             fmt::format("{}: exists", place.string()),
                             "`athanor resume` goes on with it, `athanor run --overwrite` "
                             "replaces it"});
        else
            found.push_back({FindingLevel::good, topic, fmt::format("{}: free", place.string())});
        folder(place.parent_path());
    }
    /// Folders that come down to one that exists are looked at once, and told after the places.
    void folder(fs::path const& path) { folders_.insert(existing_folder(path)); }
    Findings take_all() {
        for (fs::path const& path : folders_)
            for (Finding const& finding : check_folder(path)) found.push_back(finding);
        return std::move(found);
    }

private:
    std::set<fs::path> folders_;
};

/// The errors of a configuration come with a line each.
void add_error(Findings& found, std::string const& topic, std::string const& message) {
    std::istringstream lines(message);
    for (std::string line; std::getline(lines, line);)
        found.push_back({FindingLevel::failure, topic, line, "as the message says"});
}

void check_plan(Config const& config, Findings& found) {
    CampaignPlan plan = make_campaign_plan(config);
    found.push_back({plan.bad_frame_count > 0 ? FindingLevel::warning : FindingLevel::good, "input",
                     fmt::format("{}: {} frames, {} take part, {} bad", config.input.path.string(),
                                 plan.frame_count, plan.selected_count, plan.bad_frame_count),
                     plan.bad_frame_count > 0 ? "bad frames go to quarantine, with a reason" : ""});
    auto const free = static_cast<double>(free_memory_bytes());
    choose_batch(plan, static_cast<std::int64_t>(free));
    SamplerSpec const& sampler = plan.config.sampler;
    double const bytes = largest_batch_bytes(plan).of(sampler.max_systems, sampler.max_atoms) *
                         instance_count(config.pipeline);
    constexpr double mebibyte = 1024.0 * 1024.0;
    std::string const text =
        fmt::format("at most {:.0f} MiB for the batches of all instances, {:.0f} MiB free here",
                    std::ceil(bytes / mebibyte), free / mebibyte);
    found.push_back(bytes > free && free > 0.0
                        ? Finding{FindingLevel::warning, "memory", text,
                                  "lower sampler.max_atoms, say \"batch\": \"auto\", or use more "
                                  "nodes"}
                        : Finding{FindingLevel::good, "memory", text});
    int const instances = instance_count(config.pipeline);
    found.push_back({FindingLevel::note, "ranks",
                     instances == 1 ? "1" : fmt::format("{}, or 1 process", instances)});
}

}  // namespace

Findings check_campaign(std::string const& path, std::vector<ConfigOverride> const& overrides) {
    Places places;
    Config config;
    try {
        config = load_config(path, overrides);
    } catch (Error const& error) {
        add_error(places.found, "configuration", error.what());
        return places.found;
    }
    places.found.push_back({FindingLevel::good, "configuration", fmt::format("{}: valid", path)});
    try {
        check_plan(config, places.found);
    } catch (Error const& error) {
        add_error(places.found, "input", error.what());
    }
    for (auto const& [name, sink] : config.sinks)
        if (fs::path const place = place_of(sink); !place.empty())
            places.add(fmt::format("sink {}", name), place);
    places.folder(config.quarantine.parent_path());
    if (config.checkpoint) places.folder(config.checkpoint->path);
    return places.take_all();
}

}  // namespace athanor
