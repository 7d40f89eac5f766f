// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/sink_set.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "launch/checkpoint_folder.hpp"
#include "launch/config_words.hpp"
#include "launch/hook_paths.hpp"
#include "launch/store_parts.hpp"
#include "runtime/device_memory_error.hpp"
#include "sinks/device_buffer_sink.hpp"
#include "sinks/extxyz_sink.hpp"
#include "sinks/file_system.hpp"
#include "sinks/host_memory_sink.hpp"
#include "sinks/journal_format.hpp"
#include "sinks/memory_stores.hpp"
#include "sinks/merge_stores.hpp"
#include "sinks/object_url.hpp"
#include "sinks/s3_storage.hpp"
#include "sinks/storage_url.hpp"
#include "sinks/zarr_reader.hpp"
#include "sinks/zarr_sink.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;

std::set<int> ranks_that_write(Config const& config, Placement const& placement,
                               std::string const& sink) {
    std::set<int> ranks;
    for (Instance const& instance : placement.instances())
        if (sinks_of_element(config, instance.element).count(sink) > 0)
            ranks.insert(instance.rank.value());
    return ranks;
}

/// As codecs_from_name() takes it.
std::string codec_name(ZarrSinkSpec const& spec) {
    std::string const end = spec.checksum ? "+crc32c" : "";
    switch (spec.codec) {
        case StoreCodec::none:
            return "none" + end;
        case StoreCodec::plain_zstd:
            return fmt::format("zstd:{}{}", spec.level, end);
        case StoreCodec::gzip:
            return fmt::format("gzip:{}{}", spec.level, end);
        default:
            return fmt::format(
                "blosc_{}:{}:{}{}", detail::word_of(spec.codec), spec.level,
                spec.shuffle == StoreShuffle::none ? "noshuffle" : detail::word_of(spec.shuffle),
                end);
    }
}

ZarrSinkOptions zarr_options(ZarrSinkSpec const& spec, fs::path const& path) {
    ZarrSinkOptions options;
    options.path = path.string();
    options.dtype = spec.dtype == StoreDtype::float64 ? Dtype::float64 : Dtype::float32;
    options.chunk_rows = {spec.chunk_rows, spec.chunk_rows, spec.system_chunk_rows};
    options.chunks_per_shard = spec.shard_rows / spec.chunk_rows;
    options.codec = codec_name(spec);
    options.threads = spec.threads;
    options.durability = spec.durability;
    options.journal = spec.journal;
    options.mask_quarantined = true;
    return options;
}

void make_parent(fs::path const& path) {
    if (!is_folder_place(path.string())) return;
    std::error_code error;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    if (error)
        throw StorageError(fmt::format("{}: cannot make the folder: {}",
                                       path.parent_path().string(), error.message()));
}

/// True for what an earlier run of ours, or a program of the field, left there as results.
bool is_output(fs::path const& path) {
    if (fs::is_regular_file(path)) return true;
    return fs::is_directory(path) && (fs::exists(path / "zarr.json") || fs::is_empty(path));
}

void clear_output(fs::path const& path, std::string const& pointer, bool overwrite) {
    if (!fs::exists(path)) return;
    if (!overwrite)
        throw ConfigError(
            fmt::format("{}: {} exists; give --overwrite to replace it, or another path", pointer,
                        path.string()));
    if (!is_output(path))
        throw ConfigError(
            fmt::format("{}: {} is a folder, but no store; it is not overwritten, move it away",
                        pointer, path.string()));
    try {
        // A folder goes under another name first: half a store never stands under its own.
        if (fs::is_directory(path))
            remove_store(path.string());
        else
            fs::remove(path);
    } catch (fs::filesystem_error const& error) {
        throw StorageError(
            fmt::format("{}: cannot be overwritten: {}", path.string(), error.code().message()));
    }
}

/// A journal goes with its store; one whose store is gone would be taken for that of the next.
void clear_lone_journal(fs::path const& store, std::string const& pointer, bool overwrite) {
    JournalPlace const place{&real_file_system(), store};
    auto const files = journal_files(place);
    if (files.empty() || fs::exists(store)) return;
    if (!overwrite)
        throw ConfigError(
            fmt::format("{}: {} exists, the journal of a store that is gone; give "
                        "--overwrite to remove it, or another path",
                        pointer, files.front().path.string()));
    remove_journal(place);
}

