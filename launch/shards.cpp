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
#include "launch/checkpoint_folder.hpp"
#include "launch/quarantine.hpp"
#include "launch/sink_set.hpp"
#include "runtime/error.hpp"
#include "sinks/extxyz_ledger.hpp"
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

/// What a killed run has left that a resume brings in; empty: nothing.
std::string what_is_not_joined(Config const& shard) {
    if (auto const parts = parts_of(shard); !parts.empty())
        return fmt::format("{} is not joined with its store", parts.front().string());
    if (auto const journals = journals_of(shard); !journals.empty())
        return fmt::format("{} holds rows that its store lacks", journals.front().string());
    for (fs::path const& file : extxyz_files_of(shard))
        if (read_extxyz_ledger(file).whole_bytes < static_cast<std::int64_t>(fs::file_size(file)))
            return fmt::format("{} has a frame that was never finished", file.string());
    return {};
}

void refuse_unfinished(std::vector<Config> const& shards, std::int64_t frame_count) {
    std::string text;
    for (std::size_t k = 0; k < shards.size(); ++k) {
        std::int64_t const samples = unfinished_samples(shards[k], frame_count);
        std::string why = what_is_not_joined(shards[k]);
        if (samples > 0) why = fmt::format("{} samples are not finished", samples);
        if (!why.empty())
            text += fmt::format(
                "\n  shard {}/{}: {}; go on with it by "
                "`athanor resume CONFIG --shard {}/{}`",
                k, shards.size(), why, k, shards.size());
    }
    if (!text.empty()) throw CampaignError("not all shards have come to their end:" + text);
}

[[noreturn]] void refuse_settings(fs::path const& where, std::string_view what) {
    throw ConfigError(
        fmt::format("{}: was written with {} than the configuration has; merge with the "
                    "configuration (and --set) that its shard ran with",
                    where.string(), what));
}

void refuse_other_settings(fs::path const& store, Config const& shard) {
    auto const provenance =
        nlohmann::json::parse(ZarrReader(store.string()).provenance(), nullptr, false);
    if (!provenance.is_object()) return;
    if (provenance.contains("physics") &&
        provenance["physics"] != fmt::format("{:016x}", physics_hash(shard)))
        refuse_settings(store, "another seed, model or other stages");
    if (!provenance.contains("config")) return;
    Config before;
    try {
        before = parse_config(provenance["config"].dump(), store.string(), "/");
    } catch (ConfigError const&) {
        return;  // of a version with other keys
    }
    if (snapshots_json(before) != snapshots_json(shard)) refuse_settings(store, "other snapshots");
    if (before.input.select != shard.input.select)
        refuse_settings(store, "another selection of frames (/input/select)");
}

/// The same by what stands beside its checkpoints: where no store does, all that is known.
/// False where there is nothing to compare.
bool refuse_other_campaign(Config const& shard, std::int64_t frame_count) {
    if (!shard.checkpoint) return false;
    CheckpointFolder const folder(shard.checkpoint->path);
    auto const text = folder.campaign();
    if (!text) return false;
    fs::path const where = folder.path() / "campaign.json";
    try {
        auto const campaign = nlohmann::json::parse(*text);
        auto const as_text = [&](char const* key) { return campaign.at(key).dump(); };
        auto const& input = campaign.at("input");
        if (as_text("physics") != physics_json(shard))
            refuse_settings(where, "another seed, model or other stages");
        if (as_text("snapshots") != snapshots_json(shard))
            refuse_settings(where, "other snapshots");
        if (input.at("select") != shard.input.select)
            refuse_settings(where, "another selection of frames (/input/select)");
        if (input.at("frames") != frame_count)
            throw ConfigError(fmt::format(
                "{}: has {} frames, and had {} when its shard began (says {}); bring the file back",
                shard.input.path.string(), frame_count, input.at("frames").dump(), where.string()));
    } catch (nlohmann::json::exception const&) {
        throw StorageError(fmt::format("{}: is damaged", where.string()));
    }
    return true;
}

/// Whatever of a shard says with which settings it ran. Returns a note where nothing does.
std::vector<std::string> refuse_other_shards(std::vector<Config> const& shards,
                                             std::int64_t frame_count) {
    std::vector<std::string> notes;
    for (std::size_t k = 0; k < shards.size(); ++k) {
        auto const stores = stores_of(shards[k]);
        for (fs::path const& store : stores) refuse_other_settings(store, shards[k]);
        if (!refuse_other_campaign(shards[k], frame_count) && stores.empty())
            notes.push_back(
                fmt::format("note: shard {}/{}: its extended-XYZ files do not say with which "
                            "settings they were written, and it has no /checkpoint that does",
                            k, shards.size()));
    }
    return notes;
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
    std::int64_t const frame_count = scan_extxyz(config.input.path).frame_count;
    std::vector<std::string> lines = refuse_other_shards(shards, frame_count);
    refuse_unfinished(shards, frame_count);
    clear_outputs(merged_outputs(config), overwrite);
    join_sinks(shards, config, lines);
    join_quarantines(shards, config, lines);
    return lines;
}

}  // namespace athanor
