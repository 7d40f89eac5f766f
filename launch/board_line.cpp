// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/board_line.hpp"

#include <type_traits>

#include <sys/resource.h>

namespace athanor {
namespace {

static_assert(std::is_trivially_copyable_v<BoardLine>);

std::int64_t peak_memory_kilobytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

}  // namespace

BoardLine line_of(ElementRun const& run, Quarantine const& quarantine) {
    StageMetrics const& m = run.metrics();
    BoardLine line{};
    line.in = m.samples_in.load();
    line.active = m.samples_active.load();
    line.out = m.samples_out.load();
    line.converged = m.converged.load();
    line.budget_spent = m.budget_spent.load();
    line.failed = m.failed.load();
    line.overflowed = m.overflowed.load();
    line.steps = m.steps.load();
    line.sample_steps = m.sample_steps.load();
    line.atom_steps = m.atom_steps.load();
    line.refused = run.refused();
    line.list_growths = m.list_growths.load();
    line.host_steps = m.host_steps.load();
    line.row_waits = m.row_waits.load();
    line.compactions = m.compactions.load();
    line.quarantined = quarantine.count();
    line.peak_kilobytes = peak_memory_kilobytes();
    for (int part = 0; part < time_part_count; ++part)
        line.seconds[part] = m.seconds(static_cast<TimePart>(part));
    line.wall_seconds = run.seconds();
    line.fill = m.fill();
    return line;
}

StageFigures figures_of(BoardLine const& line, std::string const& name, Rank rank) {
    StageFigures figures;
    figures.name = name;
    figures.rank = rank.value();
    figures.in = line.in;
    figures.active = line.active;
    figures.out = line.out;
    figures.failed = line.failed;
    figures.steps = line.steps;
    figures.atom_steps = line.atom_steps;
    figures.seconds = line.wall_seconds;
    figures.waiting_input_seconds = line.seconds[static_cast<int>(TimePart::wait_for_input)];
    figures.waiting_room_seconds = line.seconds[static_cast<int>(TimePart::wait_for_room)];
    return figures;
}

StageSummary summary_of(BoardLine const& line, std::string const& name, Rank rank) {
    auto const part = [&line](TimePart which) { return line.seconds[static_cast<int>(which)]; };
    StageSummary summary;
    summary.figures = figures_of(line, name, rank);
    summary.parts = {
        part(TimePart::forces), part(TimePart::neighbors),
        part(TimePart::update), part(TimePart::hooks),
        part(TimePart::pack),   part(TimePart::wait_for_input) + part(TimePart::wait_for_room),
        part(TimePart::write)};
    summary.converged = line.converged;
    summary.budget_spent = line.budget_spent;
    summary.overflowed = line.overflowed;
    summary.list_growths = line.list_growths;
    summary.host_steps = line.host_steps;
    summary.row_waits = line.row_waits;
    summary.compactions = line.compactions;
    summary.fill = line.fill;
    return summary;
}

void add_replica(StageFigures const& one, int replicas, StageFigures& sum) {
    sum.rank = one.rank;
    sum.in += one.in;
    sum.active += one.active;
    sum.out += one.out;
    sum.failed += one.failed;
    sum.steps += one.steps;
    sum.atom_steps += one.atom_steps;
    sum.seconds += one.seconds / replicas;
    sum.waiting_input_seconds += one.waiting_input_seconds / replicas;
    sum.waiting_room_seconds += one.waiting_room_seconds / replicas;
}

}  // namespace athanor