void clear_store(fs::path const& place, std::string const& pointer, bool overwrite) {
    std::string const text = place.string();
    if (is_memory_url(text)) {
        if (has_store(text) && !overwrite)
            throw ConfigError(fmt::format(
                "{}: {} exists; give --overwrite to replace it, or another URL", pointer, text));
        remove_store(text);
        return;
    }
    if (is_folder_place(text)) {
        bring_back_store(text);  // or it would come back while the run makes a new one
        clear_lone_journal(place, pointer, overwrite);
        clear_output(place, pointer, overwrite);
        return;
    }
    auto const state = look_at_object_store(parse_object_url(text), options_from_environment());
    if (state == ObjectStoreState::absent) return;
    if (!overwrite)
        throw ConfigError(fmt::format(
            "{}: {} exists; give --overwrite to replace it, or another URL", pointer, text));
    if (state == ObjectStoreState::other)
        throw ConfigError(fmt::format(
            "{}: {} holds objects, but no store; they are not overwritten, move them away", pointer,
            text));
    remove_store(text);
}

/// A folder of TensorBoard may hold event files only.
void clear_log(LoggingSpec const& log, std::string const& what, bool overwrite) {
    fs::path const path = log.path;
    if (log.backend == LogBackend::csv || !fs::is_directory(path)) {
        clear_output(path, what, overwrite);
        return;
    }
    for (auto const& entry : fs::directory_iterator(path)) {
        if (!entry.path().filename().string().starts_with("events.out.tfevents."))
            throw ConfigError(fmt::format("{}: {} holds more than event files; give another folder",
                                          what, path.string()));
        clear_output(entry.path(), what, overwrite);
    }
}

/// `seen`: paths that were looked at before; most have no rank in them.
void clear_hook_file(HookSpec const& hook, std::string const& stage, Rank rank, int replica,
                     bool overwrite, std::set<std::string>& seen) {
    auto const placed = [&](std::string const& path) {
        return with_replica(with_rank(path, rank), replica);
    };
    if (auto const* logging = std::get_if<LoggingSpec>(&hook)) {
        LoggingSpec log = *logging;
        log.path = placed(log.path);
        if (seen.insert(log.path).second) clear_log(log, "log of stage " + stage, overwrite);
    } else if (auto const* profile = std::get_if<ProfilerOptions>(&hook)) {
        if (seen.insert(placed(profile->path)).second)
            clear_output(placed(profile->path), "profile of stage " + stage, overwrite);
    }
}

struct SinkMaker {
    fs::path path_override;
    SchemaPtr const& schema;
    std::string const& provenance;
    bool goes_on;
    MemorySpace& buffers;

    std::unique_ptr<Sink> operator()(ZarrSinkSpec const& spec) const {
        make_parent(spec.url);
        bool const has_rows = goes_on && has_store(spec.url.string());
        ZarrSinkOptions options =
            zarr_options(spec, path_override.empty() ? spec.url : path_override);
        // A run that was killed while it made a store in a bucket leaves objects without a root.
        options.overwrite = goes_on && is_object_url(options.path) && !has_store(options.path);
        auto sink = has_rows && path_override.empty() ? ZarrSink::reopen(options)
                                                      : std::make_unique<ZarrSink>(options);
        if (has_rows && !path_override.empty())
            sink->know(ZarrReader(spec.url.string()).ledger_keys());
        sink->set_provenance(provenance);
        sink->open(*schema);
        return sink;
    }
    std::unique_ptr<Sink> operator()(HostMemorySpec const& spec) const {
        return make_memory_sink(spec, schema, buffers);
    }
    std::unique_ptr<Sink> operator()(DeviceBufferSpec const& spec) const {
        return make_memory_sink(spec, schema, buffers);
    }
    std::unique_ptr<Sink> operator()(ExtxyzSpec const& spec) const {
        make_parent(spec.path);
        if (goes_on) return ExtxyzSink::reopen(spec.path, PartialFrame::keep);
        return std::make_unique<ExtxyzSink>(spec.path);
    }
};

}  // namespace

std::unique_ptr<DrainableSink> make_memory_sink(SinkSpec const& spec, SchemaPtr const& schema,
                                                MemorySpace& buffers) {
    if (auto const* host = std::get_if<HostMemorySpec>(&spec))
        return std::make_unique<HostMemorySink>(row_capacity(*host));
    auto const& device = std::get<DeviceBufferSpec>(spec);
    try {
        return std::make_unique<DeviceBufferSink>(
            schema, BatchCapacity{device.capacity, device.atoms, device.edges}, buffers);
    } catch (DeviceMemoryError const& error) {
        throw DeviceMemoryError(
            fmt::format("no memory for a device_buffer sink of {} samples and {} atoms: {}; lower "
                        "its \"capacity\" or \"atoms\", or take a host_memory sink",
                        device.capacity, device.atoms, error.what()));
    }
}

