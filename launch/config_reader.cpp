// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/config_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/config_access.hpp"
#include "launch/config_errors.hpp"
#include "launch/nearest_word.hpp"
#include "runtime/error.hpp"
#include "runtime/species.hpp"
#include "sinks/memory_stores.hpp"
#include "sinks/object_url.hpp"

namespace athanor {
namespace {

using detail::has;
using detail::holds;
using detail::take;
using detail::take_word;
using nlohmann::json;

/// What is wrong with the word for a species, or "".
std::string species_error(std::string const& symbol) {
    if (atomic_number_of(symbol)) return "";
    std::string const nearest = nearest_symbol(symbol);
    return fmt::format("\"{}\" is no element; give a symbol such as \"{}\"", symbol,
                       nearest.empty() ? "Ar" : nearest);
}

LennardJonesParameters read_parameters(json const& found) {
    LennardJonesParameters parameters;
    take(found, "epsilon", parameters.epsilon);
    take(found, "sigma", parameters.sigma);
    return parameters;
}

void read_pair(std::string const& key, json const& found, std::vector<std::string> const& species,
               LennardJonesSpec& model, ConfigErrors& errors) {
    std::string const pointer = child_pointer("/model/pairs", key);
    std::size_t const dash = key.find('-');
    std::string first = key.substr(0, dash);
    std::string second = dash == std::string::npos ? "" : key.substr(dash + 1);
    if (first.empty() || second.empty()) {
        errors.add(pointer,
                   fmt::format("\"{}\" is no pair; give two species as in \"Ar-Kr\"", key));
        return;
    }
    bool known = true;
    for (std::string const& symbol : {first, second})
        if (std::find(species.begin(), species.end(), symbol) == species.end()) {
            errors.add(pointer, fmt::format("\"{}\" is not among the species; give {}", symbol,
                                            known_words(symbol, species)));
            known = false;
        }
    if (!known) return;
    if (first == second) {
        errors.add(pointer, fmt::format("a pair has two different species; give the parameters of "
                                        "{} under /model/species",
                                        first));
        return;
    }
    if (second < first) std::swap(first, second);
    if (!model.pairs.emplace(std::pair(first, second), read_parameters(found)).second)
        errors.add(pointer,
                   fmt::format("this pair stands twice, as \"{}-{}\" and \"{}-{}\"; keep one",
                               first, second, second, first));
}

void read_model(json const& checked, Config& config, ConfigErrors& errors) {
    if (!holds(checked, "model")) return;
    json const& found = checked["model"];
    LennardJonesSpec& model = config.model;
    take(found, "cutoff", model.cutoff);
    take(found, "shift", model.shift);
    take(found, "switch_width", model.switch_width);
    if (holds(found, "cutoff") && model.switch_width > model.cutoff)
        errors.add("/model/switch_width",
                   fmt::format("{} is more than the cutoff, {}; give 0 to {}", model.switch_width,
                               model.cutoff, model.cutoff));
    if (!holds(found, "species")) return;
    std::vector<std::string> species;
    for (auto const& [symbol, parameters] : found["species"].items()) {
        std::string const error = species_error(symbol);
        if (!error.empty()) errors.add(child_pointer("/model/species", symbol), error);
        species.push_back(symbol);
        model.species.emplace(symbol, read_parameters(parameters));
    }
    if (holds(found, "pairs"))
        for (auto const& [key, parameters] : found["pairs"].items())
            read_pair(key, parameters, species, model, errors);
}

/// Makes paths absolute and sees to it that no two keys write to one place.
class Places {
public:
    Places(std::filesystem::path base, ConfigErrors& errors)
        : base_(std::move(base)), errors_(errors) {}

    std::filesystem::path add(json const& object, char const* key, std::string const& pointer) {
        if (!holds(object, key)) return {};
        auto const& text = object.at(key).get_ref<std::string const&>();
        if (text.find("://") != std::string::npos) {
            errors_.add(pointer, fmt::format("\"{}\" is a URL, and only stores can have one; give "
                                             "a path",
                                             text));
            return {};
        }
        std::filesystem::path path = std::filesystem::absolute(base_ / text).lexically_normal();
        if (!path.has_filename()) path = path.parent_path();
        return add_place(std::move(path), text, pointer);
    }

