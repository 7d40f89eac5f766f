// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "runtime/device_memory_error.hpp"
#include "stages/fused_stage.hpp"
#include "stages/sample_faults.hpp"

/// The steps of a stage on a device: who goes there, and who comes back for what.
namespace athanor {

namespace {

/// Does what takes memory of a stage's device. Where there is none: says what for, how much there
/// is, and what to do.
template <class Work>
void take_memory(std::string const& stage, FusedStage::Options const& options, Work const& work) {
    try {
        work();
    } catch (DeviceMemoryError const& error) {
        auto const free = static_cast<double>(options.device->free_bytes());
        throw DeviceMemoryError(fmt::format(
            "stage {}: no memory for a batch of {} systems and {} atoms on {}, {:.1f} MiB of which "
            "are free: {}; lower /sampler/max_atoms or /sampler/max_systems, take \"auto\" for "
            "/sampler/batch, or let fewer stage instances share a device",
            stage, options.capacity.systems, options.capacity.atoms, options.device->describe(),
            free / (1024.0 * 1024.0), error.what()));
    }
}

}  // namespace

void FusedStage::make_device_engine() {
    if (options_.order != FusedOrder::standard)
        throw ConfigError(
            "the documented order of a fused step runs on the host only; use --device cpu");
    std::vector<DeviceEngine::SubStage> subs;
    for (std::size_t code = 0; code < sub_stages_.size(); ++code) {
        SubStage const& sub = sub_stages_[code];
        subs.push_back({.id = sub.id,
                        .dynamics = sub.dynamics.get(),
                        .convergence = &convergence_[code],
                        .budget = sub.step_budget,
                        .needs_stress = has_stress_on_device(code),
                        .needs_finite_stress = sub.dynamics->needs_finite_stress(),
                        .skin = sub.skin});
    }
    take_memory(sub_stages_.front().name, options_, [&] {
        device_ = std::make_unique<DeviceEngine>(
            *options_.device, batch_.schema_ptr(), options_.capacity,
            DeviceEngine::Stage{model_, hooks_, std::move(subs), options_.seed});
    });
}

/// Also where atoms change their images after the forces: a stress that is asked for later is that
/// of the places before, which are on the device alone.
bool FusedStage::has_stress_on_device(std::size_t code) const {
    auto const& hooks = sub_stages_[code].hooks;
    return needs_stress_[code] || std::any_of(hooks.begin(), hooks.end(), [](auto const& hook) {
               return hook->moves_atoms_between_images();
           });
}

void FusedStage::step_on_device(StageClock& clock) {
    fetch_ended(clock, false);
    fire_late(clock);
    fetch_due(clock);
    collect(RowState::entered);
    if (anyone_is_here() && hooks_.write_at_admission()) fire_all_late(clock);
    admit_entered(clock);
    // Whoever has a hook due that fires here alone makes this step here, the others over there at
    // the same time.
    collect(RowState::active);
    for (auto& systems : systems_of_)
        std::erase_if(systems, [this](SystemIndex system) { return send_to_device(system); });
    if (anyone_is_here()) fire_all_late(clock);
    if (device_->lacks_room()) {
        metrics_.row_waits.fetch_add(1, std::memory_order_relaxed);
        device_->late_rows()->wait();
        fire_oldest_late(clock);
    }
    if (device_->running() > 0)
        take_memory(sub_stages_.front().name, options_, [this] { device_->step(); });
    clock.give_to(TimePart::update);
    step_here(clock);
}

/// Whether something is to be done on the host for those that were collected.
bool FusedStage::anyone_is_here() const {
    return std::any_of(systems_of_.begin(), systems_of_.end(),
                       [](auto const& systems) { return !systems.empty(); });
}

/// Fires what is due late for all rows that have arrived, without waiting.
void FusedStage::fire_late(StageClock& clock) {
    LateRows* const rows = device_->late_rows();
    while (rows != nullptr && !rows->empty() && rows->arrived()) fire_oldest_late(clock);
}

/// The same for all that are under way.
void FusedStage::fire_all_late(StageClock& clock) {
    LateRows* const rows = device_->late_rows();
    while (rows != nullptr && !rows->empty()) {
        rows->wait();
        fire_oldest_late(clock);
    }
}

void FusedStage::fire_oldest_late(StageClock& clock) {
    for (auto& systems : late_of_) systems.clear();
    everyone_.clear();
    for (int s = 0; s < batch_.system_count(); ++s)
        if (rows_[s].slot >= 0 && take_late(SystemIndex{s})) {
            late_of_[code_of(SystemIndex{s})].push_back(SystemIndex{s});
            everyone_.push_back(SystemIndex{s});
        }
    clock.give_to(TimePart::update);
    StageHooks::Stage const stage{batch_, clock, edges_, *this};
    for (std::size_t code = 0; code < late_of_.size(); ++code)
        hooks_.fire_late(code, late_of_[code], stage);
    hooks_.fire_late(sub_stages_.size(), everyone_, stage);
    device_->late_rows()->drop_oldest();
}

/// The host's rows of a sample become what they were after that step, as far as hooks read them
/// that are due in it; false when it has none. What it has stored is counted here alone.
bool FusedStage::take_late(SystemIndex system) {
    Row& row = rows_[system.value()];
    bool const taken = device_->late_rows()->take(batch_, {row.slot, system});
    if (taken) row.stress_is_current = true;  // where a hook needs it
    return taken;
}

/// False when it stays for its next step, in which a hook of the host is due.
bool FusedStage::send_to_device(SystemIndex system) {
    if (needs_host(system) || !device_->make_room(batch_.atom_count(system))) return false;
    Row& row = rows_[system.value()];
    row.slot = device_->load(batch_, system, code_of(system));
    row.list_is_current = false;
    row.loaded_at = batch_.column<std::int64_t>(Fields::stage_step)[system.value()];
    return true;
}

bool FusedStage::needs_host(SystemIndex system) const {
    Row const& row = rows_[system.value()];
    std::int64_t const completed =
        row.slot >= 0 ? row.loaded_at + device_->steps_since_load(row.slot)
                      : batch_.column<std::int64_t>(Fields::stage_step)[system.value()];
    return device_->needs_host(code_of(system), completed);
}

/// Those that made their last step over there.
void FusedStage::fetch_ended(StageClock& clock, bool wait) {
    auto const ended = device_->ended(wait);
    DeviceEngine::Count const count = device_->take_count();
    metrics_.steps.fetch_add(count.steps, std::memory_order_relaxed);
    metrics_.sample_steps.fetch_add(count.sample_steps, std::memory_order_relaxed);
    metrics_.atom_steps.fetch_add(count.atom_steps, std::memory_order_relaxed);
    metrics_.list_growths.fetch_add(count.list_growths, std::memory_order_relaxed);
    metrics_.compactions.fetch_add(count.compactions, std::memory_order_relaxed);
    if (ended.empty()) return;
    fire_all_late(clock);
    for (auto& systems : systems_of_) systems.clear();
    fetch_those([](StepVerdict verdict) { return is_fault(verdict); }, ended, clock);
    fetch_those([](StepVerdict verdict) { return !is_fault(verdict); }, ended, clock);
    good_.begin(LastGoodState::Moment::end);
    settle(clock);
    clock.give_to(TimePart::update);
}

template <class Wanted>
void FusedStage::fetch_those(Wanted const& wanted, std::span<DeviceEngine::Ended const> ended,
                             StageClock& clock) {
    std::vector<StepVerdict> verdicts(static_cast<std::size_t>(options_.capacity.systems),
                                      StepVerdict::running);
    for (DeviceEngine::Ended const& one : ended)
        verdicts[static_cast<std::size_t>(one.slot)] = one.verdict;
    auto const verdict_of = [&verdicts](int slot) {
        return verdicts[static_cast<std::size_t>(slot)];
    };
    places_.clear();
    for (int s = 0; s < batch_.system_count(); ++s)
        if (rows_[s].slot >= 0 && verdict_of(rows_[s].slot) != StepVerdict::running &&
            wanted(verdict_of(rows_[s].slot)))
            places_.push_back({rows_[s].slot, SystemIndex{s}});
    if (places_.empty()) return;
    // A hook may still fail one that did not fail by itself.
    bool const hooks = !options_.hooks.empty() ||
                       std::any_of(sub_stages_.begin(), sub_stages_.end(),
                                   [](SubStage const& sub) { return !sub.hooks.empty(); });
    if (hooks || is_fault(verdict_of(places_[0].slot))) {
        device_->bring_back_kept(batch_, places_);
        for (DeviceBatch::Place const& place : places_)
            good_.keep(batch_.view(), {&place.system, 1});
    }
    fetch_rows(false);
    tell_of_device();
    for (DeviceBatch::Place const& place : places_) {
        StepVerdict const verdict = verdict_of(place.slot);
        std::optional<DeviceHooks::Firing> hook;
        if (is_hook_fault(verdict)) hook = device_->failing_hook(place.slot);
        device_->release(place.slot);
        rows_[place.system.value()].slot = -1;
        if (hook)
            fail_by_hook(place.system, *hook, clock);
        else
            take_verdict(place.system, verdict);
    }
}

/// The hook fires again for rows that are as they were there, and says what is wrong with them.
void FusedStage::fail_by_hook(SystemIndex system, DeviceHooks::Firing const& firing,
                              StageClock& clock) {
    good_.begin(firing.point == HookPoint::after_step ? LastGoodState::Moment::end
                                                      : LastGoodState::Moment::step);
    bool const fails = hooks_.fire_for(system, firing.point, firing.list, firing.hook,
                                       {batch_, clock, edges_, *this});
    ATHANOR_ENSURES(fails);
}

/// What the host would have found.
void FusedStage::take_verdict(SystemIndex system, StepVerdict verdict) {
    int const code = code_of(system);
    good_.begin(fails_in_step(verdict) ? LastGoodState::Moment::step : LastGoodState::Moment::end);
    switch (verdict) {
        case StepVerdict::position_fault:
            return fail(system, position_fault(batch_, system));
        case StepVerdict::result_fault:
            return fail(system, result_fault(batch_, system, model_,
                                             sub_stages_[code].dynamics->needs_finite_stress()));
        case StepVerdict::motion_fault:
            return fail(system, motion_fault(batch_, system));
        case StepVerdict::converged:
            batch_.view().outcome[system.value()] = static_cast<std::uint8_t>(Outcome::converged);
            break;
        case StepVerdict::budget_spent:
        case StepVerdict::hook_fault:
        case StepVerdict::hook_end_fault:
        case StepVerdict::running:
            break;
    }
    systems_of_[code].push_back(system);
}

/// Those for whom a hook of the host is due in the next step.
void FusedStage::fetch_due(StageClock& clock) {
    auto const find = [this] {
        places_.clear();
        for (int s = 0; s < batch_.system_count(); ++s)
            if (rows_[s].slot >= 0 && needs_host(SystemIndex{s}))
                places_.push_back({rows_[s].slot, SystemIndex{s}});
    };
    find();
    if (places_.empty()) return;
    fetch_ended(clock, true);  // some of them may have ended
    fire_all_late(clock);
    find();
    fetch_rows(true);
    tell_of_device();
}

/// Of what hooks took down there while those in places_ were away.
void FusedStage::tell_of_device() {
    for (DeviceBatch::Place const& place : places_)
        hooks_.tell_of_device(static_cast<std::size_t>(code_of(place.system)), {&place.system, 1},
                              batch_);
}

/// Copies the rows of places_; with `release`, they stay here.
void FusedStage::fetch_rows(bool release) {
    if (places_.empty()) return;
    BatchView const view = batch_.view();
    for (DeviceBatch::Place const& place : places_)
        rows_[place.system.value()].stored = view.stored_rows[place.system.value()];
    device_->bring_back(batch_, places_);
    for (DeviceBatch::Place const& place : places_) {
        Row& row = rows_[place.system.value()];
        view.stored_rows[place.system.value()] = row.stored;
        row.stress_is_current =
            has_stress_on_device(static_cast<std::size_t>(code_of(place.system)));
        if (!release) continue;
        device_->release(place.slot);
        row.slot = -1;
    }
}

void FusedStage::bring_back_rows(StageClock& clock) {
    if (!device_) return;
    fetch_ended(clock, true);
    fire_all_late(clock);
    places_.clear();
    for (int s = 0; s < batch_.system_count(); ++s)
        if (rows_[s].slot >= 0) places_.push_back({rows_[s].slot, SystemIndex{s}});
    fetch_rows(false);
}

}  // namespace athanor
