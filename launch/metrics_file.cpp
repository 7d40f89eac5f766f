// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/metrics_file.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <string>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "comm/describe_transports.hpp"
#include "launch/device_info.hpp"
#include "launch/version.hpp"
#include "runtime/error.hpp"

namespace athanor {
namespace {

using nlohmann::json;

double ratio(double part, double whole) { return whole > 0.0 ? part / whole : 0.0; }

json to_json(StageSummary const& stage) {
    StageFigures const& f = stage.figures;
    json parts;
    for (NamedPart const& part : named_parts(stage)) parts[std::string(part.name)] = part.seconds;
    return {{"name", f.name},
            {"rank", f.rank},
            {"samples_in", f.in},
            {"samples_active", f.active},
            {"samples_out", f.out},
            {"converged", stage.converged},
            {"budget_spent", stage.budget_spent},
            {"failed", f.failed},
            {"overflowed", stage.overflowed},
            {"list_growths", stage.list_growths},
            {"host_steps", stage.host_steps},
            {"row_waits", stage.row_waits},
            {"compactions", stage.compactions},
            {"steps", f.steps},
            {"atom_steps", f.atom_steps},
            {"steps_per_second", ratio(static_cast<double>(f.steps), f.seconds)},
            {"atom_steps_per_second", ratio(static_cast<double>(f.atom_steps), f.seconds)},
            {"microseconds_per_atom_step",
             f.atom_steps > 0 ? json(microseconds_per_atom_step(f)) : json(nullptr)},
            {"batch_fill", stage.fill},
            {"seconds", f.seconds},
            {"seconds_waiting_for_input", f.waiting_input_seconds},
            {"seconds_waiting_for_room", f.waiting_room_seconds},
            {"seconds_of", parts}};
}

/// Least, mean and most of each part over the instances.
json spread_of_parts(std::vector<StageSummary> const& stages) {
    json spread = json::object();
    for (std::size_t p = 0; !stages.empty() && p < named_parts(stages[0]).size(); ++p) {
        NamedPart const first = named_parts(stages[0])[p];
        double least = first.seconds, most = first.seconds, sum = 0.0;
        for (StageSummary const& stage : stages) {
            double const seconds = named_parts(stage)[p].seconds;
            least = std::min(least, seconds);
            most = std::max(most, seconds);
            sum += seconds;
        }
        spread[std::string(first.name)] = {
            {"min", least}, {"avg", sum / static_cast<double>(stages.size())}, {"max", most}};
    }
    return spread;
}

json moment_columns() {
    json columns;
    for (char const* key :
         {"samples_in", "samples_active", "samples_out", "failed", "steps_per_second",
          "atom_steps_per_second", "working", "waiting_for_input", "waiting_for_room"})
        columns[key] = json::array();
    return columns;
}

/// Rates and shares of a point are those since the point before; all are 0 once it has ended.
void add_moment(InstanceMoment const& before, InstanceMoment const& now, json& columns) {
    double const seconds = now.seconds - before.seconds;
    auto const rate = [seconds](auto first, auto last) {
        return ratio(static_cast<double>(last - first), seconds);
    };
    auto const share = [&rate](double first, double last) {
        return std::clamp(rate(first, last), 0.0, 1.0);
    };
    columns["samples_in"].push_back(now.in);
    columns["samples_active"].push_back(now.active);
    columns["samples_out"].push_back(now.out);
    columns["failed"].push_back(now.failed);
    columns["steps_per_second"].push_back(rate(before.steps, now.steps));
    columns["atom_steps_per_second"].push_back(rate(before.atom_steps, now.atom_steps));
    double const input = share(before.waiting_input_seconds, now.waiting_input_seconds);
    double const room = share(before.waiting_room_seconds, now.waiting_room_seconds);
    columns["waiting_for_input"].push_back(input);
    columns["waiting_for_room"].push_back(room);
    columns["working"].push_back(seconds > 0.0 ? std::max(0.0, 1.0 - input - room) : 0.0);
}

json to_json(Timeline const& timeline, std::vector<StageSummary> const& stages) {
    json seconds = json::array(), instances = json::array();
    for (TimelinePoint const& point : timeline.points()) seconds.push_back(point.seconds);
    for (std::size_t i = 0; i < stages.size(); ++i) {
        json columns = moment_columns();
        InstanceMoment before;
        for (TimelinePoint const& point : timeline.points()) {
            add_moment(before, point.instances[i], columns);
            before = point.instances[i];
        }
        columns["name"] = stages[i].figures.name;
        instances.push_back(std::move(columns));
    }
    return {{"interval_seconds", timeline.interval_seconds()},
            {"seconds", std::move(seconds)},
            {"stages", std::move(instances)}};
}

json to_json(std::vector<RankFacts> const& ranks) {
    json list = json::array();
    for (RankFacts const& facts : ranks)
        list.push_back({{"host", facts.host},
                        {"processor", facts.processor},
                        {"threads_per_stage", facts.threads}});
    return list;
}

/// UTC, "2026-11-30T12:34:56Z".
std::string date_of(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::floor<std::chrono::seconds>(time));
}

/// Who made the numbers, from what, where and when.
void add_provenance(RunFigures const& figures, CampaignPlan const& plan, json& document) {
    document["athanor"] = version();
    document["revision"] = revision();
    document["physics"] = fmt::format("{:016x}", physics_hash(plan.config));
    document["config"] = json::parse(to_json(plan.config));
    document["started"] = date_of(plan.started);
    document["ended"] = date_of(std::chrono::system_clock::now());
    document["mpi"] = describe_mpi();
    document["cuda"] = describe_cuda();
    document["hosts"] = to_json(figures.ranks);
    document["resumed"] = nullptr;
    if (plan.resumption)
        document["resumed"] = {{"finished_before", plan.resumption->finished},
                               {"quarantined_before", plan.resumption->quarantined},
                               {"restored", plan.resumption->restored}};
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

json document_of(RunFigures const& figures, CampaignPlan const& plan, Placement const& placement) {
    json stages = json::array(), channels = json::array(), sinks = json::array();
    for (StageSummary const& stage : figures.stages) stages.push_back(to_json(stage));
    for (ChannelFigures const& channel : figures.channels)
        channels.push_back(to_json(channel, plan.config.pipeline, placement));
    for (SinkFigures const& sink : figures.sinks)
        sinks.push_back({{"name", sink_name(sink, plan.config)},
                         {"rank", sink.rank},
                         {"rows", sink.rows},
                         {"seconds_stalled", sink.stalled_seconds}});
    json document{{"ranks", placement.ranks()},
                  {"frames", plan.selected_count},
                  {"quarantined", figures.quarantined},
                  {"wall_seconds", figures.wall_seconds},
                  {"peak_mebibytes", figures.peak_mebibytes},
                  {"stages", stages},
                  {"seconds_over_stages", spread_of_parts(figures.stages)},
                  {"channels", channels},
                  {"sinks", sinks}};
    if (figures.timeline) document["timeline"] = to_json(*figures.timeline, figures.stages);
    add_provenance(figures, plan, document);
    return document;
}

}  // namespace

std::string summary_line(RunFigures const& figures, CampaignPlan const& plan,
                         Placement const& placement) {
    json document = document_of(figures, plan, placement);
    document["event"] = "summary";
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

void prepare_metrics(std::filesystem::path const& path) {
    std::error_code error;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
    std::filesystem::path const aside = path.string() + ".tmp";
    if (!std::ofstream(aside) || std::filesystem::is_directory(path, error))
        throw StorageError(fmt::format(
            "{}: the metrics cannot be written; give another file (--metrics, /metrics/path)",
            path.string()));
    for (auto const& old : {path, aside}) std::filesystem::remove(old, error);
}

void write_metrics(std::filesystem::path const& path, RunFigures const& figures,
                   CampaignPlan const& plan, Placement const& placement) {
    json const document = document_of(figures, plan, placement);
    std::filesystem::path const aside = path.string() + ".tmp";
    std::error_code error;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
    {
        std::ofstream file(aside);
        file << document.dump(1, ' ', false, json::error_handler_t::replace) << '\n';
        if (!file.flush())
            throw StorageError(fmt::format("{}: the metrics cannot be written", path.string()));
    }
    std::filesystem::rename(aside, path, error);
    if (error)
        throw StorageError(
            fmt::format("{}: the metrics cannot be put there: {}", path.string(), error.message()));
}

}  // namespace athanor
