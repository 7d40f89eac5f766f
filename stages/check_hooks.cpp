// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/check_hooks.hpp"

#include <string>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "stages/fused_stage.hpp"

namespace athanor {
namespace {

bool fires_in_steps(HookPoint point, FusedOrder order) {
    bool const between_updates = point == HookPoint::after_pre_update ||
                                 point == HookPoint::before_compute ||
                                 point == HookPoint::before_post_update;
    return order == FusedOrder::standard || !between_updates;
}

/// Why the hook would never fire; nothing when it does.
std::string silence(Hook& hook, SubStage const& sub, FusedOrder order) {
    if (hook.trace() != nullptr) return {};  // the stage fills it, with or without steps
    if (hook.runs_at(HookPoint::on_admission)) return {};
    if (sub.step_budget == 0) return "the stage takes no steps";
    bool runs_in_steps = false;
    for (int k = 0; k <= static_cast<int>(HookPoint::after_step); ++k) {
        auto const point = static_cast<HookPoint>(k);
        if (!hook.runs_at(point)) continue;
        if (fires_in_steps(point, order)) return {};
        runs_in_steps = true;
    }
    if (hook.runs_at(HookPoint::on_converge) && !(sub.criteria.empty() && sub.predicates.empty()))
        return {};
    return runs_in_steps ? "the documented order has no such point" : "nothing converges there";
}

void refuse_moves_between_images(SubStage const& sub, Hook const& dependent) {
    for (auto const& hook : sub.hooks)
        if (hook->moves_atoms_between_images())
            throw ConfigError(
                fmt::format("stage \"{}\": its hook {} moves atoms by lattice vectors, at which "
                            "its hook {} would jump; take one of the two out",
                            sub.name, hook->name(), dependent.name()));
}

}  // namespace

void check_hooks(SubStage const& sub, FusedOrder order) {
    for (auto const& hook : sub.hooks) {
        if (std::string const why = silence(*hook, sub, order); !why.empty())
            throw ConfigError(
                fmt::format("stage \"{}\": its hook {} would never fire, for {}; take it out",
                            sub.name, hook->name(), why));
        if (hook->adds_forces_without_stress() && sub.dynamics->needs_stress())
            throw ConfigError(
                fmt::format("stage \"{}\": its hook {} adds forces that have no stress, by which "
                            "{} moves the cell; take it out, or give a dynamics that keeps the "
                            "cell",
                            sub.name, hook->name(), sub.dynamics->name()));
        if (hook->depends_on_images()) refuse_moves_between_images(sub, *hook);
    }
}

void check_element_hooks(std::vector<std::shared_ptr<Hook>> const& hooks,
                         std::vector<SubStage> const& sub_stages) {
    for (auto const& hook : hooks) {
        for (HookPoint const point : {HookPoint::before_pre_update, HookPoint::after_pre_update,
                                      HookPoint::before_post_update, HookPoint::after_post_update})
            if (hook->runs_at(point))
                throw ConfigError(fmt::format(
                    "the hook {} of the fused element works around the updates of one stage; give "
                    "it to the stages inside \"fuse\"",
                    hook->name()));
        for (SubStage const& sub : sub_stages)
            if (hook->depends_on_images()) refuse_moves_between_images(sub, *hook);
        if (hook->moves_atoms_between_images())
            throw ConfigError(fmt::format(
                "the hook {} of the fused element moves atoms by lattice vectors; give it to the "
                "stages inside \"fuse\"",
                hook->name()));
        for (SubStage const& sub : sub_stages)
            if (hook->adds_forces_without_stress() && sub.dynamics->needs_stress())
                throw ConfigError(fmt::format(
                    "the hook {} of the fused element adds forces that have no stress, by which "
                    "{} of stage \"{}\" moves the cell; give it to the other stages",
                    hook->name(), sub.dynamics->name(), sub.name));
    }
}

}  // namespace athanor