SinkSet::SinkSet(Config const& config, Placement const& placement, Rank rank,
                 SchemaPtr const& schema, std::string const& provenance, bool goes_on,
                 MemorySpace& buffers) {
    for (auto const& [name, spec] : config.sinks) {
        auto const writers = ranks_that_write(config, placement, name);
        if (writers.count(rank.value()) == 0) continue;
        fs::path part;
        if (auto const* zarr = std::get_if<ZarrSinkSpec>(&spec); zarr && writers.size() > 1)
            part = store_part(zarr->url.string(), rank.value());
        sinks_[name] = std::visit(SinkMaker{part, schema, provenance, goes_on, buffers}, spec);
    }
}

void SinkSet::flush() {
    for (auto& [name, sink] : sinks_) sink->flush();
}

void SinkSet::close() {
    for (auto& [name, sink] : sinks_) sink->close();
}

std::vector<SinkFigures> SinkSet::figures(Config const& config, Rank rank) const {
    std::vector<SinkFigures> all;
    std::int32_t number = 0;
    for (auto const& [name, spec] : config.sinks) {
        if (auto const found = sinks_.find(name); found != sinks_.end())
            all.push_back({number, rank.value(), found->second->rows_written(),
                           found->second->stalled_seconds()});
        ++number;
    }
    return all;
}

void refuse_shared_files(Config const& config, Placement const& placement) {
    for (auto const& [name, spec] : config.sinks) {
        if (auto const* zarr = std::get_if<ZarrSinkSpec>(&spec);
            zarr && is_memory_url(zarr->url.string())) {
            auto const writers = ranks_that_write(config, placement, name).size();
            if (writers > 1)
                throw ConfigError(fmt::format(
                    "/sinks/{}/url: {} is in the memory of one process, and {} ranks would write "
                    "it; give a folder, whose parts are joined at the end",
                    name, zarr->url.string(), writers));
        }
        if (!std::holds_alternative<ExtxyzSpec>(spec)) continue;
        std::set<int> nodes;
        for (int const rank : ranks_that_write(config, placement, name))
            nodes.insert(placement.node_of(Rank{rank}));
        if (nodes.size() > 1)
            throw ConfigError(fmt::format(
                "/sinks/{}: ranks on {} nodes would write one extended-XYZ file; give a zarr sink, "
                "which joins what they write",
                name, nodes.size()));
    }
}

namespace {

void clear_places(Config const& config, bool overwrite) {
    int const ranks = instance_count(config.pipeline);
    std::set<std::string> seen;
    for (auto const& [name, spec] : config.sinks) {
        std::string const pointer = "/sinks/" + name;
        if (auto const* zarr = std::get_if<ZarrSinkSpec>(&spec)) {
            clear_store(zarr->url, pointer + "/url", overwrite);
            for (std::string const& part : store_parts(zarr->url.string()))
                clear_store(part, pointer + "/url", overwrite);
        } else if (auto const* extxyz = std::get_if<ExtxyzSpec>(&spec)) {
            clear_output(extxyz->path, pointer + "/path", overwrite);
        }
    }
    for (ElementSpec const& element : config.pipeline.elements)
        for (HookSpec const* hook : all_hooks(element))
            for (int replica = 0; replica < element.replicas; ++replica)
                for (int rank = 0; rank < ranks; ++rank)
                    clear_hook_file(*hook, element_name(element), Rank{rank}, replica, overwrite,
                                    seen);
    if (config.checkpoint) {
        CheckpointFolder const folder(config.checkpoint->path);
        if (folder.has_campaign() && !overwrite)
            throw ConfigError(fmt::format(
                "/checkpoint/path: {} holds a campaign that was begun; go on with it by `athanor "
                "resume`, or give --overwrite to begin anew",
                config.checkpoint->path.string()));
    }
    clear_output(config.quarantine, "/quarantine", overwrite);
    clear_output(config.quarantine.string() + ".rejects.txt", "/quarantine", overwrite);
}

}  // namespace

void refuse_existing_outputs(Config const& config) { clear_places(config, false); }

void clear_outputs(Config const& config, bool overwrite) {
    clear_places(config, overwrite);
    for (auto const& [name, spec] : config.sinks)
        if (auto const* zarr = std::get_if<ZarrSinkSpec>(&spec))
            remove_locks_of_parts(zarr->url.string());
    if (config.checkpoint) CheckpointFolder(config.checkpoint->path).clear();
}

