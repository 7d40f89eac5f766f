// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/metrics_file.hpp"

#include <fstream>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/version.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

using nlohmann::json;

json to_json(StageSummary const& stage) {
    StageFigures const& f = stage.figures;
    PartSeconds const& p = stage.parts;
    return {{"name", f.name},
            {"rank", f.rank},
            {"samples_in", f.in},
            {"samples_out", f.out},
            {"converged", stage.converged},
            {"budget_spent", stage.budget_spent},
            {"failed", f.failed},
            {"overflowed", stage.overflowed},
            {"steps", f.steps},
            {"atom_steps", f.atom_steps},
            {"batch_fill", stage.fill},
            {"seconds", f.seconds},
            {"seconds_waiting_for_input", f.waiting_input_seconds},
            {"seconds_waiting_for_room", f.waiting_room_seconds},
            {"seconds_of",
             {{"forces", p.forces},
              {"neighbors", p.neighbors},
              {"update", p.update},
              {"hooks", p.hooks},
              {"pack", p.pack},
              {"wait", p.wait},
              {"write", p.write}}}};
}

json to_json(ChannelFigures const& channel, PipelineSpec const& pipeline,
             Placement const& placement) {
    Instance const& from = placement.instances()[channel.edge.from];
    Instance const& to = placement.instances()[channel.edge.to];
    return {{"from", instance_name(pipeline, from)},
            {"from_rank", from.rank.value()},
            {"to", instance_name(pipeline, to)},
            {"to_rank", to.rank.value()},
            {"messages", channel.messages},
            {"samples", channel.samples},
            {"bytes", channel.bytes},
            {"seconds_without_credit", channel.seconds_without_credit},
            {"seconds_without_input", channel.seconds_without_input}};
}

}  // namespace

void write_metrics(std::filesystem::path const& path, RunFigures const& figures,
                   CampaignPlan const& plan, Placement const& placement) {
    json stages = json::array(), channels = json::array(), sinks = json::array();
    for (StageSummary const& stage : figures.stages) stages.push_back(to_json(stage));
    for (ChannelFigures const& channel : figures.channels)
        channels.push_back(to_json(channel, plan.config.pipeline, placement));
    for (SinkFigures const& sink : figures.sinks)
        sinks.push_back({{"name", sink_name(sink, plan.config)},
                         {"rank", sink.rank},
                         {"rows", sink.rows},
                         {"seconds_stalled", sink.stalled_seconds}});
    json const document{{"athanor", version()},
                        {"physics", fmt::format("{:016x}", physics_hash(plan.config))},
                        {"ranks", placement.ranks()},
                        {"frames", plan.selected_count},
                        {"quarantined", figures.quarantined},
                        {"wall_seconds", figures.wall_seconds},
                        {"peak_mebibytes", figures.peak_mebibytes},
                        {"stages", stages},
                        {"channels", channels},
                        {"sinks", sinks}};
    std::filesystem::path const aside = path.string() + ".tmp";
    std::error_code error;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
    {
        std::ofstream file(aside);
        file << document.dump(2) << '\n';
        if (!file.flush())
            throw StorageError(fmt::format("{}: the metrics cannot be written", path.string()));
    }
    std::filesystem::rename(aside, path, error);
    if (error)
        throw StorageError(
            fmt::format("{}: the metrics cannot be put there: {}", path.string(), error.message()));
}

}  // namespace athanor
