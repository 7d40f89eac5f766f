// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "kernels/sample_reduce.hpp"
#include "stages/fused_stage.hpp"

/// How samples end in a stage: converged, out of steps or failed; and who has them after it.
namespace athanor {

void FusedStage::settle(StageClock& clock) {
    BatchView const view = batch_.view();
    auto const has_converged = [&view](SystemIndex system) {
        return view.outcome[system.value()] == static_cast<std::uint8_t>(Outcome::converged);
    };
    for (std::size_t code = 0; code < sub_stages_.size(); ++code) {
        converged_.clear();
        for (SystemIndex system : systems_of_[code])
            if (has_converged(system)) converged_.push_back(system);
        fire(HookPoint::on_converge, code, converged_, clock);
    }
    collect_everyone();
    std::erase_if(everyone_, [&](SystemIndex system) { return !has_converged(system); });
    fire(HookPoint::on_converge, sub_stages_.size(), everyone_, clock);
    for (std::size_t code = 0; code < sub_stages_.size(); ++code) {
        auto const& budget = sub_stages_[code].step_budget;
        for (SystemIndex system : systems_of_[code])
            if (has_converged(system))
                finish(system, Outcome::converged);
            else if (budget && view.stage_step[system.value()] >= *budget)
                finish(system, Outcome::budget_spent);
    }
}

void FusedStage::report(SystemIndex system, Outcome outcome) {
    int const s = system.value();
    BatchView const view = batch_.view();
    OutcomeRecord record;
    record.sample = batch_.sample_id(system);
    record.name = batch_.name(system);
    record.stage = StageId{view.stage[s]};
    record.outcome = outcome;
    record.stage_steps = view.stage_step[s];
    record.total_steps = view.total_steps[s];
    record.energy = view.energy[s];
    record.fmax = max_norm(view.forces + 3 * batch_.atom_begin(system), batch_.atom_count(system));
    record.reason = rows_[s].reason;
    auto& counter = outcome == Outcome::converged      ? metrics_.converged
                    : outcome == Outcome::budget_spent ? metrics_.budget_spent
                                                       : metrics_.failed;
    counter.fetch_add(1, std::memory_order_relaxed);
    if (on_outcome_) on_outcome_(record);
}

void FusedStage::finish(SystemIndex system, Outcome outcome) {
    int const code = code_of(system);
    bool const last = code + 1 == static_cast<int>(sub_stages_.size());
    if (last && departing_are_written_ && sub_stages_[code].store_edges)
        if (std::string misfit = edges_.misfit(batch_, system); !misfit.empty()) {
            fail(system, std::move(misfit));
            return;
        }
    BatchView const view = batch_.view();
    view.outcome[system.value()] = static_cast<std::uint8_t>(outcome);
    report(system, outcome);
    if (!sub_stages_[code].dynamics->has_physical_velocities())
        std::fill_n(view.velocities + 3 * batch_.atom_begin(system), 3 * batch_.atom_count(system),
                    0.0);
    if (!last) {
        view.outcome[system.value()] = static_cast<std::uint8_t>(Outcome::running);
        start_sub_stage(system, code + 1);
    } else {
        rows_[system.value()].state = RowState::departing;
        --active_count_;
    }
}

void FusedStage::fail(SystemIndex system, std::string reason) {
    Row& row = rows_[system.value()];
    row.state = RowState::failed;
    row.reason = std::move(reason);
    --active_count_;
    batch_.view().outcome[system.value()] = static_cast<std::uint8_t>(Outcome::failed);
    report(system, Outcome::failed);
    row.reason += good_.put_back(batch_.view(), system, needs_stress_[code_of(system)]);
}

std::span<SystemIndex const> FusedStage::departing() {
    answer_.clear();
    for (int s = 0; s < batch_.system_count(); ++s)
        if (rows_[s].state == RowState::departing) answer_.push_back(SystemIndex{s});
    return answer_;
}

std::span<SystemIndex const> FusedStage::failed() {
    answer_.clear();
    for (int s = 0; s < batch_.system_count(); ++s)
        if (rows_[s].state == RowState::failed) answer_.push_back(SystemIndex{s});
    return answer_;
}

std::string const& FusedStage::failure_reason(SystemIndex system) const {
    return rows_[system.value()].reason;
}

void FusedStage::remove(SystemIndex system) {
    RowState const state = rows_[system.value()].state;
    ATHANOR_EXPECTS(state == RowState::departing || state == RowState::failed);
    int const last = batch_.system_count() - 1;
    for (NeighborList& list : neighbor_lists_) list.remove(system);
    batch_.remove(system);
    if (system.value() != last) rows_[system.value()] = std::move(rows_[last]);
}

}  // namespace athanor
