// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/placement.hpp"

#include <variant>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {

Placement::Placement(PipelineSpec const& pipeline, int ranks)
    : ranks_(ranks), element_count_(static_cast<int>(pipeline.elements.size())) {
    if (ranks == 1 || ranks == element_count_) return;
    throw ConfigError(fmt::format(
        "the job has {} ranks and the pipeline {} element{}, one per rank; start {}", ranks,
        element_count_, element_count_ == 1 ? "" : "s",
        element_count_ == 1 ? "1 rank" : fmt::format("{} ranks, or 1", element_count_)));
}

std::vector<int> Placement::elements_of(Rank rank) const {
    std::vector<int> mine;
    for (int element = 0; element < element_count_; ++element)
        if (rank_of(element) == rank) mine.push_back(element);
    return mine;
}

std::set<std::string> sinks_of_element(Config const& config, int element) {
    std::set<std::string> names;
    for (HookSpec const* hook : all_hooks(config.pipeline.elements[element]))
        std::visit(
            [&names](auto const& spec) {
                if constexpr (requires { spec.sink; }) names.insert(spec.sink);
            },
            *hook);
    if (element + 1 == static_cast<int>(config.pipeline.elements.size()))
        names.insert(config.output.begin(), config.output.end());
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

}  // namespace athanor