    /// A path, or the URL of an object store or of a store in memory.
    std::filesystem::path add_store(json const& object, char const* key,
                                    std::string const& pointer) {
        if (!holds(object, key)) return {};
        auto const& text = object.at(key).get_ref<std::string const&>();
        if (text.find("://") == std::string::npos) return add(object, key, pointer);
        try {
            if (is_memory_url(text)) {
                static_cast<void>(has_store(text));  // throws for a name that cannot be
                return add_place(text, text, pointer);
            }
            return add_place(parse_object_url(text).text(), text, pointer);
        } catch (ConfigError const& error) {
            errors_.add(pointer, error.what());
            return {};
        }
    }

private:
    std::filesystem::path add_place(std::filesystem::path path, std::string const& text,
                                    std::string const& pointer) {
        for (Place const& other : places_) {
            if (other.path == path)
                errors_.add(pointer, fmt::format("\"{}\" is also {}; give each its own path", text,
                                                 other.pointer));
            else if (inside(path, other.path) || inside(other.path, path))
                errors_.add(pointer, fmt::format("\"{}\" and {} lie one inside the other; give "
                                                 "paths side by side",
                                                 text, other.pointer));
        }
        places_.push_back({path, pointer});
        return path;
    }

    struct Place {
        std::filesystem::path path;
        std::string pointer;
    };
    static bool inside(std::filesystem::path const& path, std::filesystem::path const& folder) {
        return path.string().starts_with(folder.string() + "/");
    }