namespace {

/// A store that is there and its parts become one; the parts go.
void merge_into(ZarrSinkSpec const& spec, std::vector<std::string> const& parts) {
    std::vector<std::string> all;
    ZarrSinkOptions options = zarr_options(spec, spec.url);
    options.journal = false;
    if (has_store(options.path)) all.push_back(options.path);
    // Without a store: what a merge that was killed has left in a bucket.
    options.overwrite = !all.empty() || is_object_url(options.path);
    all.insert(all.end(), parts.begin(), parts.end());
    static_cast<void>(merge_stores(all, options));
    for (std::string const& part : parts) remove_store(part);
}

}  // namespace

void merge_parts(Config const& config, Placement const& placement) {
    for (auto const& [name, spec] : config.sinks) {
        auto const* zarr = std::get_if<ZarrSinkSpec>(&spec);
        auto const writers = ranks_that_write(config, placement, name);
        if (zarr == nullptr || writers.size() < 2) continue;
        std::vector<std::string> parts;
        for (int rank : writers) parts.push_back(store_part(zarr->url.string(), rank));
        merge_into(*zarr, parts);
    }
}

std::int64_t join_stores(ZarrSinkSpec const& spec, std::vector<std::string> const& stores) {
    make_parent(spec.url);
    return merge_stores(stores, zarr_options(spec, spec.url));
}

std::int64_t append_quarantined(ZarrSinkSpec const& spec, std::vector<Sample> const& samples) {
    ZarrSinkOptions options = zarr_options(spec, spec.url);
    options.journal = false;
    auto const sink = ZarrSink::reopen(std::move(options));
    for (Sample const& sample : samples) sink->write(sample, RowKind::quarantined);
    sink->close();
    return sink->rows_written();
}

void remove_unfinished_stores(Config const& config) {
    for (auto const& [name, spec] : config.sinks)
        if (auto const* zarr = std::get_if<ZarrSinkSpec>(&spec))
            remove_store_leftovers(zarr->url.string());
}

std::vector<fs::path> journals_of(Config const& config) {
    std::vector<fs::path> all;
    for (auto const& [name, spec] : config.sinks)
        if (auto const* zarr = std::get_if<ZarrSinkSpec>(&spec);
            zarr && is_folder_place(zarr->url.string()))
            for (JournalFile const& file : journal_files({&real_file_system(), zarr->url}))
                all.push_back(file.path);
    return all;
}

std::vector<std::string> replay_journals(Config const& config) {
    std::vector<std::string> notes;
    auto const replay = [&notes](ZarrSinkSpec const& spec, std::string const& place) {
        if (journal_files({&real_file_system(), place}).empty()) return;
        ZarrSinkOptions options = zarr_options(spec, place);
        options.journal = false;
        auto const sink = ZarrSink::reopen(std::move(options));
        sink->close();
        JournalReplay const& found = sink->replayed();
        notes.push_back(fmt::format("{}: {} rows came from its journal{}", place, found.rows,
                                    found.torn_bytes == 0
                                        ? std::string()
                                        : fmt::format("; {} bytes of it were never finished and "
                                                      "are cut off",
                                                      found.torn_bytes)));
    };
    for (auto const& [name, spec] : config.sinks) {
        auto const* zarr = std::get_if<ZarrSinkSpec>(&spec);
        if (zarr == nullptr || !is_folder_place(zarr->url.string())) continue;
        if (fs::exists(zarr->url)) replay(*zarr, zarr->url.string());
        for (std::string const& part : store_parts(zarr->url.string())) replay(*zarr, part);
    }
    return notes;
}

void merge_leftover_parts(Config const& config) {
    for (auto const& [name, spec] : config.sinks) {
        auto const* zarr = std::get_if<ZarrSinkSpec>(&spec);
        if (zarr == nullptr) continue;
        if (auto const parts = store_parts(zarr->url.string()); !parts.empty())
            merge_into(*zarr, parts);
    }
}

std::vector<fs::path> parts_of(Config const& config) {
    std::vector<fs::path> all;
    for (auto const& [name, spec] : config.sinks)
        if (auto const* zarr = std::get_if<ZarrSinkSpec>(&spec))
            for (std::string const& part : store_parts(zarr->url.string())) all.emplace_back(part);
    return all;
}

std::vector<fs::path> stores_of(Config const& config) {
    std::vector<fs::path> stores;
    for (auto const& [name, spec] : config.sinks)
        if (auto const* zarr = std::get_if<ZarrSinkSpec>(&spec);
            zarr && has_store(zarr->url.string()))
            stores.push_back(zarr->url);
    return stores;
}

std::vector<fs::path> extxyz_files_of(Config const& config) {
    std::vector<fs::path> files;
    for (auto const& [name, spec] : config.sinks)
        if (auto const* extxyz = std::get_if<ExtxyzSpec>(&spec); extxyz && fs::exists(extxyz->path))
            files.push_back(extxyz->path);
    return files;
}

}  // namespace athanor
