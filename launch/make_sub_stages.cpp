// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/make_sub_stages.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "kernels/lennard_jones.hpp"
#include "launch/make_hooks.hpp"
#include "launch/placement.hpp"
#include "runtime/error.hpp"
#include "stages/make_dynamics.hpp"

namespace athanor {

std::vector<SubStage> make_sub_stages(PipelineSpec const& pipeline, int element,
                                      MakeHooks const& make_hooks) {
    std::vector<SubStage> sub_stages;
    auto const momentum_is_zero = momentum_stays_zero(pipeline);
    int id = first_stage_of(pipeline, element).value();
    for (StageSpec const& spec : pipeline.elements[static_cast<std::size_t>(element)].stages) {
        SubStage sub;
        sub.id = StageId{id++};
        sub.name = spec.name;
        sub.dynamics = make_dynamics(spec.dynamics);
        sub.criteria = spec.converge;
        sub.step_budget = spec.step_budget;
        if (std::holds_alternative<SinglePointOptions>(spec.dynamics)) sub.step_budget = 0;
        sub.initial_temperature_kelvin = spec.initial_temperature_kelvin;
        sub.skin = spec.skin;
        sub.store_edges = spec.store_edges;
        sub.degrees_of_freedom = spec.degrees_of_freedom;
        sub.momentum_is_zero = momentum_is_zero.at(static_cast<std::size_t>(sub.id.value()));
        sub.hooks = make_hooks(spec.hooks);
        sub_stages.push_back(std::move(sub));
    }
    return sub_stages;
}

void rehearse_elements(CampaignPlan const& plan) {
    PipelineSpec const& pipeline = plan.config.pipeline;
    LennardJones model(model_options(plan.config));
    StageMetrics metrics;
    std::vector<std::string> refused;
    for (int e = 0; e < static_cast<int>(pipeline.elements.size()); ++e) {
        ElementSpec const& element = pipeline.elements[static_cast<std::size_t>(e)];
        try {
            FusedStage::Options const options{{1, 1, 1},
                                              plan.config.seed,
                                              element.order,
                                              make_hooks_that_write_nothing(element.hooks)};
            FusedStage const rehearsed(plan.schema,
                                       make_sub_stages(pipeline, e, make_hooks_that_write_nothing),
                                       model, options, metrics, FusedStage::OutcomeListener{});
        } catch (ConfigError const& error) {
            std::string const& place = element.written_at.place;
            refused.push_back(place.empty() ? error.what()
                                            : fmt::format("{}: {}", place, error.what()));
        }
    }
    if (!refused.empty()) throw ConfigError(fmt::format("{}", fmt::join(refused, "\n")));
}

}  // namespace athanor