    std::filesystem::path base_;
    ConfigErrors& errors_;
    std::vector<Place> places_;
};

void check_journal(ZarrSinkSpec const& spec, std::string const& pointer, ConfigErrors& errors) {
    if (!spec.journal) return;
    if (is_memory_url(spec.url.string()))
        errors.add(pointer, "is a file beside a store, and this one is in memory; leave it out");
    else if (is_object_url(spec.url.string()))
        errors.add(pointer, fmt::format("{} is in a bucket, where no file grows; leave it out, "
                                        "what a bucket has answered for is kept anyway",
                                        spec.url.string()));
    else if (spec.durability == Durability::none)
        errors.add(pointer,
                   "is for rows that survive a power cut, and durability is \"none\"; give "
                   "\"commit\" or \"strict\", or leave it out");
}

void read_sink(std::string const& name, json const& found, Places& places, Config& config,
               ConfigErrors& errors) {
    if (!holds(found, "type")) return;
    std::string const pointer = child_pointer("/sinks", name);
    auto const& type = found["type"].get_ref<std::string const&>();
    if (type == "zarr") {
        ZarrSinkSpec spec;
        spec.url = places.add_store(found, "url", pointer + "/url");
        take_word(found, "dtype", spec.dtype);
        take(found, "chunk_rows", spec.chunk_rows);
        take(found, "system_chunk_rows", spec.system_chunk_rows);
        take_word(found, "codec", spec.codec);
        take(found, "level", spec.level);
        take_word(found, "durability", spec.durability);
        take(found, "shard_rows", spec.shard_rows);
        take_word(found, "shuffle", spec.shuffle);
        take(found, "checksum", spec.checksum);
        take(found, "threads", spec.threads);
        if (spec.shard_rows % spec.chunk_rows != 0)
            errors.add(pointer + "/shard_rows",
                       fmt::format("{} is no multiple of chunk_rows; give {} or another multiple",
                                   spec.shard_rows,
                                   (spec.shard_rows / spec.chunk_rows + 1) * spec.chunk_rows));
        take(found, "journal", spec.journal);
        check_journal(spec, pointer + "/journal", errors);
        config.sinks.emplace(name, spec);
    } else if (type == "host_memory") {
        HostMemorySpec spec;
        take(found, "capacity", spec.capacity);
        config.sinks.emplace(name, spec);
    } else if (type == "device_buffer") {
        DeviceBufferSpec spec;
        take(found, "capacity", spec.capacity);
        take(found, "atoms", spec.atoms);
        take(found, "edges", spec.edges);
        config.sinks.emplace(name, spec);
    } else {
        config.sinks.emplace(name, ExtxyzSpec{places.add(found, "path", pointer + "/path")});
    }
}

std::vector<std::string> read_output(json const& list, std::string const& list_pointer,
                                     json const& checked, ConfigErrors& errors) {
    std::vector<std::string> names, output;
    if (holds(checked, "sinks"))
        for (auto const& [name, sink] : checked["sinks"].items()) names.push_back(name);
    for (std::size_t o = 0; o < list.size(); ++o) {
        if (list[o].is_null()) continue;
        auto const name = list[o].get<std::string>();
        std::string const pointer = child_pointer(list_pointer, o);
        auto const contains = [&name](std::vector<std::string> const& some) {
            return std::find(some.begin(), some.end(), name) != some.end();
        };
        if (!names.empty() && !contains(names))
            errors.add(pointer, fmt::format("\"{}\" is no sink of this configuration; give {}",
                                            name, known_words(name, names)));
        if (contains(output))
            errors.add(pointer, fmt::format("\"{}\" stands twice; keep one", name));
        output.push_back(name);
    }
    return output;
}

/// The campaign's output serves every chain that has none of its own.
void read_outputs(json const& checked, Config& config, ConfigErrors& errors) {
    std::vector<std::string> common;
    if (holds(checked, "output"))
        common = read_output(checked["output"], "/output", checked, errors);
    config.outputs.assign(static_cast<std::size_t>(std::max(1, config.pipeline.chain_count())),
                          common);
    bool all_have_one = has(checked, "output");
    if (holds(checked, "pipelines")) {
        all_have_one = true;
        for (std::size_t c = 0; c < checked["pipelines"].size(); ++c) {
            json const& chain = checked["pipelines"][c];
            all_have_one = all_have_one && (has(chain, "output") || has(checked, "output"));
            if (holds(chain, "output") && c < config.outputs.size())
                config.outputs[c] = read_output(
                    chain["output"], child_pointer("/pipelines", c) + "/output", checked, errors);
        }
    }
    if (checked.is_object() && !all_have_one)
        errors.add("/output",
                   "missing; give a list [...] that is not empty (sinks of finished samples; the "
                   "next takes what the first has no room for)");
}

void read_input(json const& checked, Places& places, Config& config, ConfigErrors& errors) {
    if (!holds(checked, "input")) return;
    config.input.path = places.add(checked["input"], "path", "/input/path");
    take(checked["input"], "select", config.input.select);
    try {
        static_cast<void>(FrameSelection(config.input.select));
    } catch (ConfigError const& error) {
        errors.add("/input/select", error.what());
    }
}

}  // namespace

Config read_config(json const& checked, std::filesystem::path const& base, ConfigErrors& errors) {
    Config config;
    Places places(base, errors);
    take(checked, "seed", config.seed);
    take_word(checked, "device", config.device);
    take_word(checked, "precision", config.precision);
    read_input(checked, places, config, errors);
    if (holds(checked, "sampler")) {
        json const& sampler = checked["sampler"];
        config.sampler.automatic = holds(sampler, "batch") && sampler["batch"] == "auto";
        if (config.sampler.automatic)
            for (char const* key : {"max_systems", "max_atoms"})
                if (has(sampler, key))
                    errors.add(std::string("/sampler/") + key,
                               "\"batch\": \"auto\" finds it; leave one of the two out");
        take(sampler, "max_bytes", config.sampler.max_bytes);
        take(sampler, "max_systems", config.sampler.max_systems);
        take(sampler, "max_atoms", config.sampler.max_atoms);
        take(sampler, "max_edges", config.sampler.max_edges);
        take_word(sampler, "order", config.sampler.order);
        take(sampler, "window", config.sampler.window);
        take(sampler, "refill_frequency", config.sampler.refill_frequency);
    }
    read_model(checked, config, errors);
    read_pipeline(
        checked,
        [&places](json const& object, char const* key, std::string const& pointer) {
            return places.add(object, key, pointer);
        },
        config, errors);
    if (holds(checked, "buffers")) {
        json const& buffers = checked["buffers"];
        take(buffers, "systems", config.buffers.systems);
        take(buffers, "atoms", config.buffers.atoms);
        take(buffers, "edges", config.buffers.edges);
        take(buffers, "slots", config.buffers.slots);
        take_word(buffers, "mode", config.buffers.mode);
        take_word(buffers, "transport", config.buffers.transport);
    }
    if (holds(checked, "sinks"))
        for (auto const& [name, sink] : checked["sinks"].items())
            read_sink(name, sink, places, config, errors);
    read_outputs(checked, config, errors);
    config.quarantine = places.add(checked, "quarantine", "/quarantine");
    if (holds(checked, "checkpoint")) {
        CheckpointSpec& checkpoint = config.checkpoint.emplace();
        checkpoint.path = places.add(checked["checkpoint"], "path", "/checkpoint/path");
        take(checked["checkpoint"], "interval_seconds", checkpoint.interval_seconds);
    }
    if (holds(checked, "metrics")) {
        MetricsSpec& metrics = config.metrics.emplace();
        metrics.path = places.add(checked["metrics"], "path", "/metrics/path");
        take(checked["metrics"], "interval_seconds", metrics.interval_seconds);
    }
    take_word(checked, "oversized", config.oversized);
    take(checked, "stall_timeout_seconds", config.stall_timeout_seconds);
    return config;
}

}  // namespace athanor
