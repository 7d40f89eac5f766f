// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/check_hooks.hpp"

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "stages/fused_stage.hpp"

namespace athanor {
namespace {

bool ever_fires(Hook& hook, SubStage const& sub) {
    if (hook.trace() != nullptr) return true;  // the stage fills it, with or without steps
    if (hook.runs_at(HookPoint::on_admission)) return true;
    if (sub.step_budget == 0) return false;
    for (int point = 0; point <= static_cast<int>(HookPoint::after_step); ++point)
        if (hook.runs_at(static_cast<HookPoint>(point))) return true;
    return hook.runs_at(HookPoint::on_converge) &&
           !(sub.criteria.empty() && sub.predicates.empty());
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

void check_hooks(SubStage const& sub) {
    for (auto const& hook : sub.hooks) {
        if (!ever_fires(*hook, sub))
            throw ConfigError(fmt::format(
                "stage \"{}\": its hook {} would never fire, for {}; take it out", sub.name,
                hook->name(),
                sub.step_budget == 0 ? "the stage takes no steps" : "nothing converges there"));
        if (hook->adds_forces_without_stress() && sub.dynamics->needs_stress())
            throw ConfigError(
                fmt::format("stage \"{}\": its hook {} adds forces that have no stress, by which "
                            "{} moves the cell; take it out, or give a dynamics that keeps the "
                            "cell",
                            sub.name, hook->name(), sub.dynamics->name()));
        if (hook->depends_on_images()) refuse_moves_between_images(sub, *hook);
    }
}

}  // namespace athanor
