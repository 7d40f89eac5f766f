// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "launch/element_run.hpp"
#include "launch/final_table.hpp"
#include "launch/quarantine.hpp"
#include "runtime/metrics.hpp"

namespace athanor {

/// One instance's figures as a line on the board: plain numbers, the same on every rank.
struct BoardLine {
    std::int64_t in, active, out, converged, budget_spent, failed, overflowed;
    std::int64_t steps, sample_steps, atom_steps, list_growths;
    std::int64_t host_steps, row_waits, compactions;
    std::int64_t refused;         ///< samples of the input that fit nowhere
    std::int64_t quarantined;     ///< of the whole process
    std::int64_t peak_kilobytes;  ///< of the whole process
    double seconds[time_part_count];
    double wall_seconds;
    double fill;
};

[[nodiscard]] BoardLine line_of(ElementRun const& run, Quarantine const& quarantine);

/// A line as progress and tables show it.
[[nodiscard]] StageFigures figures_of(BoardLine const& line, std::string const& name, Rank rank);
[[nodiscard]] StageSummary summary_of(BoardLine const& line, std::string const& name, Rank rank);

/// Adds what one of so many replicas did; times become their mean.
void add_replica(StageFigures const& one, int replicas, StageFigures& sum);

}  // namespace athanor
