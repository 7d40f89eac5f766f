// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/shards.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>
#include <string_view>
#include <system_error>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/campaign_ledger.hpp"
#include "launch/quarantine.hpp"
#include "launch/sink_set.hpp"
#include "runtime/error.hpp"
#include "sinks/extxyz_scanner.hpp"
#include "sinks/frame_selection.hpp"
#include "sinks/object_url.hpp"
#include "sinks/storage_url.hpp"
#include "sinks/zarr_reader.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;

std::string share_of(std::string const& select, Shard const& shard) {
    FrameSelection const all(select);
    if (all.needs_frame_count())
        throw ConfigError(fmt::format(
            "/input/select: \"{}\" counts from the end of the file, which shards cannot; count "
            "from the front (\"100:\")",
            select));
    return all.share(shard.index, shard.count).text();
}

void place_hook(HookSpec& hook, Shard const& shard) {
    if (auto* logging = std::get_if<LoggingSpec>(&hook))
        logging->path = path_of_shard(logging->path, shard).string();
    else if (auto* profile = std::get_if<ProfilerOptions>(&hook))
        profile->path = path_of_shard(profile->path, shard).string();
}

/// Ids of samples that need nothing more, by chain.
std::vector<std::set<std::int64_t>> settled_samples(Config const& config) {
    CampaignLedger ledger(config.pipeline);
    for (fs::path const& store : stores_of(config)) ledger.add_store(store);
    for (fs::path const& file : extxyz_files_of(config)) ledger.add_extxyz(file);
    ledger.seal();
    std::vector<std::set<std::int64_t>> settled(
        static_cast<std::size_t>(config.pipeline.chain_count()));
    for (std::size_t chain = 0; chain < settled.size(); ++chain)
        for (std::int64_t const id : ledger.finished(static_cast<int>(chain)))
            settled[chain].insert(id);
    for (QuarantinedSample const& one : read_quarantine(config.quarantine, TornFrame::keep))
        for (std::size_t chain = 0; chain < settled.size(); ++chain)
            // As a resume has it: a sample whose stored rows are lost has to go again.
            if (!one.stage ||
                (ledger.knows_stage(*one.stage) &&
                 ledger.chain_of(*one.stage) == static_cast<int>(chain) &&
                 ledger.has_rows(one.id, {*one.stage, one.step, true}, one.stored_rows)))
                settled[chain].insert(one.id.value());
    return settled;
}

/// Of the frames of a shard, those that some chain of the pipeline has yet to finish.
std::int64_t unfinished_samples(Config const& config, std::int64_t frame_count) {
    FrameSelection const selection(config.input.select);
    auto const settled = settled_samples(config);
    std::int64_t unfinished = 0;
    for (std::int64_t frame = 0; frame < frame_count; ++frame)
        if (selection.contains(frame) && !std::ranges::all_of(settled, [frame](auto const& done) {
                return done.contains(frame);
            }))
            ++unfinished;
    return unfinished;
}

void refuse_unfinished(std::vector<Config> const& shards, std::int64_t frame_count) {
    std::string text;
    for (std::size_t k = 0; k < shards.size(); ++k) {
        std::int64_t const samples = unfinished_samples(shards[k], frame_count);
        if (samples > 0 || !parts_of(shards[k]).empty())
            text += fmt::format(
                "\n  shard {}/{}: {} samples are not finished; go on with it by "
                "`athanor resume CONFIG --shard {}/{}`",
                k, shards.size(), samples, k, shards.size());
    }
    if (!text.empty()) throw CampaignError("not all shards have come to their end:" + text);
}

void refuse_other_physics(fs::path const& store, Config const& config) {
    auto const provenance =
        nlohmann::json::parse(ZarrReader(store.string()).provenance(), nullptr, false);
    if (!provenance.is_object() || !provenance.contains("physics")) return;
    if (provenance["physics"] != fmt::format("{:016x}", physics_hash(config)))
        throw ConfigError(fmt::format(
            "{}: was written with another seed, model or other stages than the configuration has; "
            "merge with the configuration (and --set) that its shard ran with",
            store.string()));
}

/// Several files as one, which has its name when it is whole. False when none of them is there.
bool join_files(std::vector<fs::path> const& files, fs::path const& joined) {
    fs::path const aside = joined.string() + ".tmp-merge";
    std::error_code error;
    std::ofstream out;
    for (fs::path const& file : files) {
        if (!fs::exists(file, error) || fs::file_size(file, error) == 0) continue;
        if (!out.is_open()) out.open(aside, std::ios::binary);
        out << std::ifstream(file, std::ios::binary).rdbuf();
    }
    if (!out.is_open()) return false;
    out.close();
    if (out) fs::rename(aside, joined, error);
    if (!out || error) throw StorageError(fmt::format("{}: cannot be written", joined.string()));
    return true;
}

