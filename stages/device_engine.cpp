// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/device_engine.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kernels/device/split_turns.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

DeviceCriterion on_device(Criterion const& criterion, FieldIndex field,
                          DeviceColumns const& columns) {
    FieldSpec const& spec = columns.schema.field(field);
    return {.column = columns.column<double>(field),
            .elements = spec.elements_per_row(),
            .per_atom = spec.level == Level::atom,
            .reduction = criterion.reduction,
            .threshold = criterion.threshold};
}

/// The widest: which pairs beyond the cutoff a list holds changes no bit.
double widest_skin(std::vector<DeviceEngine::SubStage> const& sub_stages) {
    double skin = 0.0;
    for (auto const& sub : sub_stages) skin = sub.skin > skin ? sub.skin : skin;
    return skin;
}

}  // namespace

DeviceEngine::DeviceEngine(DeviceQueue& queue, SchemaPtr schema, BatchCapacity capacity,
                           Stage stage)
    : queue_(queue),
      sub_stages_(std::move(stage.sub_stages)),
      seed_(stage.seed),
      batch_(queue, std::move(schema), capacity),
      model_(queue, stage.model, capacity, widest_skin(sub_stages_)),
      hooks_(queue, batch_.columns(), capacity.systems, stage.hooks),
      verdict_(queue, static_cast<std::size_t>(capacity.systems)),
      mark_(queue, static_cast<std::size_t>(capacity.systems)),
      firing_(queue, static_cast<std::size_t>(capacity.systems)),
      firing_seen_(queue, 1),
      slots_(static_cast<std::size_t>(capacity.systems)) {
    ATHANOR_EXPECTS(stage.hooks.lists().size() == sub_stages_.size() + 1);
    batch_.flag_arrivals(model_.model().must_rebuild());
    for (SubStage const& sub : sub_stages_) {
        auto& dynamics = dynamics_.emplace_back(sub.dynamics->on_device(batch_.columns()));
        if (!dynamics)
            throw ConfigError(
                fmt::format("{} has no device variant; use --device cpu", sub.dynamics->name()));
        if (sub.convergence->has_predicates())
            throw ConfigError(
                "a convergence predicate in C++ runs on the host only; use --device cpu, or a "
                "criterion");
        for (FieldIndex const field : sub.convergence->fields())
            if (batch_.columns().schema.field(field).level == Level::edge)
                throw ConfigError("a criterion on a field of edges runs on the host only");
    }
    for (auto& seen : seen_)
        seen = PinnedArray<std::uint8_t>(queue, static_cast<std::size_t>(capacity.systems));
    for (auto& mark : marks_) mark = queue_.mark();
    ended_.reserve(slots_.size());
    told_.reserve(slots_.size());
    wanted_.reserve(slots_.size());
    wanted_stress_.reserve(slots_.size());
    if (hooks_.any_late()) late_rows_.emplace(batch_, verdict_.data(), hooks_.late_readers());
    make_room_for_stress();
}

void DeviceEngine::make_room_for_stress() {
    bool any = false;
    for (std::size_t code = 0; code < sub_stages_.size(); ++code) {
        extra_stress_.push_back(hooks_.late_needs_stress(code) && !sub_stages_[code].needs_stress);
        any = any || extra_stress_.back() != 0;
    }
    if (!any) return;
    for (auto& marks : asked_) marks = {queue_, slots_.size()};
    for (auto* turns : {&asking_, &others_}) *turns = {queue_, slots_.size()};
}

DeviceEngine::~DeviceEngine() {
    try {
        queue_.wait();  // nothing may write to what is about to go
    } catch (...) {     // whoever asked before has heard of it
    }
}

bool DeviceEngine::make_room(int atoms) {
    if (batch_.fits(atoms)) return true;
    auto const moved = batch_.move_together(atoms);
    for (int const slot : moved) slots_[static_cast<std::size_t>(slot)].rows_since = steps_;
    if (moved.empty()) return false;
    ++count_.compactions;
    return true;
}

int DeviceEngine::load(Batch const& batch, SystemIndex system, int code) {
    int const slot = batch_.load(batch, system, code);
    auto const completed = batch.column<std::int64_t>(Fields::stage_step)[system.value()];
    slots_[static_cast<std::size_t>(slot)] = {true, steps_, code, completed, steps_};
    ++running_;
    return slot;
}

void DeviceEngine::release(int slot) {
    Slot& of = slots_[static_cast<std::size_t>(slot)];
    ATHANOR_EXPECTS(!of.running || under_way_ == 0);
    if (of.running) --running_;
    of.running = false;
    batch_.release(slot);
}

std::int64_t DeviceEngine::steps_since_load(int slot) const {
    return steps_ - slots_[static_cast<std::size_t>(slot)].first_step;
}

