// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/device_hooks.hpp"

#include <algorithm>

#include "kernels/device/find_due.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

constexpr int points_of_a_step = static_cast<int>(HookPoint::after_step) + 1;

bool fires_in_a_step(Hook const& hook) {
    for (int point = 0; point < points_of_a_step; ++point)
        if (hook.runs_at(static_cast<HookPoint>(point))) return true;
    return false;
}

/// What has to come for it, by field. Rows say by their count of steps who is due; what was stored
/// of a sample is counted here.
std::vector<bool> read_late_by(Hook const& hook, Schema const& schema) {
    std::vector<bool> fields(static_cast<std::size_t>(schema.field_count()));
    for (int f = 0; f < schema.field_count(); ++f)
        fields[static_cast<std::size_t>(f)] = hook.reads_late(schema, FieldIndex{f});
    auto const at = [&fields](FieldIndex field) {
        return fields[static_cast<std::size_t>(field.value())];
    };
    at(Fields::stage_step) = true;
    if (hook.needs_stress()) at(Fields::stress) = true;
    at(Fields::stored_rows) = false;
    return fields;
}

}  // namespace

DeviceHooks::DeviceHooks(DeviceQueue& queue, DeviceColumns const& columns, int systems,
                         StageHooks const& hooks)
    : readers_(columns.schema.field_count()) {
    bool any_seldom = false;
    for (std::size_t l = 0; l < hooks.lists().size(); ++l) {
        List& list = lists_.emplace_back();
        for (std::size_t h = 0; h < hooks.lists()[l].hooks.size(); ++h) {
            Hook const& hook = *hooks.lists()[l].hooks[h];
            if (!fires_in_a_step(hook)) continue;
            auto half = hook.on_device(queue, columns, hooks.state(l, h));
            if (!half) continue;
            ATHANOR_EXPECTS(!hook.needs_stress() && !hook.needs_edges());
            any_seldom = any_seldom || hook.frequency() > 1;
            for (int p = 0; p < points_of_a_step; ++p) {
                auto const point = static_cast<HookPoint>(p);
                if (!hook.runs_at(point) || !half->may_fail(point)) continue;
                may_fail_.push_back({l, h, point});
            }
            list.on_device.push_back({h, &hook, std::move(half)});
        }
    }
    if (any_seldom) due_ = {queue, static_cast<std::size_t>(systems)};
    divide_others(hooks, columns.schema);
}

/// Those without a half here: who fires late, and for whom the host makes the step.
void DeviceHooks::divide_others(StageHooks const& hooks, Schema const& schema) {
    for (std::size_t l = 0; l < lists_.size(); ++l) {
        List& list = lists_[l];
        auto half = list.on_device.begin();
        for (std::size_t h = 0; h < hooks.lists()[l].hooks.size(); ++h) {
            Hook const& hook = *hooks.lists()[l].hooks[h];
            if (half != list.on_device.end() && half->place == h)
                ++half;
            else if (fires_late(hooks, l, h))
                list.late.push_back({hook.frequency(), hook.needs_stress(),
                                     readers_.add(read_late_by(hook, schema))});
            else if (fires_in_a_step(hook))
                list.host_frequencies.push_back(hook.frequency());
        }
    }
}

bool DeviceHooks::fires_late(StageHooks const& hooks, std::size_t list, std::size_t place) const {
    Hook const& hook = *hooks.lists()[list].hooks[place];
    if (!hook.may_fire_late() || !hook.runs_at(HookPoint::after_step)) return false;
    if (hook.needs_edges() && hooks.lists()[list].with_edges) return false;
    auto const spoils = [](OnDevice const& one) {
        return one.hook->runs_at(HookPoint::after_step);
    };
    auto const& same = lists_[list].on_device;
    if (std::any_of(same.begin(), same.end(),
                    [&](OnDevice const& one) { return one.place > place && spoils(one); }))
        return false;
    bool const of_element = list + 1 == lists_.size();
    auto const& of_all = lists_.back().on_device;
    return of_element || std::none_of(of_all.begin(), of_all.end(), spoils);
}

std::int32_t DeviceHooks::number_of(Firing const& firing) const {
    auto const found = std::find_if(may_fail_.begin(), may_fail_.end(), [&](Firing const& other) {
        return other.list == firing.list && other.hook == firing.hook &&
               other.point == firing.point;
    });
    return static_cast<std::int32_t>(found - may_fail_.begin());
}

void DeviceHooks::enqueue(HookPoint point, std::size_t list, Step const& step) {
    bool const of_element = list + 1 == lists_.size();
    for (OnDevice const& one : lists_[list].on_device) {
        if (!one.hook->runs_at(point)) continue;
        DeviceSystems systems =
            of_element ? step.everyone : step.everyone.of_code(static_cast<int>(list));
        if (one.hook->frequency() > 1) {
            find_due(step.queue, systems, one.hook->frequency(), point == HookPoint::after_step,
                     due_.data());
            systems.sub_stage = due_.data();
        }
        one.half->fire({step.queue, systems, step.sums, point, step.record.mark});
        if (!one.half->may_fail(point)) continue;
        take_out_marked(
            step.queue, systems, step.record,
            point == HookPoint::after_step ? StepVerdict::hook_end_fault : StepVerdict::hook_fault,
            number_of({list, one.place, point}));
    }
}

bool DeviceHooks::list_is_due(std::size_t list, std::int64_t completed) const {
    auto const& frequencies = lists_[list].host_frequencies;
    return std::any_of(frequencies.begin(), frequencies.end(),
                       [completed](int frequency) { return completed % frequency == 0; });
}

DeviceHooks::Late DeviceHooks::late_is_due(std::size_t list, std::int64_t completed) const {
    Late late;
    for (std::size_t const l : {list, lists_.size() - 1})
        for (LateHook const& hook : lists_[l].late)
            if (completed % hook.frequency == 0) {
                late.readers |= hook.reader;
                late.needs_stress = late.needs_stress || hook.needs_stress;
            }
    return late;
}

bool DeviceHooks::late_needs_stress(std::size_t list) const {
    auto const needs_it = [](List const& one) {
        return std::any_of(one.late.begin(), one.late.end(),
                           [](LateHook const& hook) { return hook.needs_stress; });
    };
    return needs_it(lists_[list]) || needs_it(lists_.back());
}

bool DeviceHooks::host_is_due(std::size_t list, std::int64_t completed) const {
    return list_is_due(list, completed) || list_is_due(lists_.size() - 1, completed);
}

}  // namespace athanor
