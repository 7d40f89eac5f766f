// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/fused_stage.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "kernels/initial_velocities.hpp"
#include "runtime/error.hpp"
#include "stages/check_hooks.hpp"
#include "stages/sample_faults.hpp"

namespace athanor {
namespace {

/// The list of each sub-stage, then that of the element.
std::vector<StageHooks::List> hook_lists(std::vector<SubStage> const& sub_stages,
                                         FusedStage::Options const& options) {
    ATHANOR_EXPECTS(!sub_stages.empty());
    std::vector<StageHooks::List> lists;
    bool any_edges = false;
    for (SubStage const& sub : sub_stages) {
        check_hooks(sub, options.order);
        lists.push_back({sub.name, sub.id, sub.hooks, sub.store_edges});
        any_edges = any_edges || sub.store_edges;
    }
    check_element_hooks(options.hooks, sub_stages);
    lists.push_back({"fuse", sub_stages.front().id, options.hooks, any_edges});
    return lists;
}

Schema with_state(Schema const& travelling, std::vector<SubStage> const& sub_stages,
                  StageHooks const& hooks) {
    Schema schema = travelling;
    for (SubStage const& sub : sub_stages) {
        schema = schema.with(sub.dynamics->state_fields());
        if (sub.store_edges) schema = schema.with(EdgeColumns::fields());
    }
    return schema.with(hooks.state_fields());
}

/// Whether `stress` must be up to date whenever the forces are.
bool needs_stress(SubStage const& sub) {
    return sub.dynamics->needs_stress() || sub.predicates_need_stress ||
           std::any_of(sub.criteria.begin(), sub.criteria.end(),
                       [](Criterion const& criterion) { return criterion.field == "stress"; });
}

Convergence make_convergence(SubStage const& sub, Schema const& schema) {
    try {
        return {sub.criteria, schema, sub.predicates};
    } catch (ConfigError const& error) {
        throw ConfigError(fmt::format("stage \"{}\": {}", sub.name, error.what()));
    }
}

}  // namespace

FusedStage::FusedStage(SchemaPtr travelling, std::vector<SubStage> sub_stages, Model& model,
                       Options const& options, StageMetrics& metrics, OutcomeListener on_outcome)
    : sub_stages_(std::move(sub_stages)),
      hooks_(hook_lists(sub_stages_, options), options.capacity.systems),
      model_(model),
      options_(options),
      metrics_(metrics),
      on_outcome_(std::move(on_outcome)),
      batch_(std::make_shared<Schema const>(with_state(*travelling, sub_stages_, hooks_)),
             options.capacity),
      edges_(model.needs().cutoff),
      good_(options.capacity) {
    auto const room = static_cast<std::size_t>(options.capacity.systems);
    hooks_.bind(batch_.schema());
    for (SubStage& sub : sub_stages_) {
        sub.dynamics->bind(batch_);
        convergence_.push_back(make_convergence(sub, batch_.schema()));
        // Where atoms move on after the compute, it alone can work out the stress.
        needs_stress_.push_back(needs_stress(sub) || options.order == FusedOrder::documented);
        stores_edges_ = stores_edges_ || sub.store_edges;
        neighbor_lists_.emplace_back(
            NeighborListOptions{
                .cutoff = model_.needs().cutoff,
                .skin = sub.skin,
                .species_index = [this](std::int64_t z) { return model_.species_index(z); }},
            options.capacity.systems);
        systems_of_.emplace_back().reserve(room);
        late_of_.emplace_back().reserve(room);
        lists_of_.emplace_back();
    }
    rows_.resize(room);
    for (auto* scratch : {&evaluated_, &everyone_, &converged_, &answer_}) scratch->reserve(room);
    neighbors_.reserve(room);
    held_.reserve(static_cast<std::size_t>(options.capacity.atoms));
    places_.reserve(room);
    if (options_.device != nullptr) make_device_engine();
}

int FusedStage::code_of(SystemIndex system) const {
    return static_cast<int>(batch_.column<std::int64_t>(Fields::status)[system.value()]);
}

void FusedStage::add_row(SystemIndex system) {
    ATHANOR_EXPECTS(system.value() == batch_.system_count() - 1);
    for (NeighborList& list : neighbor_lists_) list.add(system);
    rows_[system.value()] = Row{};
    if (stores_edges_) batch_.resize_edges(system, 0);
    metrics_.samples_in.fetch_add(1, std::memory_order_relaxed);
}

void FusedStage::enter(SystemIndex system) {
    add_row(system);
    batch_.view().outcome[system.value()] = static_cast<std::uint8_t>(Outcome::running);
    start_sub_stage(system, 0);
    ++active_count_;
}

void FusedStage::resume(SystemIndex system) {
    add_row(system);
    BatchView const view = batch_.view();
    auto const outcome = static_cast<Outcome>(view.outcome[system.value()]);
    int const code = code_of(system);
    ATHANOR_EXPECTS(code >= 0 && code < static_cast<int>(sub_stages_.size()));
    ATHANOR_EXPECTS(outcome != Outcome::failed);
    Row& row = rows_[system.value()];
    bool const is_done = outcome != Outcome::running;
    active_count_ += is_done ? 0 : 1;
    // Whoever has been admitted has made a step since: both happen in one call of step().
    if (!is_done && view.stage_step[system.value()] == 0) return start_sub_stage(system, code);
    row.state = is_done ? RowState::departing : RowState::active;
    row.stress_is_current = needs_stress_[code];
    // Its stress may be asked for before its next step, if it has one.
    neighbor_lists_[code].invalidate(system);
    static_cast<void>(neighbor_lists_[code].update(view, {&system, 1}));
}

void FusedStage::start_sub_stage(SystemIndex system, int code) {
    BatchView const view = batch_.view();
    view.status[system.value()] = code;
    view.stage[system.value()] = sub_stages_[code].id.value();
    view.stage_step[system.value()] = 0;
    rows_[system.value()].state = RowState::entered;
    neighbor_lists_[code].invalidate(system);
}

void FusedStage::collect(RowState state) {
    for (auto& systems : systems_of_) systems.clear();
    for (int s = 0; s < batch_.system_count(); ++s)
        if (rows_[s].state == state && rows_[s].slot < 0)
            systems_of_[code_of(SystemIndex{s})].push_back(SystemIndex{s});
}

void FusedStage::prepare_motion(SubStage const& sub, SystemIndex system) {
    BatchView const view = batch_.view();
    MotionLimits limits{0, sub.momentum_is_zero};
    held_.assign(static_cast<std::size_t>(batch_.atom_count(system)), 0);
    for (auto const& hook : sub.hooks) hook->mark_held(batch_, system, held_);
    double const* const mass = view.atomic_masses + batch_.atom_begin(system);
    for (std::size_t atom = 0; atom < held_.size(); ++atom)
        limits.constrained += held_[atom] != 0 && mass[atom] > 0.0 ? 3 : 0;
    view.degrees_of_freedom[system.value()] =
        count_degrees_of_freedom(view, system, sub.degrees_of_freedom, limits);
    if (!sub.dynamics->has_physical_velocities())
        std::fill_n(view.velocities + 3 * batch_.atom_begin(system), 3 * batch_.atom_count(system),
                    0.0);
    else if (sub.initial_temperature_kelvin)
        draw_initial_velocities(view, system,
                                {*sub.initial_temperature_kelvin, limits.constrained == 0}, sub.id,
                                options_.seed);
}

void FusedStage::admit_entered(StageClock& clock) {
    // A sub-stage without steps sends its samples on at once, so this may take several rounds.
    for (;;) {
        collect(RowState::entered);
        std::int64_t entered = 0;
        keep_good_state(LastGoodState::Moment::admission);
        drop_where([this](SystemIndex system) { return admission_fault(batch_, system, model_); });
        for (auto const& systems : systems_of_)
            entered += static_cast<std::int64_t>(systems.size());
        if (entered == 0) return;
        auto const shown = hooks_.trace().admission(clock, entered);
        BatchView const view = batch_.view();
        for (std::size_t code = 0; code < sub_stages_.size(); ++code) {
            SubStage const& sub = sub_stages_[code];
            for (SystemIndex system : systems_of_[code]) prepare_motion(sub, system);
        }
        clock.give_to(TimePart::update);
        evaluate(HookPoint::on_admission, clock);
        drop_touching_atoms();
        drop_non_finite_results();
        for (auto const& systems : systems_of_)
            for (SystemIndex system : systems) rows_[system.value()].state = RowState::active;
        fire_element(HookPoint::on_admission, clock);
        fire_all(HookPoint::on_admission, clock);
        drop_non_finite_results();  // hooks may change forces and energies
        for (std::size_t code = 0; code < sub_stages_.size(); ++code) {
            SubStage& sub = sub_stages_[code];
            sub.dynamics->admit({view, systems_of_[code], sub.id, options_.seed});
        }
        good_.begin(LastGoodState::Moment::end);
        for (std::size_t code = 0; code < sub_stages_.size(); ++code)
            if (sub_stages_[code].step_budget == 0)
                for (SystemIndex system : systems_of_[code]) finish(system, Outcome::budget_spent);
        clock.give_to(TimePart::update);
    }
}

void FusedStage::step(StageClock& clock) {
    clock.give_to(TimePart::other);
    hooks_.trace().begin_step();
    if (device_) return step_on_device(clock);
    admit_entered(clock);
    collect(RowState::active);
    step_here(clock);
}

void FusedStage::step_here(StageClock& clock) {
    std::int64_t sample_steps = 0;
    for (auto const& systems : systems_of_) sample_steps += static_cast<int>(systems.size());
    if (sample_steps == 0) return;
    if (device_) metrics_.host_steps.fetch_add(sample_steps, std::memory_order_relaxed);
    auto const shown = hooks_.trace().step(clock, sample_steps);
    keep_good_state(LastGoodState::Moment::step);

    fire_element(HookPoint::before_step, clock);
    fire_all(HookPoint::before_step, clock);
    if (options_.order == FusedOrder::standard) {
        update_before_compute(clock);
        compute(clock);
        update_after_compute(clock);
    } else {
        compute(clock);
        update_at_once(clock);
    }
    count_step(sample_steps);
    fire_all(HookPoint::after_step, clock);
    fire_element(HookPoint::after_step, clock);
    end_step(clock);
    clock.give_to(TimePart::update);
}

void FusedStage::update_before_compute(StageClock& clock) {
    for (std::size_t code = 0; code < sub_stages_.size(); ++code) {
        SubStage& sub = sub_stages_[code];
        fire(HookPoint::before_pre_update, code, systems_of_[code], clock);
        sub.dynamics->pre_update({batch_.view(), systems_of_[code], sub.id, options_.seed});
        fire(HookPoint::after_pre_update, code, systems_of_[code], clock);
    }
    clock.give_to(TimePart::update);
    fire_element(HookPoint::before_compute, clock);
    fire_all(HookPoint::before_compute, clock);
}

void FusedStage::compute(StageClock& clock) {
    drop_where([this](SystemIndex system) { return position_fault(batch_, system); });
    evaluate(HookPoint::after_compute, clock);
    // Hooks first: they may still say where it went wrong, and what they change is checked too.
    fire_element(HookPoint::after_compute, clock);
    fire_all(HookPoint::after_compute, clock);
    drop_non_finite_results();
}

void FusedStage::update_after_compute(StageClock& clock) {
    for (std::size_t code = 0; code < sub_stages_.size(); ++code) {
        SubStage& sub = sub_stages_[code];
        fire(HookPoint::before_post_update, code, systems_of_[code], clock);
        sub.dynamics->post_update({batch_.view(), systems_of_[code], sub.id, options_.seed});
        fire(HookPoint::after_post_update, code, systems_of_[code], clock);
    }
}

void FusedStage::update_at_once(StageClock& clock) {
    for (std::size_t code = 0; code < sub_stages_.size(); ++code) {
        SubStage& sub = sub_stages_[code];
        fire(HookPoint::before_pre_update, code, systems_of_[code], clock);
        UpdateContext const context{batch_.view(), systems_of_[code], sub.id, options_.seed};
        sub.dynamics->pre_update(context);
        sub.dynamics->post_update(context);
        fire(HookPoint::after_post_update, code, systems_of_[code], clock);
    }
}

void FusedStage::keep_good_state(LastGoodState::Moment moment) {
    good_.begin(moment);
    for (auto const& systems : systems_of_) good_.keep(batch_.view(), systems);
}

void FusedStage::count_step(std::int64_t sample_steps) {
    good_.begin(LastGoodState::Moment::end);
    BatchView const view = batch_.view();
    std::int64_t atom_steps = 0;
    for (auto const& systems : systems_of_)
        for (SystemIndex system : systems) {
            ++view.stage_step[system.value()];
            ++view.total_steps[system.value()];
            atom_steps += batch_.atom_count(system);
        }
    metrics_.steps.fetch_add(1, std::memory_order_relaxed);
    metrics_.sample_steps.fetch_add(sample_steps, std::memory_order_relaxed);
    metrics_.atom_steps.fetch_add(atom_steps, std::memory_order_relaxed);
}

void FusedStage::end_step(StageClock& clock) {
    drop_where([this](SystemIndex system) { return motion_fault(batch_, system); });
    BatchView const view = batch_.view();
    for (std::size_t code = 0; code < sub_stages_.size(); ++code) {
        for (SystemIndex system : systems_of_[code])
            if (convergence_[code].holds(batch_, system))
                view.outcome[system.value()] = static_cast<std::uint8_t>(Outcome::converged);
    }
    settle(clock);
}

void FusedStage::collect_everyone() {
    everyone_.clear();
    for (auto const& systems : systems_of_)
        everyone_.insert(everyone_.end(), systems.begin(), systems.end());
    std::sort(everyone_.begin(), everyone_.end());
}

void FusedStage::fire_all(HookPoint point, StageClock& clock) {
    for (std::size_t code = 0; code < sub_stages_.size(); ++code)
        fire(point, code, systems_of_[code], clock);
}

void FusedStage::fire_element(HookPoint point, StageClock& clock) {
    if (options_.hooks.empty()) return;
    collect_everyone();
    fire(point, sub_stages_.size(), everyone_, clock);
}

void FusedStage::fire(HookPoint point, std::size_t list, std::span<SystemIndex const> systems,
                      StageClock& clock) {
    if (hooks_.fire(point, list, systems, {batch_, clock, edges_, *this})) forget_failed();
}

std::size_t FusedStage::fill_edges(std::span<SystemIndex const> systems) {
    if (systems.empty() || !sub_stages_[code_of(systems[0])].store_edges) return systems.size();
    return edges_.fill(batch_, systems);
}

void FusedStage::forget_failed() {
    for (auto& systems : systems_of_)
        std::erase_if(systems, [this](SystemIndex system) {
            return rows_[system.value()].state == RowState::failed;
        });
}

/// Whether somebody will ask for the stress before the next forces, as far as it can be known
/// before these. `next`: the hook point that follows them.
bool FusedStage::stress_is_due(SystemIndex system, HookPoint next) const {
    int const code = code_of(system);
    auto const list = static_cast<std::size_t>(code);
    if (needs_stress_[list]) return true;
    bool const admits = next == HookPoint::on_admission;
    auto const completed = batch_.column<std::int64_t>(Fields::stage_step)[system.value()];
    if (admits ? hooks_.stress_is_due_at_admission(list) : hooks_.stress_is_due(list, completed))
        return true;
    auto const& budget = sub_stages_[list].step_budget;
    return departing_are_written_ && code + 1 == static_cast<int>(sub_stages_.size()) && budget &&
           completed + (admits ? 0 : 1) >= *budget;
}

void FusedStage::evaluate(HookPoint next, StageClock& clock) {
    BatchView const view = batch_.view();
    for (std::size_t code = 0; code < sub_stages_.size(); ++code) {
        lists_of_[code] = neighbor_lists_[code].update(view, systems_of_[code]);
        for (SystemIndex system : systems_of_[code]) {
            Row& row = rows_[system.value()];
            row.stress_is_current = stress_is_due(system, next);
            row.list_is_current = true;
        }
    }
    evaluated_.clear();
    neighbors_.clear();
    std::size_t without_stress = 0;  // these come first: the others cost more
    for (bool const stress : {false, true}) {
        without_stress = evaluated_.size();
        for (std::size_t code = 0; code < sub_stages_.size(); ++code)
            for (std::size_t k = 0; k < systems_of_[code].size(); ++k) {
                SystemIndex const system = systems_of_[code][k];
                if (rows_[system.value()].stress_is_current != stress) continue;
                evaluated_.push_back(system);
                neighbors_.push_back(lists_of_[code][k]);
            }
    }
    clock.give_to(TimePart::neighbors);
    std::span<SystemIndex const> const systems = evaluated_;
    std::span<SystemNeighbors const> const lists = neighbors_;
    if (without_stress > 0)
        model_.compute({view, systems.first(without_stress), lists.first(without_stress)},
                       {.energy_and_forces = true, .stress = false});
    if (without_stress < systems.size())
        model_.compute({view, systems.subspan(without_stress), lists.subspan(without_stress)},
                       {.energy_and_forces = true, .stress = true});
    clock.give_to(TimePart::forces);
}

void FusedStage::drop_touching_atoms() {
    for (std::size_t k = 0; k < evaluated_.size(); ++k)
        if (std::string fault = touching_fault(neighbors_[k]); !fault.empty())
            fail(evaluated_[k], std::move(fault));
    forget_failed();
}

void FusedStage::drop_non_finite_results() {
    drop_where([this](SystemIndex system) {
        return result_fault(batch_, system, model_,
                            sub_stages_[code_of(system)].dynamics->needs_finite_stress());
    });
}

template <class Fault>
void FusedStage::drop_where(Fault const& fault_of) {
    for (auto& systems : systems_of_)
        std::erase_if(systems, [&](SystemIndex system) {
            std::string fault = fault_of(system);
            bool const drops = !fault.empty();
            if (drops) fail(system, std::move(fault));
            return drops;
        });
}

void FusedStage::fill_stress(std::span<SystemIndex const> systems) {
    evaluated_.clear();
    neighbors_.clear();
    for (SystemIndex system : systems) {
        if (rows_[system.value()].stress_is_current) continue;
        rows_[system.value()].stress_is_current = true;
        // The list may be of a time before the sample went to the device.
        if (device_ && !rows_[system.value()].list_is_current)
            static_cast<void>(neighbor_lists_[code_of(system)].update(batch_.view(), {&system, 1}));
        evaluated_.push_back(system);
        neighbors_.push_back(neighbor_lists_[code_of(system)].full(system));
    }
    if (!evaluated_.empty())
        model_.compute({batch_.view(), evaluated_, neighbors_},
                       {.energy_and_forces = false, .stress = true});
}

}  // namespace athanor