void DeviceEngine::enqueue_hooks(HookPoint point, DeviceHooks::Step const& step) {
    for (std::size_t code = 0; code < sub_stages_.size(); ++code) hooks_.enqueue(point, code, step);
}

void DeviceEngine::enqueue_hooks_of_element(HookPoint point, DeviceHooks::Step const& step) {
    hooks_.enqueue(point, sub_stages_.size(), step);
}

void DeviceEngine::enqueue_everything(Asked const& asked) {
    DeviceHooks::Step const step{
        queue_,
        batch_.systems(),
        batch_.sums(),
        {batch_.sub_stage(), verdict_.data(), mark_.data(), firing_.data()}};
    auto const update_of = [&](std::size_t code) {
        return DeviceUpdate{queue_, step.everyone.of_code(static_cast<int>(code)), step.sums,
                            sub_stages_[code].id, seed_};
    };
    begin_step(queue_, step.everyone, step.record);
    batch_.keep_state();
    enqueue_hooks_of_element(HookPoint::before_step, step);
    enqueue_hooks(HookPoint::before_step, step);
    for (std::size_t code = 0; code < sub_stages_.size(); ++code) {
        hooks_.enqueue(HookPoint::before_pre_update, code, step);
        dynamics_[code]->pre_update(update_of(code));
        hooks_.enqueue(HookPoint::after_pre_update, code, step);
    }
    enqueue_forces(step, asked);
    for (std::size_t code = 0; code < sub_stages_.size(); ++code) {
        hooks_.enqueue(HookPoint::before_post_update, code, step);
        dynamics_[code]->post_update(update_of(code));
        hooks_.enqueue(HookPoint::after_post_update, code, step);
    }
    enqueue_end(step);
}

void DeviceEngine::compute(DeviceHooks::Step const& step, Asked const& asked) {
    bool const extra = asked.extra == Extra::stress;
    DeviceSystems asking = step.everyone, others = step.everyone;
    if (extra) {
        asking.sub_stage = asking_.data();
        others.sub_stage = others_.data();
        split_turns(queue_, step.everyone, asked.marks, asking_.data(), others_.data());
    }
    for (std::size_t c = 0; c < sub_stages_.size(); ++c) {
        int const code = static_cast<int>(c);
        auto const compute_of = [&](DeviceSystems const& systems, bool stress) {
            model_.model().compute({.queue = queue_,
                                    .systems = systems.of_code(code),
                                    .sums = step.sums,
                                    .stress = stress});
        };
        if (extra && extra_stress_[c] != 0) {
            compute_of(others, false);
            compute_of(asking, true);
        } else {
            compute_of(step.everyone, sub_stages_[c].needs_stress);
        }
    }
}

void DeviceEngine::enqueue_forces(DeviceHooks::Step const& step, Asked const& asked) {
    enqueue_hooks_of_element(HookPoint::before_compute, step);
    enqueue_hooks(HookPoint::before_compute, step);
    check_positions(queue_, step.everyone, step.record);
    compute(step, asked);
    enqueue_hooks_of_element(HookPoint::after_compute, step);
    enqueue_hooks(HookPoint::after_compute, step);
    for (std::size_t code = 0; code < sub_stages_.size(); ++code)
        check_results(queue_, step.everyone.of_code(static_cast<int>(code)), step.record,
                      sub_stages_[code].needs_finite_stress);
}

void DeviceEngine::enqueue_end(DeviceHooks::Step const& step) {
    count_step(queue_, step.everyone);
    enqueue_hooks(HookPoint::after_step, step);
    enqueue_hooks_of_element(HookPoint::after_step, step);
    check_motion(queue_, step.everyone, step.record);
    for (std::size_t code = 0; code < sub_stages_.size(); ++code) {
        DeviceSystems const systems = step.everyone.of_code(static_cast<int>(code));
        Convergence const& convergence = *sub_stages_[code].convergence;
        for (std::size_t c = 0; c < convergence.criteria().size(); ++c)
            judge(queue_, systems, step.record,
                  on_device(convergence.criteria()[c], convergence.fields()[c], batch_.columns()));
        end_step(queue_, systems, step.record, !convergence.empty(),
                 sub_stages_[code].budget.value_or(-1));
    }
}

void DeviceEngine::record() {
    for (std::size_t k = 0; k < most_under_way; ++k) {
        recorded_[k].plain = record_step(k, Extra::none);
        if (asking_.size() > 0) recorded_[k].with_stress = record_step(k, Extra::stress);
    }
}

std::unique_ptr<RecordedWork> DeviceEngine::record_step(std::size_t report, Extra extra) {
    queue_.begin_recording();
    try {
        enqueue_everything({extra, asked_[report].data()});
        queue_.copy(seen_[report].data(), verdict_.data(), verdict_.bytes());
        model_.enqueue_report(report);
    } catch (...) {
        try {
            static_cast<void>(queue_.end_recording());
        } catch (...) {  // the first error is the one to report
        }
        throw;
    }
    return queue_.end_recording();
}