void join_quarantines(std::vector<Config> const& shards, Config const& config,
                      std::vector<std::string>& lines) {
    for (char const* end : {"", ".rejects.txt"}) {
        std::vector<fs::path> files;
        for (Config const& shard : shards) files.emplace_back(shard.quarantine.string() + end);
        fs::path const joined = config.quarantine.string() + end;
        if (join_files(files, joined))
            lines.push_back(fmt::format("{}: samples in quarantine", joined.string()));
    }
}

void join_sinks(std::vector<Config> const& shards, Config const& config,
                std::vector<std::string>& lines) {
    for (auto const& [name, spec] : config.sinks) {
        if (auto const* zarr = std::get_if<ZarrSinkSpec>(&spec)) {
            std::vector<std::string> stores;
            for (Config const& shard : shards)
                if (std::string const url =
                        std::get<ZarrSinkSpec>(shard.sinks.at(name)).url.string();
                    has_store(url))
                    stores.push_back(url);
            if (stores.empty()) continue;
            std::int64_t const rows = join_stores(*zarr, stores);
            lines.push_back(
                fmt::format("{}: {} rows of {} shards", zarr->url.string(), rows, stores.size()));
        } else if (auto const* extxyz = std::get_if<ExtxyzSpec>(&spec)) {
            std::vector<fs::path> files;
            for (Config const& shard : shards)
                files.push_back(std::get<ExtxyzSpec>(shard.sinks.at(name)).path);
            if (join_files(files, extxyz->path))
                lines.push_back(
                    fmt::format("{}: frames of {} shards", extxyz->path.string(), shards.size()));
        }
    }
}

/// What merging writes: no logs and no checkpoints.
Config merged_outputs(Config config) {
    config.checkpoint.reset();
    for (ElementSpec& element : config.pipeline.elements) {
        element.hooks.clear();
        for (StageSpec& stage : element.stages) stage.hooks.clear();
    }
    return config;
}

}  // namespace

Shard parse_shard(std::string const& text) {
    Shard shard{-1, 0};
    char const* const end = text.data() + text.size();
    auto const [slash, bad_index] = std::from_chars(text.data(), end, shard.index);
    if (bad_index == std::errc{} && slash != end && *slash == '/') {
        auto const [rest, bad_count] = std::from_chars(slash + 1, end, shard.count);
        if (bad_count == std::errc{} && rest == end && shard.index >= 0 &&
            shard.index < shard.count)
            return shard;
    }
    throw ConfigError(fmt::format(
        "--shard: \"{}\" is no shard; give INDEX/COUNT with an index from 0 (\"0/4\" to \"3/4\")",
        text));
}

fs::path path_of_shard(fs::path const& path, Shard const& shard) {
    std::string text = path.string();
    while (text.size() > 1 && text.ends_with('/')) text.pop_back();
    std::size_t const name = text.rfind('/') == std::string::npos ? 0 : text.rfind('/') + 1;
    std::size_t const dot = text.find('.', name + 1);
    text.insert(std::min(dot, text.size()),
                fmt::format(".shard-{}-of-{}", shard.index, shard.count));
    return text;
}

Config config_of_shard(Config config, Shard const& shard) {
    config.input.select = share_of(config.input.select, shard);
    config.quarantine = path_of_shard(config.quarantine, shard);
    if (config.metrics) config.metrics->path = path_of_shard(config.metrics->path, shard);
    if (config.checkpoint) config.checkpoint->path = path_of_shard(config.checkpoint->path, shard);
    for (auto& [name, spec] : config.sinks) {
        if (auto* zarr = std::get_if<ZarrSinkSpec>(&spec))
            zarr->url = path_of_shard(zarr->url, shard);
        else if (auto* extxyz = std::get_if<ExtxyzSpec>(&spec))
            extxyz->path = path_of_shard(extxyz->path, shard);
    }
    for (ElementSpec& element : config.pipeline.elements) {
        for (HookSpec& hook : element.hooks) place_hook(hook, shard);
        for (StageSpec& stage : element.stages)
            for (HookSpec& hook : stage.hooks) place_hook(hook, shard);
    }
    return config;
}

std::vector<std::string> merge_shards(Config const& config, int count, bool overwrite) {
    std::vector<Config> shards;
    for (int index = 0; index < count; ++index)
        shards.push_back(config_of_shard(config, {index, count}));
    for (Config const& shard : shards)
        for (fs::path const& store : stores_of(shard)) refuse_other_physics(store, config);
    refuse_unfinished(shards, scan_extxyz(config.input.path).frame_count);
    clear_outputs(merged_outputs(config), overwrite);
    std::vector<std::string> lines;
    join_sinks(shards, config, lines);
    join_quarantines(shards, config, lines);
    return lines;
}

}  // namespace athanor
