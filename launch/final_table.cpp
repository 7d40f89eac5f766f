// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/final_table.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "launch/readable.hpp"

namespace athanor {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string indented(std::string const& title, Rows const& rows) {
    std::string text = title + "\n";
    for (std::string const& line : align_columns(rows)) text += "  " + line + "\n";
    return text;
}

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0.0; }

std::string throughput(std::vector<StageSummary> const& stages, double wall_seconds) {
    Rows rows{{"stage", "rank", "in", "active", "out", "failed", "steps/s", "atom·steps/s",
               "µs/atom/step", "batch full", "wait input", "wait room"}};
    for (StageSummary const& stage : stages) {
        StageFigures const& f = stage.figures;
        auto const atom_steps = static_cast<double>(f.atom_steps);
        rows.push_back(
            {f.name, fmt::format("{}", f.rank), readable_count(f.in), readable_count(f.active),
             readable_count(f.out), readable_count(f.failed),
             readable_rate(ratio(static_cast<double>(f.steps), f.seconds)),
             readable_rate(ratio(atom_steps, f.seconds)),
             f.atom_steps > 0 ? fmt::format("{:.3g}", microseconds_per_atom_step(f)) : "-",
             readable_share(stage.fill, stage.fill > 0.0 ? 1.0 : 0.0),
             readable_share(f.waiting_input_seconds, f.seconds),
             readable_share(f.waiting_room_seconds, f.seconds)});
    }
    return indented(fmt::format("Throughput, over {}", readable_seconds(wall_seconds)), rows);
}

std::string time_per_part(std::vector<StageSummary> const& stages) {
    Rows rows{{"stage"}};
    for (NamedPart const& part : named_parts({})) rows[0].emplace_back(part.name);
    rows[0].emplace_back("total");
    for (StageSummary const& stage : stages) {
        double const total = stage.figures.seconds;
        std::vector<std::string> seconds{stage.figures.name}, shares{""};
        std::vector<NamedPart> parts = named_parts(stage);
        parts.push_back({"total", total});
        for (NamedPart const& part : parts) {
            seconds.push_back(fmt::format("{:.2f} s", part.seconds));
            shares.push_back(readable_share(part.seconds, total));
        }
        rows.push_back(std::move(seconds));
        rows.push_back(std::move(shares));
    }
    return indented("Time per part", rows);
}

/// One column per part, as above; whether work is spread evenly shows between least and most.
std::string spread_of_parts(std::vector<StageSummary> const& stages) {
    Rows rows{{""}, {"min"}, {"avg"}, {"max"}};
    auto const count = static_cast<double>(stages.size());
    for (std::size_t p = 0; p < named_parts({}).size(); ++p) {
        double least = named_parts(stages[0])[p].seconds, most = least, sum = 0.0;
        for (StageSummary const& stage : stages) {
            double const seconds = named_parts(stage)[p].seconds;
            least = std::min(least, seconds);
            most = std::max(most, seconds);
            sum += seconds;
        }
        rows[0].emplace_back(named_parts({})[p].name);
        rows[1].push_back(fmt::format("{:.2f} s", least));
        rows[2].push_back(fmt::format("{:.2f} s", sum / count));
        rows[3].push_back(fmt::format("{:.2f} s", most));
    }
    return indented(fmt::format("Time per part over {} instances", stages.size()), rows);
}

std::string outcomes(std::vector<StageSummary> const& stages) {
    Rows rows{{"stage", "converged", "steps done", "failed"}};
    for (StageSummary const& stage : stages)
        rows.push_back({stage.figures.name, readable_count(stage.converged),
                        readable_count(stage.budget_spent), readable_count(stage.figures.failed)});
    return indented("Samples per outcome", rows);
}

}  // namespace

std::vector<NamedPart> named_parts(StageSummary const& stage) {
    PartSeconds const& p = stage.parts;
    double const claimed = p.forces + p.neighbors + p.update + p.hooks + p.pack + p.wait + p.write;
    return {{"forces", p.forces}, {"neighbors", p.neighbors},
            {"update", p.update}, {"hooks", p.hooks},
            {"pack", p.pack},     {"wait", p.wait},
            {"write", p.write},   {"other", std::max(0.0, stage.figures.seconds - claimed)}};
}

std::string final_table(std::vector<StageSummary> const& stages, double wall_seconds) {
    std::string text = throughput(stages, wall_seconds) + "\n" + time_per_part(stages) + "\n";
    if (stages.size() > 1) text += spread_of_parts(stages) + "\n";
    text += outcomes(stages);
    for (StageSummary const& stage : stages)
        if (stage.overflowed > 0)
            text += fmt::format("{} samples waited in the overflow of {}\n",
                                readable_count(stage.overflowed), stage.figures.name);
    return text;
}

}  // namespace athanor
