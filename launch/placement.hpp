// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "launch/config.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// One instance of an element: the work of one rank, or of one thread where one rank runs all.
struct Instance {
    int element;
    int replica;  ///< from 0 to the element's replicas - 1
    Rank rank;
    bool operator==(Instance const&) const = default;
};

/// From one instance to another; both are positions in Placement::instances().
struct InstanceEdge {
    int from, to;
    bool operator==(InstanceEdge const&) const = default;
};

/// Who runs what, and who sends to whom: one instance per rank, or all as threads of one process.
/// Explicit ranks are kept. Else, on one node, instances stand in the order of the pipeline; over
/// several, replicas are dealt out so that a stage and those before and after it share a node where
/// they can.
class Placement {
public:
    /// `node_of_rank`: for each rank of the job, the number of its node.
    /// Throws ConfigError, with the right number, for a number of ranks that fits neither.
    Placement(PipelineSpec const& pipeline, std::vector<int> const& node_of_rank);
    /// All on one node.
    Placement(PipelineSpec const& pipeline, int ranks);

    [[nodiscard]] int ranks() const { return static_cast<int>(node_of_rank_.size()); }
    /// By element, then by replica.
    [[nodiscard]] std::vector<Instance> const& instances() const { return instances_; }
    [[nodiscard]] std::vector<int> instances_of(Rank rank) const;
    [[nodiscard]] std::vector<Rank> ranks_of_element(int element) const;
    [[nodiscard]] int node_of(Rank rank) const { return node_of_rank_[rank.value()]; }

    /// Every instance of an element to every one of the next. Their order numbers the channels.
    [[nodiscard]] std::vector<InstanceEdge> const& edges() const { return edges_; }
    /// Edges of an instance, as positions in edges(). Those from it begin with the consumer that it
    /// should rather choose: on its own node, and not the one that the next replica begins with.
    [[nodiscard]] std::vector<int> edges_to(int instance) const;
    [[nodiscard]] std::vector<int> edges_from(int instance) const;

private:
    void place(PipelineSpec const& pipeline);

    std::vector<int> node_of_rank_;
    std::vector<Instance> instances_;
    std::vector<InstanceEdge> edges_;
    std::vector<int> replicas_;  ///< of the elements
};

/// How many instances the elements have together.
[[nodiscard]] int instance_count(PipelineSpec const& pipeline);

/// Names of the sinks that element number `element` writes to: those of its hooks, and for the last
/// element of a chain those of its output.
[[nodiscard]] std::set<std::string> sinks_of_element(Config const& config, int element);

/// Position in the flattened pipeline of the first stage of an element.
[[nodiscard]] StageId first_stage_of(PipelineSpec const& pipeline, int element);

/// "relax", or "relax+md" for a fused element.
[[nodiscard]] std::string element_name(ElementSpec const& element);
/// The same, with "[1]" for the second of several replicas.
[[nodiscard]] std::string instance_name(PipelineSpec const& pipeline, Instance const& instance);

}  // namespace athanor
