// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "launch/progress.hpp"

namespace athanor {

/// Where the time of one stage went [s].
struct PartSeconds {
    double forces = 0;
    double neighbors = 0;
    double update = 0;
    double hooks = 0;
    double pack = 0;
    double wait = 0;  ///< for input and for room
    double write = 0;
};

/// One stage at the end of a campaign.
struct StageSummary {
    StageFigures figures;
    PartSeconds parts;
    std::int64_t converged = 0;
    std::int64_t budget_spent = 0;  ///< samples that went on with their steps done
    std::int64_t overflowed = 0;    ///< samples that found no room and waited outside the batch
    std::int64_t list_growths = 0;  ///< times its device needed longer neighbour rows
    std::int64_t host_steps = 0;    ///< of samples that are on a device, made by the host
    std::int64_t row_waits = 0;     ///< times a step waited until rows had left its device
    std::int64_t compactions = 0;   ///< times samples on its device were moved together for another
    double fill = 0;                ///< share of the batch's atoms in use until the input ended
};

/// Parts of the time in the order of tables, with what no part claims as the last.
struct NamedPart {
    std::string_view name;
    double seconds;
};
[[nodiscard]] std::vector<NamedPart> named_parts(StageSummary const& stage);

/// The table that closes a run: throughput, time per part and outcomes, stage by stage.
/// With several instances also the least, mean and most of each part over them.
/// µs/atom/step counts the time in which the stage did not wait; "other" is what no part claims.
[[nodiscard]] std::string final_table(std::vector<StageSummary> const& stages, double wall_seconds);

}  // namespace athanor
