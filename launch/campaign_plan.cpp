// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/campaign_plan.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/batch_size.hpp"
#include "launch/device_choice.hpp"
#include "launch/make_sub_stages.hpp"
#include "runtime/constants.hpp"
#include "runtime/error.hpp"
#include "runtime/species.hpp"
#include "sinks/extxyz_scanner.hpp"
#include "stages/edge_columns.hpp"
#include "stages/make_dynamics.hpp"

namespace athanor {
namespace {

constexpr int text_bytes_per_system = 1024;
constexpr double least_edge_room = 65536.0, most_edge_room = 2147483647.0;

/// The smallest room that a frame must pass through, and the key that sets it.
struct Bottleneck {
    int atoms;
    char const* key;
};

Bottleneck bottleneck(Config const& config) {
    Bottleneck least{config.sampler.max_atoms, "/sampler/max_atoms"};
    int const elements = static_cast<int>(config.pipeline.elements.size());
    if (elements > config.pipeline.chain_count() && config.buffers.atoms < least.atoms)
        least = {config.buffers.atoms, "/buffers/atoms"};
    return least;
}

void refuse_oversized(Config const& config, ExtxyzScan const& scan) {
    Bottleneck const room = bottleneck(config);
    if (scan.largest_atom_count <= room.atoms || config.oversized == OversizedPolicy::quarantine)
        return;
    throw ConfigError(fmt::format(
        "{}: sample \"{}\" has {} atoms and {} lets {} through; raise it to {} or more, or set "
        "/oversized to \"quarantine\"",
        config.input.path.string(), scan.largest_name, scan.largest_atom_count, room.key,
        room.atoms, scan.largest_atom_count));
}

/// The sample of most edges, by their estimate, against the bound of the sampler.
void refuse_too_many_edges(Config const& config, ExtxyzScan const& scan) {
    int const most = config.sampler.max_edges;
    if (most == 0 || config.oversized == OversizedPolicy::quarantine) return;
    int const dense = edges_at_density(scan.most_pairs_per_volume, config.model.cutoff);
    int const open = edges_of_all_pairs(scan.most_pairs_without_cell);
    if (std::max(dense, open) <= most) return;
    throw ConfigError(fmt::format(
        "{}: sample \"{}\" has some {} edges, by its density and the cutoff, and "
        "/sampler/max_edges lets {} through; raise it to {} or more, or set /oversized to "
        "\"quarantine\"",
        config.input.path.string(),
        dense > open ? scan.name_of_most_pairs_per_volume : scan.name_of_most_pairs_without_cell,
        std::max(dense, open), most, std::max(dense, open)));
}

void refuse_unknown_species(Config const& config, ExtxyzScan const& scan) {
    std::string unknown;
    bool any_known = scan.selected_count == 0;
    for (int z = 1; z <= largest_atomic_number; ++z) {
        if (!scan.atomic_numbers[static_cast<std::size_t>(z)]) continue;
        if (config.model.species.count(std::string(symbol_of(z))) > 0)
            any_known = true;
        else
            unknown += fmt::format("{}{}", unknown.empty() ? "" : ", ", symbol_of(z));
    }
    if (!any_known)
        throw ConfigError(fmt::format(
            "{}: no sample can run, for the model has no parameters for {}; add them to "
            "/model/species",
            config.input.path.string(), unknown));
}

/// What a constructor alone knows of its options together, before a stage is made.
void refuse_impossible_dynamics(Config const& config) {
    for (ElementSpec const& element : config.pipeline.elements)
        for (StageSpec const& stage : element.stages) {
            try {
                static_cast<void>(make_dynamics(stage.dynamics));
            } catch (ConfigError const& error) {
                throw ConfigError(fmt::format("stage {}: {}", stage.name, error.what()));
            }
        }
}

bool stores_edges(ElementSpec const& element) {
    return std::ranges::any_of(element.stages, &StageSpec::store_edges);
}

void add_edge_fields(CampaignPlan& plan) {
    for (FieldSpec const& field : EdgeColumns::fields())
        if (plan.schema->find(field.name))
            throw ConfigError(fmt::format(
                "{}: its frames have a \"{}\", which is what store_edges writes; rename it there, "
                "or leave out store_edges",
                plan.config.input.path.string(), field.name));
    plan.schema = std::make_shared<Schema const>(plan.schema->with(EdgeColumns::fields()));
}

/// Edges that are in a batch at one time: those of one sample, or of several small ones.
int stored_edge_room(CampaignPlan const& plan) {
    SamplerSpec const& sampler = plan.config.sampler;
    if (sampler.max_edges > 0) return sampler.max_edges;
    double const cutoff = plan.config.model.cutoff;
    double const neighbors =
        densest_atoms_per_a3 * 4.0 / 3.0 * constants::pi * cutoff * cutoff * cutoff;
    double const edges =
        std::ceil(neighbors) * std::min(plan.largest_atom_count, sampler.max_atoms);
    return static_cast<int>(std::clamp(edges, least_edge_room, most_edge_room));
}

}  // namespace

CampaignPlan make_campaign_plan(Config const& config,
                                std::optional<std::string> const& whole_select) {
    static_cast<void>(LennardJones(model_options(config)));  // says what is wrong with it
    refuse_impossible_dynamics(config);
    ExtxyzScan const scan = scan_extxyz(config.input.path, FrameSelection(config.input.select));
    ExtxyzScan const whole =
        whole_select ? scan_extxyz(config.input.path, FrameSelection(*whole_select)) : scan;
    refuse_unknown_species(config, whole);
    CampaignPlan plan;
    plan.config = config;
    plan.schema = whole.schema();
    if (std::ranges::any_of(config.pipeline.elements, stores_edges)) add_edge_fields(plan);
    rehearse_elements(plan);
    plan.frame_count = scan.frame_count;
    plan.selected_count = scan.selected_count;
    plan.bad_frame_count = scan.bad_frame_count;
    plan.atom_total = scan.atom_total;
    plan.largest_atom_count = whole.largest_atom_count;
    auto const longest = static_cast<int>(scan.longest_name_bytes + scan.longest_text_bytes);
    plan.text_bytes =
        std::max({longest, 64 * 1024, text_bytes_per_system * config.buffers.systems});
    plan.notes = whole.notes;
    choose_batch(plan, free_memory_bytes(),
                 config.sampler.automatic ? device_room(config.device) : DeviceRoom{});
    refuse_oversized(plan.config, whole);
    refuse_too_many_edges(plan.config, whole);
    plan.started = std::chrono::system_clock::now();
    return plan;
}

std::string to_bytes(CampaignPlan const& plan) {
    nlohmann::json fields = nlohmann::json::array();
    for (int f = Fields::count; f < plan.schema->field_count(); ++f) {
        FieldSpec const& spec = plan.schema->field(FieldIndex{f});
        fields.push_back({{"name", spec.name},
                          {"level", static_cast<int>(spec.level)},
                          {"dtype", static_cast<int>(spec.dtype)},
                          {"shape", spec.shape},
                          {"unit", spec.unit}});
    }
    nlohmann::json resumption;
    if (plan.resumption) {
        nlohmann::json settled = nlohmann::json::array();
        for (IdRanges const& ids : plan.resumption->settled) settled.push_back(ids.to_text());
        resumption = {{"settled", settled},
                      {"generation", plan.resumption->generation},
                      {"finished", plan.resumption->finished},
                      {"quarantined", plan.resumption->quarantined},
                      {"bad_frames", plan.resumption->bad_frames},
                      {"restored", plan.resumption->restored},
                      {"restored_by_element", plan.resumption->restored_by_element}};
    }
    return nlohmann::json{{"config", to_json(plan.config)},
                          {"resumption", resumption},
                          {"fields", fields},
                          {"frame_count", plan.frame_count},
                          {"selected_count", plan.selected_count},
                          {"bad_frame_count", plan.bad_frame_count},
                          {"atom_total", plan.atom_total},
                          {"largest_atom_count", plan.largest_atom_count},
                          {"text_bytes", plan.text_bytes},
                          {"started", plan.started.time_since_epoch().count()}}
        .dump();
}

CampaignPlan plan_from_bytes(std::string const& bytes) {
    auto const json = nlohmann::json::parse(bytes);
    CampaignPlan plan;
    plan.config = parse_config(json.at("config").get<std::string>(), "the plan of rank 0", "/");
    std::vector<FieldSpec> fields;
    for (auto const& field : json.at("fields")) {
        FieldSpec spec;
        spec.name = field.at("name");
        spec.level = static_cast<Level>(field.at("level").get<int>());
        spec.dtype = static_cast<Dtype>(field.at("dtype").get<int>());
        spec.shape = field.at("shape").get<std::vector<int>>();
        spec.unit = field.at("unit");
        spec.role = FieldRole::user;
        fields.push_back(std::move(spec));
    }
    plan.schema = std::make_shared<Schema const>(std::move(fields));
    plan.frame_count = json.at("frame_count");
    plan.selected_count = json.at("selected_count");
    plan.bad_frame_count = json.at("bad_frame_count");
    plan.atom_total = json.at("atom_total");
    plan.largest_atom_count = json.at("largest_atom_count");
    plan.text_bytes = json.at("text_bytes");
    if (auto const& found = json.at("resumption"); !found.is_null()) {
        Resumption& resumption = plan.resumption.emplace();
        for (auto const& ids : found.at("settled"))
            resumption.settled.push_back(IdRanges::from_text(ids.get<std::string>()));
        resumption.generation = found.at("generation");
        resumption.finished = found.at("finished");
        resumption.quarantined = found.at("quarantined");
        resumption.bad_frames = found.at("bad_frames");
        resumption.restored = found.at("restored");
        found.at("restored_by_element").get_to(resumption.restored_by_element);
    }
    plan.started = decltype(plan.started)(
        decltype(plan.started)::duration(json.at("started").get<std::chrono::system_clock::rep>()));
    return plan;
}

LennardJonesOptions model_options(Config const& config) {
    LennardJonesSpec const& spec = config.model;
    LennardJonesOptions options;
    options.precision = config.precision;
    options.cutoff = spec.cutoff;
    options.shift = spec.shift;
    options.switch_width = spec.switch_width;
    for (auto const& [symbol, p] : spec.species)
        options.species[*atomic_number_of(symbol)] = {p.epsilon, p.sigma};
    for (auto const& [symbols, p] : spec.pairs)
        options.pairs[{*atomic_number_of(symbols.first), *atomic_number_of(symbols.second)}] = {
            p.epsilon, p.sigma};
    return options;
}

BatchCapacity batch_capacity(CampaignPlan const& plan, int element) {
    Config const& config = plan.config;
    int edges = config.buffers.edges;
    if (stores_edges(config.pipeline.elements[static_cast<std::size_t>(element)]))
        edges = std::max(edges, stored_edge_room(plan));
    return {config.sampler.max_systems, config.sampler.max_atoms, edges};
}

BufferConfig buffer_config(CampaignPlan const& plan) {
    BufferSpec const& spec = plan.config.buffers;
    return {spec.systems, spec.atoms, spec.edges, plan.text_bytes, spec.slots};
}

}  // namespace athanor
