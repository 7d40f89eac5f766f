// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/stage_trace.hpp"

#include <string_view>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

std::string_view name_of(HookPoint point) {
    constexpr std::array<std::string_view, 10> names{
        "before_step",   "before_pre_update",  "after_pre_update",  "before_compute",
        "after_compute", "before_post_update", "after_post_update", "after_step",
        "on_converge",   "on_admission"};
    return names[static_cast<std::size_t>(point)];
}

}  // namespace

void StageTrace::find_profiler(std::string const& stage, Hooks const& hooks) {
    for (auto const& hook : hooks) {
        Trace* const offered = hook->trace();
        if (offered == nullptr) continue;
        if (trace_ != nullptr)
            throw ConfigError(fmt::format(
                "stage \"{}\": its hook {} is the second that wants to profile, after one of stage "
                "\"{}\"; one sees all stages that are fused, keep one",
                stage, hook->name(), profiled_stage_));
        trace_ = offered;
        profiled_stage_ = stage;
        step_ = trace_->add_name("step", TraceCategory::step);
        admission_ = trace_->add_name("admission", TraceCategory::step);
    }
}

void StageTrace::name_hooks(Hooks const& hooks) {
    auto& stage = hooks_.emplace_back();
    for (auto const& hook : hooks) {
        auto& names = stage.emplace_back();
        for (std::size_t k = 0; trace_ != nullptr && k < point_count; ++k) {
            auto const point = static_cast<HookPoint>(k);
            if (hook->runs_at(point))
                names[k] = trace_->add_name(fmt::format("hook {} {}", hook->name(), name_of(point)),
                                            TraceCategory::hook);
        }
    }
}

}  // namespace athanor
