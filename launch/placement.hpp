// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "launch/config.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Who runs what: one element of the pipeline per rank, or all of them as threads of one process.
class Placement {
public:
    /// Throws ConfigError, with the right number, for a number of ranks that fits neither.
    Placement(PipelineSpec const& pipeline, int ranks);

    [[nodiscard]] int ranks() const { return ranks_; }
    [[nodiscard]] int element_count() const { return element_count_; }
    [[nodiscard]] Rank rank_of(int element) const { return Rank{ranks_ == 1 ? 0 : element}; }
    [[nodiscard]] std::vector<int> elements_of(Rank rank) const;

private:
    int ranks_;
    int element_count_;
};

/// Names of the sinks that element number `element` writes to: those of its hooks, and for the last
/// element those of the output.
[[nodiscard]] std::set<std::string> sinks_of_element(Config const& config, int element);

/// Position in the flattened pipeline of the first stage of an element.
[[nodiscard]] StageId first_stage_of(PipelineSpec const& pipeline, int element);

/// "relax", or "relax+md" for a fused element.
[[nodiscard]] std::string element_name(ElementSpec const& element);

}  // namespace athanor
