// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/report/metrics_record.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "runtime/error.hpp"

namespace athanor {
namespace {

using nlohmann::json;

std::vector<double> numbers(json const& object, char const* key, std::size_t count) {
    auto values = object.value(key, std::vector<double>{});
    values.resize(count, 0.0);
    return values;
}

InstanceRecord instance_of(json const& stage) {
    InstanceRecord one;
    one.name = stage.value("name", "");
    one.rank = stage.value("rank", 0);
    one.samples_in = stage.value("samples_in", std::int64_t{0});
    one.samples_out = stage.value("samples_out", std::int64_t{0});
    one.samples_active = stage.value("samples_active", std::int64_t{0});
    one.converged = stage.value("converged", std::int64_t{0});
    one.budget_spent = stage.value("budget_spent", std::int64_t{0});
    one.failed = stage.value("failed", std::int64_t{0});
    one.steps = stage.value("steps", std::int64_t{0});
    one.atom_steps = stage.value("atom_steps", std::int64_t{0});
    one.seconds = stage.value("seconds", 0.0);
    if (stage.contains("microseconds_per_atom_step") &&
        stage["microseconds_per_atom_step"].is_number())
        one.microseconds_per_atom_step = stage["microseconds_per_atom_step"];
    one.batch_fill = stage.value("batch_fill", 0.0);
    json const parts = stage.value("seconds_of", json::object());
    for (char const* part :
         {"forces", "neighbors", "update", "hooks", "pack", "wait", "write", "other"})
        if (parts.contains(part)) one.seconds_of.emplace_back(part, parts[part].get<double>());
    return one;
}

void take_timeline(json const& timeline, MetricsRecord& metrics) {
    metrics.seconds = timeline.value("seconds", std::vector<double>{});
    json const stages = timeline.value("stages", json::array());
    std::size_t const points = metrics.seconds.size();
    for (std::size_t s = 0; s < std::min(stages.size(), metrics.instances.size()); ++s)
        metrics.instances[s].timeline = {numbers(stages[s], "samples_active", points),
                                         numbers(stages[s], "working", points),
                                         numbers(stages[s], "waiting_for_input", points),
                                         numbers(stages[s], "waiting_for_room", points),
                                         numbers(stages[s], "atom_steps_per_second", points)};
}

/// "node7: 4 ranks with 2 threads per stage, AMD EPYC"
void take_hosts(json const& hosts, MetricsRecord& metrics) {
    std::map<std::array<std::string, 3>, int> ranks;
    for (json const& rank : hosts)
        ++ranks[{rank.value("host", ""), rank.value("processor", ""),
                 std::to_string(rank.value("threads_per_stage", 1))}];
    for (auto const& [host, count] : ranks)
        metrics.hosts.push_back(fmt::format("{}: {} rank{}, {} thread{} per stage, {}", host[0],
                                            count, count == 1 ? "" : "s", host[2],
                                            host[2] == "1" ? "" : "s", host[1]));
}

MetricsRecord record_of(json const& document) {
    MetricsRecord metrics;
    for (auto const& [key, text] :
         {std::pair{"athanor", &metrics.version}, std::pair{"revision", &metrics.revision},
          std::pair{"physics", &metrics.physics}, std::pair{"started", &metrics.started},
          std::pair{"ended", &metrics.ended}, std::pair{"mpi", &metrics.mpi},
          std::pair{"cuda", &metrics.cuda}})
        *text = document.value(key, "");
    metrics.ranks = document.value("ranks", 1);
    metrics.frames = document.value("frames", std::int64_t{0});
    metrics.quarantined = document.value("quarantined", std::int64_t{0});
    metrics.wall_seconds = document.value("wall_seconds", 0.0);
    for (double const one : document.value("peak_mebibytes", std::vector<double>{}))
        metrics.most_mebibytes = std::max(metrics.most_mebibytes, one);
    if (document.contains("config")) metrics.config_text = document["config"].dump();
    if (document.contains("resumed") && document["resumed"].is_object()) {
        metrics.resumed = true;
        metrics.finished_before = document["resumed"].value("finished_before", std::int64_t{0});
        metrics.quarantined_before =
            document["resumed"].value("quarantined_before", std::int64_t{0});
    }
    for (json const& stage : document["stages"]) metrics.instances.push_back(instance_of(stage));
    take_timeline(document.value("timeline", json::object()), metrics);
    take_hosts(document.value("hosts", json::array()), metrics);
    return metrics;
}

}  // namespace

MetricsRecord read_metrics(std::filesystem::path const& path) {
    std::ifstream file(path);
    if (!file)
        throw InputError(
            fmt::format("{}: there are no metrics; a run writes them when it has come to its end",
                        path.string()));
    try {
        json const document = json::parse(file);
        if (!document.is_object() || !document.contains("stages"))
            throw InputError(fmt::format("{}: holds no metrics of a run", path.string()));
        return record_of(document);
    } catch (json::exception const& error) {
        throw InputError(fmt::format("{}: is damaged: {}", path.string(), error.what()));
    }
}

}  // namespace athanor
