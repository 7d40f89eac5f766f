// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/pipeline_spec.hpp"

#include <algorithm>
#include <utility>

namespace athanor {

int PipelineSpec::stage_count() const {
    int count = 0;
    for (ElementSpec const& element : elements) count += static_cast<int>(element.stages.size());
    return count;
}

int PipelineSpec::chain_count() const { return elements.empty() ? 0 : elements.back().chain + 1; }

bool PipelineSpec::starts_chain(int element) const {
    auto const e = static_cast<std::size_t>(element);
    return e == 0 || elements[e - 1].chain != elements[e].chain;
}

bool PipelineSpec::ends_chain(int element) const {
    auto const e = static_cast<std::size_t>(element);
    return e + 1 == elements.size() || elements[e + 1].chain != elements[e].chain;
}

namespace {

template <class... Kinds, class Variant>
bool is_one_of(Variant const& variant) {
    return (std::holds_alternative<Kinds>(variant) || ...);
}

bool any_of(std::vector<HookSpec> const& hooks, bool (*what)(HookSpec const&)) {
    return std::any_of(hooks.begin(), hooks.end(), what);
}

/// Forces from outside, or ones that no longer add up to zero.
bool gives_momentum(HookSpec const& hook) {
    if (auto const* biased = std::get_if<BiasedPotentialSpec>(&hook))
        return !is_one_of<DistanceBiasOptions>(biased->bias);
    return is_one_of<MaxForceClampOptions>(hook);
}

bool conserves_momentum(DynamicsSpec const& dynamics) {
    return is_one_of<SinglePointOptions, DemoOptions, NveOptions, NvtNoseHooverOptions, NptOptions,
                     NphOptions>(dynamics);
}

bool leaves_at_rest(DynamicsSpec const& dynamics) {
    if (auto const* fire = std::get_if<FireOptions>(&dynamics)) return !fire->keep_velocities;
    if (auto const* fire = std::get_if<Fire2Options>(&dynamics)) return !fire->keep_velocities;
    return is_one_of<LbfgsOptions, FireVariableCellOptions, Fire2VariableCellOptions>(dynamics);
}

}  // namespace

std::vector<HookSpec const*> all_hooks(ElementSpec const& element) {
    std::vector<HookSpec const*> all;
    for (StageSpec const& stage : element.stages)
        for (HookSpec const& hook : stage.hooks) all.push_back(&hook);
    for (HookSpec const& hook : element.hooks) all.push_back(&hook);
    return all;
}

std::vector<bool> momentum_stays_zero(PipelineSpec const& pipeline) {
    std::vector<bool> result;
    bool zero = false;
    for (int e = 0; e < static_cast<int>(pipeline.elements.size()); ++e) {
        ElementSpec const& element = pipeline.elements[static_cast<std::size_t>(e)];
        if (pipeline.starts_chain(e)) zero = false;
        for (StageSpec const& stage : element.stages) {
            zero = zero || stage.initial_temperature_kelvin.has_value();
            zero = zero && conserves_momentum(stage.dynamics) &&
                   !any_of(stage.hooks, gives_momentum) && !any_of(element.hooks, gives_momentum);
            result.push_back(zero);
            zero = leaves_at_rest(stage.dynamics) ||
                   (zero && !any_of(stage.hooks, is_one_of<FreezeAtomsOptions>));
        }
    }
    return result;
}

ElementSpec operator+(ElementSpec first, StageSpec const& second) {
    first.stages.push_back(second);
    return first;
}
ElementSpec operator+(StageSpec const& first, StageSpec const& second) {
    return ElementSpec{{first}} + second;
}
ElementSpec operator+(StageSpec const& first, ElementSpec const& second) {
    ElementSpec fused{{first}};
    for (StageSpec const& stage : second.stages) fused = std::move(fused) + stage;
    return fused;
}

PipelineSpec operator|(PipelineSpec first, ElementSpec const& second) {
    first.elements.push_back(second);
    return first;
}
PipelineSpec operator|(PipelineSpec first, StageSpec const& second) {
    return std::move(first) | ElementSpec{{second}};
}
PipelineSpec operator|(ElementSpec const& first, ElementSpec const& second) {
    return PipelineSpec{{first, second}};
}
PipelineSpec operator|(StageSpec const& first, StageSpec const& second) {
    return ElementSpec{{first}} | ElementSpec{{second}};
}
PipelineSpec operator|(StageSpec const& first, ElementSpec const& second) {
    return ElementSpec{{first}} | second;
}
PipelineSpec operator|(ElementSpec const& first, StageSpec const& second) {
    return first | ElementSpec{{second}};
}

}  // namespace athanor
