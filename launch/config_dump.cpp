// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "launch/config.hpp"
#include "launch/config_words.hpp"

namespace athanor {
namespace {

using detail::word_of;
using nlohmann::json;

// How each alternative of a variant is written; overloads, so that a new one is missed by no visit.
json dump(SinglePointOptions const&) { return {{"type", "single_point"}}; }
json dump(DemoOptions const& options) {
    return {{"type", "demo"}, {"timestep_fs", options.timestep_fs}};
}
json dump(NveOptions const& options) {
    return {{"type", "nve"}, {"timestep_fs", options.timestep_fs}};
}
json dump(NvtLangevinOptions const& options) {
    return {{"type", "nvt_langevin"},
            {"timestep_fs", options.timestep_fs},
            {"temperature_kelvin", options.temperature_kelvin},
            {"friction_per_fs", options.friction_per_fs}};
}
json dump(NvtNoseHooverOptions const& options) {
    return {{"type", "nvt_nose_hoover"},
            {"timestep_fs", options.timestep_fs},
            {"temperature_kelvin", options.temperature_kelvin},
            {"thermostat_time_fs", options.thermostat_time_fs},
            {"chain_length", options.chain_length},
            {"yoshida_order", options.yoshida_order}};
}
json dump(NphOptions const& options) {
    return {{"type", "nph"},
            {"timestep_fs", options.timestep_fs},
            {"pressure_ev_per_a3", options.pressure_ev_per_a3},
            {"barostat_time_fs", options.barostat_time_fs},
            {"pressure_coupling", word_of(options.pressure_coupling)}};
}
json dump(NptOptions const& options) {
    return {{"type", "npt"},
            {"timestep_fs", options.timestep_fs},
            {"temperature_kelvin", options.temperature_kelvin},
            {"pressure_ev_per_a3", options.pressure_ev_per_a3},
            {"barostat_time_fs", options.barostat_time_fs},
            {"thermostat_time_fs", options.thermostat_time_fs},
            {"pressure_coupling", word_of(options.pressure_coupling)},
            {"chain_length", options.chain_length},
            {"yoshida_order", options.yoshida_order}};
}
json dump(FireOptions const& options) {
    return {{"type", "fire"},
            {"timestep_fs", options.timestep_fs},
            {"timestep_max_fs", options.timestep_max_fs},
            {"timestep_min_fs", options.timestep_min_fs},
            {"max_step", options.max_step},
            {"downhill_steps", options.downhill_steps},
            {"timestep_increase", options.timestep_increase},
            {"timestep_decrease", options.timestep_decrease},
            {"mixing_start", options.mixing_start},
            {"mixing_decrease", options.mixing_decrease},
            {"keep_velocities", options.keep_velocities}};
}
json dump(Fire2Options const& options) {
    return {{"type", "fire2"},
            {"timestep_fs", options.timestep_fs},
            {"timestep_max_fs", options.timestep_max_fs},
            {"timestep_min_fs", options.timestep_min_fs},
            {"max_step", options.max_step},
            {"delay_steps", options.delay_steps},
            {"timestep_increase", options.timestep_increase},
            {"timestep_decrease", options.timestep_decrease},
            {"mixing_start", options.mixing_start},
            {"mixing_decrease", options.mixing_decrease},
            {"keep_velocities", options.keep_velocities}};
}
json dump(LbfgsOptions const& options) {
    return {{"type", "lbfgs"}, {"max_step", options.max_step}, {"history", options.history}};
}
template <class Options>
json dump_variable_cell(char const* type, Options const& options) {
    json out = dump(options.relaxation);
    out["type"] = type;
    out.erase("keep_velocities");
    out["pressure_gpa"] = options.pressure_gpa;
    return out;
}
json dump(FireVariableCellOptions const& options) {
    return dump_variable_cell("fire_variable_cell", options);
}
json dump(Fire2VariableCellOptions const& options) {
    return dump_variable_cell("fire2_variable_cell", options);
}

// The key of the step budget, by kind of dynamics.
template <class Options>
char const* budget_key(Options const&) {
    return "steps";
}
char const* budget_key(FireOptions const&) { return "max_steps"; }
char const* budget_key(Fire2Options const&) { return "max_steps"; }
char const* budget_key(LbfgsOptions const&) { return "max_steps"; }
char const* budget_key(FireVariableCellOptions const&) { return "max_steps"; }
char const* budget_key(Fire2VariableCellOptions const&) { return "max_steps"; }

json dump(SnapshotSpec const& spec) {
    return {{"type", "snapshot"},
            {"sink", spec.sink},
            {"frequency", spec.frequency},
            {"initial", spec.initial}};
}
json dump(ConvergedSnapshotSpec const& spec) {
    return {{"type", "converged_snapshot"}, {"sink", spec.sink}};
}
json dump(LoggingSpec const& spec) {
    json columns = json::array();
    for (LogColumn const column : spec.scalars) columns.push_back(word_of(column));
    return {{"type", "logging"},
            {"backend", word_of(spec.backend)},
            {"path", spec.path},
            {"frequency", spec.frequency},
            {"scalars", columns}};
}
json dump(MaxForceClampOptions const& options) {
    return {{"type", "max_force_clamp"},
            {"max_force", options.max_force},
            {"log_clamps", options.log_clamps}};
}
json dump(WrapPeriodicOptions const& options) {
    return {{"type", "wrap_periodic"}, {"frequency", options.frequency}};
}
json dump(FreezeAtomsOptions const& options) {
    json out{{"type", "freeze_atoms"}, {"zero_forces", options.zero_forces}};
    if (options.category) out["category"] = *options.category;
    if (!options.indices.empty()) out["indices"] = options.indices;
    return out;
}
json dump(NanDetectorOptions const& options) {
    return {{"type", "nan_detector"},
            {"fields", options.fields},
            {"action", word_of(options.action)},
            {"frequency", options.frequency}};
}
json dump(EnergyDriftMonitorOptions const& options) {
    return {{"type", "energy_drift_monitor"},
            {"threshold", options.threshold},
            {"metric", word_of(options.metric)},
            {"action", word_of(options.action)},
            {"include_kinetic", options.include_kinetic},
            {"frequency", options.frequency}};
}
json dump(ProfilerOptions const& options) {
    return {{"type", "profiler"},
            {"path", options.path},
            {"frequency", options.frequency},
            {"ranges", word_of(options.ranges)},
            {"nvtx", options.nvtx},
            {"max_events", options.max_events}};
}
json dump(AlignCellOptions const&) { return {{"type", "align_cell"}}; }
json dump(CenterOfMassBiasOptions const& options) {
    json out{{"type", "center_of_mass"}, {"spring_constant", options.spring_constant}};
    if (options.center) out["center"] = *options.center;
    if (!options.indices.empty()) out["indices"] = options.indices;
    return out;
}
json dump(DistanceBiasOptions const& options) {
    json out{{"type", "distance"},
             {"spring_constant", options.spring_constant},
             {"atoms", options.atoms}};
    if (options.distance) out["distance"] = *options.distance;
    return out;
}
json dump(WallBiasOptions const& options) {
    return {{"type", "wall"},
            {"spring_constant", options.spring_constant},
            {"axis", word_of(options.axis)},
            {"position", options.position},
            {"side", word_of(options.side)}};
}
json dump(BiasedPotentialSpec const& spec) {
    return {{"type", "biased_potential"},
            {"bias", std::visit([](auto const& options) { return dump(options); }, spec.bias)}};
}
json dump(ZarrSinkSpec const& spec) {
    return {{"type", "zarr"},
            {"url", spec.url.string()},
            {"dtype", word_of(spec.dtype)},
            {"chunk_rows", spec.chunk_rows},
            {"system_chunk_rows", spec.system_chunk_rows},
            {"shard_rows", spec.shard_rows},
            {"codec", word_of(spec.codec)},
            {"level", spec.level},
            {"shuffle", word_of(spec.shuffle)},
            {"checksum", spec.checksum},
            {"threads", spec.threads},
            {"durability", word_of(spec.durability)},
            {"journal", spec.journal}};
}
json dump(HostMemorySpec const& spec) {
    return {{"type", "host_memory"}, {"capacity", spec.capacity}};
}
json dump(DeviceBufferSpec const& spec) {
    return {{"type", "device_buffer"},
            {"capacity", spec.capacity},
            {"atoms", spec.atoms},
            {"edges", spec.edges}};
}
json dump(ExtxyzSpec const& spec) { return {{"type", "extxyz"}, {"path", spec.path.string()}}; }
json dump(LennardJonesParameters const& parameters) {
    return {{"epsilon", parameters.epsilon}, {"sigma", parameters.sigma}};
}
json dump(LennardJonesSpec const& model) {
    json species = json::object(), pairs = json::object();
    for (auto const& [symbol, parameters] : model.species) species[symbol] = dump(parameters);
    for (auto const& [pair, parameters] : model.pairs)
        pairs[pair.first + "-" + pair.second] = dump(parameters);
    return {{"type", "lennard_jones"}, {"cutoff", model.cutoff},
            {"species", species},      {"pairs", pairs},
            {"shift", model.shift},    {"switch_width", model.switch_width}};
}

json dump(SamplerSpec const& sampler) {
    json out{{"batch", sampler.automatic ? "auto" : "given"},
             {"max_bytes", sampler.max_bytes},
             {"max_edges", sampler.max_edges},
             {"order", word_of(sampler.order)},
             {"window", sampler.window},
             {"refill_frequency", sampler.refill_frequency}};
    if (sampler.automatic) return out;
    out["max_systems"] = sampler.max_systems;
    out["max_atoms"] = sampler.max_atoms;
    return out;
}

json dump(HookSpec const& hook) {
    return std::visit([](auto const& spec) { return dump(spec); }, hook);
}

json dump(StageSpec const& stage) {
    json out{{"name", stage.name}, {"degrees_of_freedom", word_of(stage.degrees_of_freedom)}};
    out["dynamics"] = std::visit([](auto const& options) { return dump(options); }, stage.dynamics);
    if (!stage.converge.empty()) {
        out["converge"] = json::array();
        for (Criterion const& criterion : stage.converge)
            out["converge"].push_back({{"field", criterion.field},
                                       {"reduce", word_of(criterion.reduction)},
                                       {"threshold", criterion.threshold}});
    }
    if (stage.step_budget)
        out[std::visit([](auto const& options) { return budget_key(options); }, stage.dynamics)] =
            *stage.step_budget;
    if (stage.initial_temperature_kelvin)
        out["initial_temperature_kelvin"] = *stage.initial_temperature_kelvin;
    out["hooks"] = json::array(
        {{{"type", "neighbor_list"}, {"skin", stage.skin}, {"store_edges", stage.store_edges}}});
    for (HookSpec const& hook : stage.hooks) out["hooks"].push_back(dump(hook));
    return out;
}

json dump(ElementSpec const& element) {
    json stages = json::array();
    for (StageSpec const& stage : element.stages) stages.push_back(dump(stage));
    json out;
    if (stages.size() == 1 && element.order == FusedOrder::standard && element.hooks.empty()) {
        out = stages[0];
    } else {
        json hooks = json::array();
        for (HookSpec const& hook : element.hooks) hooks.push_back(dump(hook));
        out = {{"fuse", stages}, {"order", word_of(element.order)}, {"hooks", hooks}};
    }
    out["replicas"] = element.replicas;
    if (!element.ranks.empty()) out["ranks"] = element.ranks;
    out["overflow"] = element.overflow;
    return out;
}

/// The elements of all chains, or of one.
json dump_pipeline(PipelineSpec const& pipeline, std::optional<int> chain = std::nullopt) {
    json out = json::array();
    for (ElementSpec const& element : pipeline.elements)
        if (!chain || element.chain == *chain) out.push_back(dump(element));
    return out;
}

void dump_chains(Config const& config, json& document) {
    if (config.outputs.size() == 1) {
        document["pipeline"] = dump_pipeline(config.pipeline);
        document["output"] = config.outputs[0];
        return;
    }
    document["pipelines"] = json::array();
    for (int c = 0; c < static_cast<int>(config.outputs.size()); ++c)
        document["pipelines"].push_back({{"pipeline", dump_pipeline(config.pipeline, c)},
                                         {"output", config.outputs[static_cast<std::size_t>(c)]}});
}

}  // namespace

std::string to_json(Config const& config) {
    json sinks = json::object();
    for (auto const& [name, sink] : config.sinks)
        sinks[name] = std::visit([](auto const& spec) { return dump(spec); }, sink);
    BufferSpec const& buffers = config.buffers;
    SamplerSpec const& sampler = config.sampler;
    json document{
        {"athanor", 1},
        {"seed", config.seed},
        {"device", word_of(config.device)},
        {"precision", word_of(config.precision)},
        {"input", {{"path", config.input.path.string()}, {"select", config.input.select}}},
        {"sampler", dump(sampler)},
        {"model", dump(config.model)},
        {"buffers",
         {{"systems", buffers.systems},
          {"atoms", buffers.atoms},
          {"edges", buffers.edges},
          {"slots", buffers.slots},
          {"mode", word_of(buffers.mode)},
          {"transport", word_of(buffers.transport)}}},
        {"sinks", sinks},
        {"quarantine", config.quarantine.string()},
        {"oversized", word_of(config.oversized)},
        {"stall_timeout_seconds", config.stall_timeout_seconds}};
    if (config.checkpoint)
        document["checkpoint"] = {{"path", config.checkpoint->path.string()},
                                  {"interval_seconds", config.checkpoint->interval_seconds}};
    if (config.metrics)
        document["metrics"] = {{"path", config.metrics->path.string()},
                               {"interval_seconds", config.metrics->interval_seconds}};
    dump_chains(config, document);
    return document.dump();
}

std::string physics_json(Config const& config) {
    json pipeline = dump_pipeline(config.pipeline);
    auto const keep_physics = [](json& stage, json const& element_hooks) {
        json all = stage["hooks"], hooks = json::array();
        all.insert(all.end(), element_hooks.begin(), element_hooks.end());
        for (json& hook : all) {
            hook.erase("log_clamps");
            hook.erase("store_edges");
            // Those with a sink or a file look on.
            if (!hook.contains("sink") && !hook.contains("path")) hooks.push_back(hook);
        }
        stage["hooks"] = hooks;
        for (char const* key : {"name", "replicas", "ranks", "overflow"}) stage.erase(key);
    };
    json flat = json::array();  // results do not depend on what is fused
    for (int e = 0; e < static_cast<int>(pipeline.size()); ++e) {
        json& element = pipeline[static_cast<std::size_t>(e)];
        if (e > 0 && config.pipeline.starts_chain(e)) flat.push_back("next pipeline");
        bool const fused = element.contains("fuse");
        json stages = fused ? element["fuse"] : json::array({element});
        for (json& stage : stages) {
            keep_physics(stage, fused ? element["hooks"] : json::array());
            if (fused && element["order"] != "standard") stage["order"] = element["order"];
            flat.push_back(stage);
        }
    }
    json physics{{"seed", config.seed}, {"model", dump(config.model)}, {"stages", flat}};
    if (config.precision != Precision::float64) physics["precision"] = word_of(config.precision);
    return physics.dump();
}

std::string snapshots_json(Config const& config) {
    json flat = json::array();  // the same rows are stored whatever is fused
    for (json const& element : dump_pipeline(config.pipeline)) {
        bool const fused = element.contains("fuse");
        for (json const& stage : fused ? element["fuse"] : json::array({element})) {
            json all = stage["hooks"], hooks = json::array();
            if (fused) all.insert(all.end(), element["hooks"].begin(), element["hooks"].end());
            for (json const& hook : all)
                if (hook.contains("sink") &&
                    (hook["type"] != "converged_snapshot" || stage.contains("converge")))
                    hooks.push_back(hook);
            std::sort(hooks.begin(), hooks.end());
            flat.push_back(hooks);
        }
    }
    return flat.dump();
}

std::uint64_t physics_hash(Config const& config) {
    std::uint64_t hash = 14695981039346656037U;  // FNV-1a, 64 bits
    for (unsigned char const byte : physics_json(config)) hash = (hash ^ byte) * 1099511628211U;
    return hash;
}

}  // namespace athanor
