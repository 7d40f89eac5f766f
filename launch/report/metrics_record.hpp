// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace athanor {

/// One instance's points of the timeline, as columns; shares are between 0 and 1.
struct InstanceTimeline {
    std::vector<double> active, working, waiting_for_input, waiting_for_room, atom_steps_per_second;
};

/// One instance over the whole run.
struct InstanceRecord {
    std::string name;
    int rank = 0;
    std::int64_t samples_in = 0, samples_out = 0, samples_active = 0;
    std::int64_t converged = 0, budget_spent = 0, failed = 0, steps = 0, atom_steps = 0;
    double seconds = 0, microseconds_per_atom_step = 0, batch_fill = 0;
    std::vector<std::pair<std::string, double>> seconds_of;  ///< part: seconds; tables' order
    InstanceTimeline timeline;
};

/// What a metrics file says; members that it lacks are empty or 0.
struct MetricsRecord {
    std::string version, revision, physics, started, ended, mpi, cuda, config_text;
    std::vector<std::string> hosts;  ///< a line per kind of host
    int ranks = 1;
    std::int64_t frames = 0, quarantined = 0, finished_before = 0, quarantined_before = 0;
    bool resumed = false;
    double wall_seconds = 0, most_mebibytes = 0;
    std::vector<double> seconds;  ///< of the points of the timeline
    std::vector<InstanceRecord> instances;
};

/// Throws: InputError when the file is missing or holds no metrics.
[[nodiscard]] MetricsRecord read_metrics(std::filesystem::path const& path);

}  // namespace athanor
