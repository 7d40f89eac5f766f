// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/report/campaign_records.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/hook_paths.hpp"
#include "launch/placement.hpp"
#include "launch/report/read_rows.hpp"
#include "runtime/error.hpp"
#include "sinks/storage_url.hpp"
#include "sinks/zarr_reader.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr RowLimits limits{};

bool exists(fs::path const& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

std::string text_of(fs::path const& path) {
    std::ifstream const file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// What `read` throws becomes a line of what is missing.
template <class Read>
void try_reading(CampaignRecords& records, Read const& read) {
    try {
        read();
    } catch (Error const& error) {
        records.missing.emplace_back(error.what());
    }
}

void take_config(Config config, std::string const& text, CampaignRecords& records) {
    records.config_text = json::parse(text).dump(2);
    records.config = std::move(config);
}

/// A configuration that a store or metrics carry; of another version it may not be readable.
void take_config_text(std::string const& text, std::string const& place, CampaignRecords& records) {
    if (text.empty() || records.config) return;
    try_reading(records, [&] { take_config(parse_config(text, place, "/"), text, records); });
}

void read_named_store(std::string const& place, CampaignRecords& records) {
    ZarrReader const reader(place);
    json const provenance = json::parse(reader.provenance(), nullptr, false);
    if (provenance.is_object() && provenance.contains("config"))
        take_config_text(provenance["config"].dump(), place, records);
    else if (!records.config)
        records.missing.push_back(place + ": does not say from which configuration it came");
}

void read_json_place(std::string const& place, CampaignRecords& records) {
    json const document = json::parse(text_of(place), nullptr, false);
    if (document.is_object() && document.contains("wall_seconds")) {
        records.metrics = read_metrics(place);
        take_config_text(records.metrics->config_text, place, records);
        return;
    }
    Config config = load_config(place);
    std::string const text = text_of(place);
    take_config(std::move(config), text, records);
}

/// A configuration may have been edited since, or the run had options that changed it.
void compare_with_run(std::string const& place, CampaignRecords& records) {
    std::string const& text = records.metrics->config_text;
    if (text.empty()) return;
    records.run_config = parse_config(text, place, "/");
    records.config_text = json::parse(text).dump(2);
    if (physics_hash(*records.run_config) != physics_hash(*records.config))
        records.missing.push_back(fmt::format(
            "{}: is of a run whose seed, model or stages were not those of the configuration; its "
            "own are shown under \"Settings and versions\"",
            place));
}

void read_metrics_of(fs::path const& asked, CampaignRecords& records) {
    if (records.metrics) return;
    fs::path path = asked;
    if (path.empty() && records.config && records.config->metrics)
        path = records.config->metrics->path;
    if (path.empty()) {
        records.missing.emplace_back(
            "metrics: none are known; put \"metrics\": {\"path\": ...} into the configuration, or "
            "give --metrics FILE to `athanor run` and to `athanor report`");
        return;
    }
    try_reading(records, [&] {
        records.metrics = read_metrics(path);
        take_config_text(records.metrics->config_text, path.string(), records);
        compare_with_run(path.string(), records);
    });
}

/// The stores of the sinks, each once.
std::set<std::string> places_of_sinks(CampaignRecords& records) {
    std::set<std::string> places;
    for (auto const& [name, spec] : records.config->sinks) {
        if (auto const* const zarr = std::get_if<ZarrSinkSpec>(&spec)) places.insert(zarr->url);
        if (auto const* const extxyz = std::get_if<ExtxyzSpec>(&spec))
            records.notes.push_back(
                fmt::format("{}: extended XYZ is not read; `athanor convert` makes a store of it",
                            extxyz->path.string()));
    }
    return places;
}

void read_stores(std::set<std::string> const& places, CampaignRecords& records) {
    for (std::string const& place : places)
        try_reading(records, [&] {
            if (!has_store(place)) throw InputError(place + ": there is no store");
            read_store_rows(place, limits, records);
        });
}

/// The files that a path with {rank} and {replica} stands for.
std::vector<fs::path> log_files(std::string const& path, ElementSpec const& element, int ranks) {
    std::set<fs::path> files;
    for (int replica = 0; replica < element.replicas; ++replica)
        for (int rank = 0; rank < ranks; ++rank)
            files.insert(with_rank(with_replica(path, replica), Rank{rank}));
    std::vector<fs::path> there;
    std::copy_if(files.begin(), files.end(), std::back_inserter(there), exists);
    return there;
}

void read_logs_of(std::vector<HookSpec> const& hooks, ElementSpec const& element,
                  StageRecords& stage, CampaignRecords& records) {
    for (HookSpec const& hook : hooks) {
        auto const* const log = std::get_if<LoggingSpec>(&hook);
        if (log == nullptr) continue;
        if (log->backend != LogBackend::csv) {
            records.notes.push_back(log->path + ": TensorBoard logs are not read");
            continue;
        }
        auto const files =
            log_files(log->path, element, records.metrics ? records.metrics->ranks : 1);
        if (files.empty()) records.missing.push_back(log->path + ": there is no log");
        RowLimits of_each = limits;  // so that the number of replicas does not matter
        of_each.log_bytes /= static_cast<std::int64_t>(std::max<std::size_t>(files.size(), 1));
        for (fs::path const& file : files)
            try_reading(records, [&] { read_log_rows(file, stage, of_each, records); });
    }
}

void read_logs(CampaignRecords& records) {
    PipelineSpec const& pipeline = records.config->pipeline;
    std::size_t stage = 0;
    for (ElementSpec const& element : pipeline.elements) {
        // A log of a fused element mixes stages, whose steps are counted each from 0.
        if (element.stages.size() == 1)
            read_logs_of(element.hooks, element, records.stages[stage], records);
        for (StageSpec const& spec : element.stages)
            read_logs_of(spec.hooks, element, records.stages[stage++], records);
    }
}

void name_stages(CampaignRecords& records) {
    std::size_t stage = 0;
    for (ElementSpec const& element : records.config->pipeline.elements)
        for (StageSpec const& spec : element.stages) {
            if (records.stages.size() <= stage) records.stages.resize(stage + 1);
            records.stages[stage].name = spec.name;
            records.stages[stage++].ends_by_convergence = !spec.converge.empty();
        }
}

}  // namespace

CampaignRecords read_campaign(ReportSources const& sources) {
    CampaignRecords records;
    std::set<std::string> stores;
    for (std::string const& place : sources.places) {
        if (place.ends_with(".json")) {
            read_json_place(place, records);
        } else {
            if (!has_store(place))
                throw InputError(place + ": there is neither a configuration nor a store");
            read_named_store(place, records);
            stores.insert(place);
        }
        std::string const bare = place.substr(0, place.find_last_not_of('/') + 1);
        records.title += (records.title.empty() ? "" : ", ") +
                         fs::path(bare).lexically_normal().filename().string();
    }
    read_metrics_of(sources.metrics, records);
    if (records.config) {
        name_stages(records);
        // Stores that a person named stand in for those of the configuration, which may have moved.
        if (stores.empty()) stores = places_of_sinks(records);
    }
    read_stores(stores, records);
    if (records.config) {
        read_logs(records);
        try_reading(records, [&] { read_quarantine_rows(records.config->quarantine, records); });
    }
    for (StageRecords& stage : records.stages) merge_observations(stage);
    for (std::size_t s = 0; s < records.stages.size(); ++s)
        if (records.stages[s].name.empty()) records.stages[s].name = fmt::format("stage {}", s);
    return records;
}

}  // namespace athanor
