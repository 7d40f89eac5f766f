// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/stage_hooks.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

/// What the stage does up to a hook point.
TimePart part_before(HookPoint point) {
    return point == HookPoint::on_admission || point == HookPoint::after_compute ? TimePart::forces
                                                                                 : TimePart::update;
}

/// At one of the points of a step that come after its forces.
bool runs_after_forces(Hook const& hook) {
    for (HookPoint const point : {HookPoint::after_compute, HookPoint::before_post_update,
                                  HookPoint::after_post_update, HookPoint::after_step})
        if (hook.runs_at(point)) return true;
    return false;
}

/// `stage`: whose it is; empty: of the fused element.
void bind_hook(Hook& hook, Schema const& schema, std::string const& stage) {
    try {
        hook.bind(schema);
    } catch (ConfigError const& error) {
        throw ConfigError(stage.empty()
                              ? fmt::format("hooks of the fused element: {}", error.what())
                              : fmt::format("stage \"{}\": {}", stage, error.what()));
    }
}

}  // namespace

StageHooks::StageHooks(std::vector<List> lists, int systems) : lists_(std::move(lists)) {
    due_.reserve(static_cast<std::size_t>(systems));
    for (List const& list : lists_) trace_.find_profiler(list.stage_name, list.hooks);
    for (List const& list : lists_) trace_.name_hooks(list.hooks);
}

std::vector<FieldSpec> StageHooks::state_of(std::size_t list, std::size_t place) const {
    // A sample is in one sub-stage at a time, so their hooks may share; the element's are beside.
    bool const of_element = list + 1 == lists_.size();
    std::vector<FieldSpec> fields = lists_[list].hooks[place]->state_fields();
    for (FieldSpec& field : fields)
        field.name =
            fmt::format("{}{}_{}", of_element ? "element_hook" : "hook", place, field.name);
    return fields;
}

std::vector<FieldSpec> StageHooks::state_fields() const {
    std::vector<FieldSpec> all;
    for (std::size_t l = 0; l < lists_.size(); ++l)
        for (std::size_t h = 0; h < lists_[l].hooks.size(); ++h)
            for (FieldSpec& field : state_of(l, h)) all.push_back(std::move(field));
    return all;
}

void StageHooks::bind(Schema const& schema) {
    for (std::size_t l = 0; l < lists_.size(); ++l) {
        auto& state = state_.emplace_back();
        auto& stress = stress_needs_.emplace_back();
        for (std::size_t h = 0; h < lists_[l].hooks.size(); ++h) {
            Hook& hook = *lists_[l].hooks[h];
            bind_hook(hook, schema, l + 1 == lists_.size() ? "" : lists_[l].stage_name);
            if (hook.needs_stress()) {
                if (runs_after_forces(hook)) stress.frequencies.push_back(hook.frequency());
                stress.at_admission = stress.at_admission || hook.runs_at(HookPoint::on_admission);
            }
            auto& fields = state.emplace_back();
            for (FieldSpec const& field : state_of(l, h))
                fields.push_back(*schema.find(field.name));
        }
    }
}

void StageHooks::find_due(Hook const& hook, HookPoint point, std::span<SystemIndex const> systems,
                          Stage const& stage) {
    auto const* const completed = stage.batch.column<std::int64_t>(Fields::stage_step);
    bool const always = point == HookPoint::on_converge || point == HookPoint::on_admission;
    bool const step_counted = point == HookPoint::after_step;
    due_.clear();
    for (SystemIndex system : systems) {
        if (stage.host.has_failed(system)) continue;
        std::int64_t const before = completed[system.value()] - (step_counted ? 1 : 0);
        if (always || before % hook.frequency() == 0) due_.push_back(system);
    }
}

/// Fires one hook for the systems in due_; true when it failed one of them.
bool StageHooks::fire_due(HookPoint point, std::size_t list, std::size_t h, Stage const& stage) {
    List const& of = lists_[list];
    Hook& hook = *of.hooks[h];
    auto const shown = trace_.firing(stage.clock, static_cast<int>(list), h, point,
                                     static_cast<std::int64_t>(due_.size()));
    if (hook.needs_stress()) stage.host.fill_stress(due_);
    HookContext context{stage.batch, due_, of.stage, point, state_[list][h], {}};
    if (hook.needs_edges() && of.with_edges)
        stage.edges.fire(hook, context);
    else
        hook.fire(context);
    for (HookFailure& failure : context.failures)
        if (!stage.host.has_failed(failure.system))
            stage.host.fail(failure.system, fmt::format("{}: {}", hook.name(), failure.reason));
    return !context.failures.empty();
}

bool StageHooks::fire(HookPoint point, std::size_t list, std::span<SystemIndex const> systems,
                      Stage const& stage) {
    if (systems.empty()) return false;
    auto const& hooks = lists_[list].hooks;
    bool any_fired = false, any_failed = false;
    for (std::size_t h = 0; h < hooks.size(); ++h) {
        if (!hooks[h]->runs_at(point)) continue;
        find_due(*hooks[h], point, systems, stage);
        if (due_.empty()) continue;
        if (!std::exchange(any_fired, true)) stage.clock.give_to(part_before(point));
        any_failed = fire_due(point, list, h, stage) || any_failed;
    }
    return any_failed;
}

void StageHooks::fire_late(std::size_t list, std::span<SystemIndex const> systems,
                           Stage const& stage) {
    constexpr HookPoint point = HookPoint::after_step;
    for (std::size_t h = 0; h < lists_[list].hooks.size(); ++h) {
        Hook const& hook = *lists_[list].hooks[h];
        if (!hook.may_fire_late() || !hook.runs_at(point)) continue;
        find_due(hook, point, systems, stage);
        if (!due_.empty()) ATHANOR_ENSURES(!fire_due(point, list, h, stage));
    }
}

bool StageHooks::fire_for(SystemIndex system, HookPoint point, std::size_t list, std::size_t hook,
                          Stage const& stage) {
    stage.clock.give_to(part_before(point));
    due_.assign(1, system);
    return fire_due(point, list, hook, stage);
}

bool StageHooks::stress_is_due(std::size_t list, std::int64_t completed) const {
    for (std::size_t const l : {list, lists_.size() - 1})
        for (int const frequency : stress_needs_[l].frequencies)
            if (completed % frequency == 0) return true;
    return false;
}

bool StageHooks::stress_is_due_at_admission(std::size_t list) const {
    return stress_needs_[list].at_admission || stress_needs_.back().at_admission;
}

bool StageHooks::write_at_admission() const {
    for (List const& list : lists_)
        for (auto const& hook : list.hooks)
            if (hook->may_fire_late() && hook->runs_at(HookPoint::on_admission)) return true;
    return false;
}

void StageHooks::tell_of_device(std::size_t list, std::span<SystemIndex const> systems,
                                Batch& batch) {
    for (std::size_t const l : {list, lists_.size() - 1})
        for (std::size_t h = 0; h < lists_[l].hooks.size(); ++h) {
            HookContext context{batch,        systems, lists_[l].stage, HookPoint::after_step,
                                state_[l][h], {}};
            lists_[l].hooks[h]->tell_of_device(context);
            ATHANOR_ENSURES(context.failures.empty());
        }
}

void StageHooks::open() {
    for (List const& list : lists_)
        for (auto const& hook : list.hooks) hook->open();
}

void StageHooks::close() {
    std::exception_ptr first;
    for (List const& list : lists_)
        for (auto const& hook : list.hooks) {
            try {
                hook->close();
            } catch (...) {
                if (!first) first = std::current_exception();
            }
        }
    if (first) std::rethrow_exception(first);
}

}  // namespace athanor