void DeviceEngine::grow_lists() {
    lists_too_short_ = false;
    first_report_ = steps_;
    std::vector<GrowingModel::Rows> rows;
    for (std::size_t s = 0; s < slots_.size(); ++s)
        if (slots_[s].running && slots_[s].rows_since < steps_)  // else those of another list
            rows.push_back(
                {batch_.atom_begin(static_cast<int>(s)), batch_.atom_count(static_cast<int>(s))});
    std::int64_t const before = model_.growths();
    if (!model_.grow(rows)) return;
    batch_.flag_arrivals(model_.model().must_rebuild());
    record();
    count_.list_growths += model_.growths() - before;
}

/// Those who have not ended, as far as the host knows, and for whom a hook fires late next.
void DeviceEngine::find_wanted() {
    wanted_.clear();
    wanted_stress_.clear();
    if (!late_rows_) return;
    for (std::size_t s = 0; s < slots_.size(); ++s) {
        if (!slots_[s].running) continue;
        int const slot = static_cast<int>(s);
        auto const code = static_cast<std::size_t>(slots_[s].code);
        std::int64_t const completed = slots_[s].completed + steps_since_load(slot);
        auto const late = hooks_.late_is_due(code, completed);
        if (late.readers == 0) continue;
        wanted_.push_back({slot, completed + 1, late.readers});
        if (late.needs_stress && extra_stress_[code] != 0) wanted_stress_.push_back(slot);
    }
}

bool DeviceEngine::lacks_room() {
    if (!late_rows_ || !late_rows_->full()) return false;
    find_wanted();
    return !wanted_.empty();
}

void DeviceEngine::step() {
    if (!recorded_[0].plain) {
        // Loads the kernels' code, which would otherwise happen in a recording. Nobody takes part.
        enqueue_everything({});
        if (asking_.size() > 0) enqueue_everything({Extra::stress, asked_[0].data()});
        record();
    }
    batch_.flush();
    if (under_way_ == most_under_way) {
        oldest_mark().wait();
        look_at_oldest();
    }
    if (lists_too_short_) grow_lists();
    find_wanted();
    std::size_t const report = report_of(steps_);
    if (wanted_stress_.empty()) {
        queue_.enqueue(*recorded_[report].plain);
    } else {
        std::fill_n(asked_[report].data(), asked_[report].size(), std::uint8_t{0});
        for (int const slot : wanted_stress_) asked_[report][static_cast<std::size_t>(slot)] = 1;
        queue_.enqueue(*recorded_[report].with_stress);
    }
    marks_[report]->set_again();
    if (!wanted_.empty()) late_rows_->send(wanted_);
    ++steps_;
    ++under_way_;
}

std::size_t DeviceEngine::report_of(std::int64_t step) {
    return static_cast<std::size_t>(step) % most_under_way;
}

QueueMark& DeviceEngine::oldest_mark() { return *marks_[report_of(oldest_step())]; }

/// Takes down what it has found. Expects: it is done.
void DeviceEngine::look_at_oldest() {
    std::int64_t const step = oldest_step();
    std::size_t const report = report_of(step);
    --under_way_;
    auto const& seen = seen_[report];
    bool anyone = false;
    for (std::size_t s = 0; s < slots_.size(); ++s) {
        if (!slots_[s].running || slots_[s].first_step > step) continue;
        auto const verdict = static_cast<StepVerdict>(seen[s]);
        anyone = true;
        ++count_.sample_steps;
        if (!fails_in_step(verdict)) count_.atom_steps += batch_.atom_count(static_cast<int>(s));
        if (verdict == StepVerdict::running) {
            if (step >= std::max(first_report_, slots_[s].rows_since) &&
                model_.is_too_short(report, static_cast<int>(s)))
                lists_too_short_ = true;
            continue;
        }
        slots_[s].running = false;
        --running_;
        ended_.push_back({static_cast<int>(s), verdict});
    }
    count_.steps += anyone ? 1 : 0;
}

std::span<DeviceEngine::Ended const> DeviceEngine::ended(bool wait) {
    // What step() itself looked at is still in the list; the rest is added behind it.
    while (under_way_ > 0) {
        if (wait)
            oldest_mark().wait();
        else if (!oldest_mark().reached())
            break;
        look_at_oldest();
    }
    told_.swap(ended_);
    ended_.clear();
    return told_;
}

DeviceHooks::Firing DeviceEngine::failing_hook(int slot) {
    queue_.copy(firing_seen_.data(), firing_.data() + slot, sizeof(std::int32_t));
    queue_.mark()->wait();
    return hooks_.firing(firing_seen_[0]);
}

DeviceEngine::Count DeviceEngine::take_count() { return std::exchange(count_, {}); }

}  // namespace athanor
