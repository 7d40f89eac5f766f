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
        double const working =
            std::max(0.0, f.seconds - f.waiting_input_seconds - f.waiting_room_seconds);
        auto const atom_steps = static_cast<double>(f.atom_steps);
        rows.push_back({f.name, fmt::format("{}", f.rank), readable_count(f.in),
                        readable_count(f.active), readable_count(f.out), readable_count(f.failed),
                        readable_rate(ratio(static_cast<double>(f.steps), f.seconds)),
                        readable_rate(ratio(atom_steps, f.seconds)),
                        f.atom_steps > 0 ? fmt::format("{:.3g}", 1e6 * working / atom_steps) : "-",
                        readable_share(stage.fill, stage.fill > 0.0 ? 1.0 : 0.0),
                        readable_share(f.waiting_input_seconds, f.seconds),
                        readable_share(f.waiting_room_seconds, f.seconds)});
    }
    return indented(fmt::format("Throughput, over {}", readable_seconds(wall_seconds)), rows);
}

std::string time_per_part(std::vector<StageSummary> const& stages) {
    Rows rows{{"stage", "forces", "neighbors", "update", "hooks", "pack", "wait", "write", "other",
               "total"}};
    for (StageSummary const& stage : stages) {
        PartSeconds const& p = stage.parts;
        double const total = stage.figures.seconds;
        double const claimed =
            p.forces + p.neighbors + p.update + p.hooks + p.pack + p.wait + p.write;
        std::vector<std::string> seconds{stage.figures.name}, shares{""};
        for (double const part : {p.forces, p.neighbors, p.update, p.hooks, p.pack, p.wait, p.write,
                                  std::max(0.0, total - claimed), total}) {
            seconds.push_back(fmt::format("{:.2f} s", part));
            shares.push_back(readable_share(part, total));
        }
        rows.push_back(std::move(seconds));
        rows.push_back(std::move(shares));
    }
    return indented("Time per part", rows);
}

std::string outcomes(std::vector<StageSummary> const& stages) {
    Rows rows{{"stage", "converged", "steps done", "failed"}};
    for (StageSummary const& stage : stages)
        rows.push_back({stage.figures.name, readable_count(stage.converged),
                        readable_count(stage.budget_spent), readable_count(stage.figures.failed)});
    return indented("Samples per outcome", rows);
}

}  // namespace

std::string final_table(std::vector<StageSummary> const& stages, double wall_seconds) {
    std::string text =
        throughput(stages, wall_seconds) + "\n" + time_per_part(stages) + "\n" + outcomes(stages);
    for (StageSummary const& stage : stages)
        if (stage.overflowed > 0)
            text += fmt::format("{} samples waited in the overflow of {}\n",
                                readable_count(stage.overflowed), stage.figures.name);
    return text;
}

}  // namespace athanor
