// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/placement.hpp"

#include <algorithm>
#include <numeric>
#include <variant>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

/// Instances in the order in which they should fill the nodes. An element's replicas are spread
/// evenly from 0 to 1; who stands at one place is neighbours in one strand of the pipeline.
std::vector<int> order_over_nodes(PipelineSpec const& pipeline,
                                  std::vector<Instance> const& instances) {
    std::vector<int> order(instances.size());
    std::iota(order.begin(), order.end(), 0);
    auto const element = [&](int i) -> ElementSpec const& {
        return pipeline.elements[static_cast<std::size_t>(instances[i].element)];
    };
    std::ranges::stable_sort(order, [&](int a, int b) {
        if (element(a).chain != element(b).chain) return element(a).chain < element(b).chain;
        auto const middle = [&](int i) { return 2 * std::int64_t{instances[i].replica} + 1; };
        return middle(a) * element(b).replicas < middle(b) * element(a).replicas;
    });
    return order;
}

}  // namespace

int instance_count(PipelineSpec const& pipeline) {
    int count = 0;
    for (ElementSpec const& element : pipeline.elements) count += element.replicas;
    return count;
}

Placement::Placement(PipelineSpec const& pipeline, int ranks)
    : Placement(pipeline, std::vector<int>(static_cast<std::size_t>(ranks), 0)) {}

Placement::Placement(PipelineSpec const& pipeline, std::vector<int> const& node_of_rank)
    : node_of_rank_(node_of_rank) {
    int const needed = instance_count(pipeline);
    auto const elements = static_cast<int>(pipeline.elements.size());
    if (ranks() != 1 && ranks() != needed)
        throw ConfigError(fmt::format(
            "the job has {} ranks and the pipeline {} element{}, {}one per rank; start {}", ranks(),
            elements, elements == 1 ? "" : "s",
            needed == elements ? "" : fmt::format("in {} instances, ", needed),
            needed == 1 ? "1 rank" : fmt::format("{} ranks, or 1", needed)));
    for (int e = 0; e < static_cast<int>(pipeline.elements.size()); ++e) {
        replicas_.push_back(pipeline.elements[e].replicas);
        for (int r = 0; r < replicas_.back(); ++r) instances_.push_back({e, r, Rank{0}});
    }
    if (ranks() > 1) place(pipeline);
    int first = 0;
    for (int e = 0; e < static_cast<int>(replicas_.size()); ++e) {
        int const next = first + replicas_[e];
        if (!pipeline.ends_chain(e))
            for (int from = first; from < next; ++from)
                for (int to = next; to < next + replicas_[static_cast<std::size_t>(e) + 1]; ++to)
                    edges_.push_back({from, to});
        first = next;
    }
}

void Placement::place(PipelineSpec const& pipeline) {
    std::vector<int> ranks(node_of_rank_.size());
    std::iota(ranks.begin(), ranks.end(), 0);
    std::ranges::stable_sort(ranks, {}, [this](int r) { return node_of_rank_[r]; });
    bool const one_node = node_of_rank_[ranks.front()] == node_of_rank_[ranks.back()];
    std::vector<int> order(instances_.size());
    std::iota(order.begin(), order.end(), 0);
    if (!one_node) order = order_over_nodes(pipeline, instances_);
    for (std::size_t i = 0; i < order.size(); ++i) instances_[order[i]].rank = Rank{ranks[i]};
    for (Instance& instance : instances_) {
        auto const& given = pipeline.elements[instance.element].ranks;
        if (!given.empty()) instance.rank = Rank{given[instance.replica]};
    }
}

std::vector<int> Placement::instances_of(Rank rank) const {
    std::vector<int> mine;
    for (std::size_t i = 0; i < instances_.size(); ++i)
        if (instances_[i].rank == rank) mine.push_back(static_cast<int>(i));
    return mine;
}

std::vector<Rank> Placement::ranks_of_element(int element) const {
    std::vector<Rank> found;
    for (Instance const& instance : instances_)
        if (instance.element == element) found.push_back(instance.rank);
    return found;
}

std::vector<int> Placement::edges_to(int instance) const {
    std::vector<int> found;
    for (std::size_t e = 0; e < edges_.size(); ++e)
        if (edges_[e].to == instance) found.push_back(static_cast<int>(e));
    return found;
}

std::vector<int> Placement::edges_from(int instance) const {
    std::vector<int> found;
    for (std::size_t e = 0; e < edges_.size(); ++e)
        if (edges_[e].from == instance) found.push_back(static_cast<int>(e));
    if (found.empty()) return found;
    Instance const& own = instances_[instance];
    auto const consumers = static_cast<std::int64_t>(found.size());
    auto const begin = own.replica * consumers / replicas_[own.element];
    std::rotate(found.begin(), found.begin() + begin, found.end());
    std::stable_partition(found.begin(), found.end(), [&](int e) {
        return node_of(instances_[edges_[e].to].rank) == node_of(own.rank);
    });
    return found;
}

std::set<std::string> sinks_of_element(Config const& config, int element) {
    ElementSpec const& spec = config.pipeline.elements[element];
    std::set<std::string> names;
    for (HookSpec const* hook : all_hooks(spec))
        std::visit(
            [&names](auto const& of) {
                if constexpr (requires { of.sink; }) names.insert(of.sink);
            },
            *hook);
    if (config.pipeline.ends_chain(element)) {
        auto const& output = config.outputs[spec.chain];
        names.insert(output.begin(), output.end());
    }
    return names;
}

StageId first_stage_of(PipelineSpec const& pipeline, int element) {
    int first = 0;
    for (int e = 0; e < element; ++e) first += static_cast<int>(pipeline.elements[e].stages.size());
    return StageId{first};
}

std::string element_name(ElementSpec const& element) {
    std::string name;
    for (StageSpec const& stage : element.stages) name += (name.empty() ? "" : "+") + stage.name;
    return name;
}

std::string instance_name(PipelineSpec const& pipeline, Instance const& instance) {
    ElementSpec const& element = pipeline.elements[instance.element];
    return element.replicas == 1 ? element_name(element)
                                 : fmt::format("{}[{}]", element_name(element), instance.replica);
}

}  // namespace athanor
