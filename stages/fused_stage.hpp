// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/neighbor_list.hpp"
#include "runtime/batch.hpp"
#include "runtime/convergence.hpp"
#include "runtime/dynamics.hpp"
#include "runtime/hook.hpp"
#include "runtime/metrics.hpp"
#include "runtime/model.hpp"
#include "runtime/outcome.hpp"
#include "stages/degrees_of_freedom.hpp"
#include "stages/device_engine.hpp"
#include "stages/edge_columns.hpp"
#include "stages/fused_order.hpp"
#include "stages/last_good_state.hpp"
#include "stages/stage_hooks.hpp"

namespace athanor {

/// One dynamics with everything that decides about a sample while it is there.
struct SubStage {
    StageId id;
    std::string name;
    std::unique_ptr<Dynamics> dynamics;
    /// All criteria and predicates must hold; without any a sample never converges.
    std::vector<Criterion> criteria;
    std::vector<ConvergencePredicate> predicates;
    bool predicates_need_stress = false;      ///< they read `stress`, which then is up to date
    std::optional<std::int64_t> step_budget;  ///< 0: one evaluation, then the sample goes on
    std::optional<double> initial_temperature_kelvin;
    /// What thermostats and logs divide by; worked out for each sample at admission.
    DegreesOfFreedom degrees_of_freedom = DegreesOfFreedom::automatic;
    /// The total momentum of every sample is zero here and stays so (momentum_stays_zero()).
    bool momentum_is_zero = false;
    double skin = 2.0;  ///< of the neighbour list [Å]
    /// Rows that hooks write here, and those of samples that end here and are written, have edges
    /// (EdgeColumns) with the model's cutoff.
    bool store_edges = false;
    std::vector<std::shared_ptr<Hook>> hooks;
};

/// Several dynamics over one batch and one force evaluation per step; a plain stage is a fused
/// stage of one. Each sample carries a status code, the position of the sub-stage it is in.
/// Order of a step: before_step hooks; before_pre_update, pre_update, after_pre_update of each
///           sub-stage on its own samples; before_compute of each; one compute; after_compute of
///           each; before_post_update, post_update, after_post_update of each; after_step hooks;
///           convergence check, on_converge hooks, step budget, migration or departure.
/// Documented order: before_step hooks; one compute; after_compute of each; before_pre_update, both
///           updates, after_post_update of each; the rest as above. before_compute,
///           after_pre_update and before_post_update never fire. Energy, forces and stress of a
///           sample are those of the step before, and a velocity Verlet step is of first order:
///           it is there for comparison with programs of that order.
/// Element hooks: Options::hooks see the samples of all sub-stages in one firing, after those of
///           the sub-stages at after_step and on_converge, before them at the other points.
/// Stress:   the compute fills it for samples whose dynamics needs it, so that post_update finds it
///           fresh, and for those for whom a hook that needs it is due after the forces of this
///           step, or that end with it and are written; in a second call for them where the others
///           need none. Who needs it later than that (on_converge) gets it in an evaluation by
///           itself. Either has the same bits: those of the places and lists of the forces.
/// Admission: a sample that enters a sub-stage is checked, gets its neighbour list and its forces,
///           its on_admission hooks and its state, before its first step there; never in the
///           middle. Hooks come first, so that a dynamics starts from forces that they changed.
/// Failure:  non-finite positions, energy, forces or needed stress, atoms at one place, a cell
///           without volume, a species without parameters or a hook take that sample out with its
///           reason, and touch no other: positions right after the before_compute hooks, energy and
///           forces after the after_compute hooks, which see them still, velocities, cell and
///           positions once more after the after_step hooks. One that a hook fails is
///           gone for the hooks after it, also at that point. Its rows are then those of its last
///           good state: as it was before the step, or came into the stage. One that fails at the
///           end of a step keeps the state of that step, unless a number of it is not finite.
/// Order:    what happens to a sample depends on that sample alone.
/// Device:   samples are admitted on the host, make their steps on the device, and come back when
///           they end there or when a hook is due: that step is then made here, with the same bits.
///           A hook that may fire late does not bring them back: their rows come while they go on,
///           and it fires when those are here, before the sample itself is, and before anything of
///           a later step fires here. Each row of samples there is that of some step since they
///           went, and not all of one; bring_back_rows() refreshes them. Rows that hooks store are
///           counted here alone.
/// Ownership: owns its batch, its neighbour lists and its dynamics; the model must outlive it.
/// Threads:  one; kernels use threads inside.
class FusedStage final : private StageHooks::Host {
public:
    struct Options {
        BatchCapacity capacity;
        std::uint64_t seed = 0;
        FusedOrder order = FusedOrder::standard;
        std::vector<std::shared_ptr<Hook>> hooks = {};  ///< of the element
        /// Where steps are made; null: on the host. Must outlive the stage.
        DeviceQueue* device = nullptr;
    };
    /// What the stage says about a sample that it is done with.
    using OutcomeListener = std::function<void(OutcomeRecord const&)>;

    /// `travelling` is the schema of samples outside; the batch has the state fields beside it.
    /// Throws ConfigError for criteria that do not fit the schema, for hooks that do not fit the
    /// stage or each other (check_hooks.hpp), for a second profiler and what hooks throw.
    FusedStage(SchemaPtr travelling, std::vector<SubStage> sub_stages, Model& model,
               Options const& options, StageMetrics& metrics, OutcomeListener on_outcome);

    /// Samples are appended to this batch by whoever brings them, followed by enter().
    [[nodiscard]] Batch& batch() { return batch_; }
    [[nodiscard]] Batch const& batch() const { return batch_; }
    /// The system has just been appended to the end of the batch.
    void enter(SystemIndex system);
    /// The same for a system that was extract()ed between two steps of a stage like this one, with
    /// its state fields: it goes on where it was, with the bits of a run that never stopped.
    /// One that had not been admitted yet is admitted; one that was done departs.
    /// Expects: its status is the code of a sub-stage; its outcome is not failed.
    void resume(SystemIndex system);
    /// Admits what entered, then one step of everything active. Does nothing without either.
    void step(StageClock& clock);
    /// Makes the rows of all samples what they are between two steps, before somebody saves them.
    /// May end samples that were found to be done meanwhile.
    void bring_back_rows(StageClock& clock);
    /// Systems that still have steps to do.
    [[nodiscard]] int active_count() const { return active_count_; }

    /// Systems that are done here, in the order of their rows; valid until the next call that
    /// changes the batch. They stay, untouched, until remove().
    [[nodiscard]] std::span<SystemIndex const> departing();
    [[nodiscard]] std::span<SystemIndex const> failed();
    [[nodiscard]] std::string const& failure_reason(SystemIndex system) const;
    /// Brings the `stress` rows of departing systems up to date (NaN where undefined).
    void fill_stress(std::span<SystemIndex const> systems) override;
    /// Departing samples will be written rather than sent on, so those whose edges do not fit fail
    /// before they depart. To be said before the first one enters.
    void expect_writing() { departing_are_written_ = true; }
    /// Fills the edges of as many of `systems`, from the first, as fit into the batch at once, for
    /// whoever is about to write them; how many. All, and no edges, where they are not stored.
    /// Expects: all in one sub-stage.
    std::size_t fill_edges(std::span<SystemIndex const> systems);
    /// Takes them away again.
    void clear_edges(std::span<SystemIndex const> systems) { EdgeColumns::clear(batch_, systems); }
    /// Takes a system out, as Batch::remove does.
    void remove(SystemIndex system);

    void open_hooks() { hooks_.open(); }
    /// Closes all of them, whatever one throws; the first exception goes on.
    void close_hooks() { hooks_.close(); }
    /// Of the hook that profiles the stage, for its clock; nullptr without.
    [[nodiscard]] Trace* trace() const { return hooks_.trace().trace(); }

private:
    enum class RowState : std::uint8_t { entered, active, departing, failed };
    struct Row {
        RowState state = RowState::entered;
        bool stress_is_current = false;
        bool list_is_current = false;  ///< the host's, of the last evaluation
        std::string reason;
        int slot = -1;               ///< on the device; -1 on the host
        std::int64_t loaded_at = 0;  ///< stage_step when it went there
        std::int64_t stored = 0;     ///< scratch: stored_rows while others come
    };

    [[nodiscard]] int code_of(SystemIndex system) const;
    void add_row(SystemIndex system);
    void start_sub_stage(SystemIndex system, int code);
    void prepare_motion(SubStage const& sub, SystemIndex system);
    void admit_entered(StageClock& clock);
    void collect(RowState state);
    void collect_everyone();
    void step_here(StageClock& clock);

    // fused_stage_device.cpp
    void make_device_engine();
    void step_on_device(StageClock& clock);
    void fetch_ended(StageClock& clock, bool wait);
    template <class Wanted>
    void fetch_those(Wanted const& wanted, std::span<DeviceEngine::Ended const> ended,
                     StageClock& clock);
    void fail_by_hook(SystemIndex system, DeviceHooks::Firing const& firing, StageClock& clock);
    void take_verdict(SystemIndex system, StepVerdict verdict);
    void fetch_due(StageClock& clock);
    [[nodiscard]] bool anyone_is_here() const;
    void fire_late(StageClock& clock);
    void fire_all_late(StageClock& clock);
    void fire_oldest_late(StageClock& clock);
    [[nodiscard]] bool take_late(SystemIndex system);
    [[nodiscard]] bool send_to_device(SystemIndex system);
    void fetch_rows(bool release);
    void tell_of_device();
    [[nodiscard]] bool needs_host(SystemIndex system) const;
    [[nodiscard]] bool has_stress_on_device(std::size_t code) const;
    void settle(StageClock& clock);
    void update_before_compute(StageClock& clock);
    void compute(StageClock& clock);
    void update_after_compute(StageClock& clock);
    void update_at_once(StageClock& clock);
    void keep_good_state(LastGoodState::Moment moment);
    void count_step(std::int64_t sample_steps);
    void fire(HookPoint point, std::size_t list, std::span<SystemIndex const> systems,
              StageClock& clock);
    void fire_all(HookPoint point, StageClock& clock);
    void fire_element(HookPoint point, StageClock& clock);
    void evaluate(HookPoint next, StageClock& clock);
    [[nodiscard]] bool stress_is_due(SystemIndex system, HookPoint next) const;
    void drop_touching_atoms();
    template <class Fault>
    void drop_where(Fault const& fault_of);
    void forget_failed();
    void drop_non_finite_results();
    void end_step(StageClock& clock);
    void finish(SystemIndex system, Outcome outcome);
    [[nodiscard]] bool has_failed(SystemIndex system) const override {
        return rows_[system.value()].state == RowState::failed;
    }
    void fail(SystemIndex system, std::string reason) override;
    void report(SystemIndex system, Outcome outcome);

    std::vector<SubStage> sub_stages_;
    StageHooks hooks_;
    std::vector<Convergence> convergence_;
    std::vector<bool> needs_stress_;
    std::vector<NeighborList> neighbor_lists_;
    Model& model_;
    Options options_;
    StageMetrics& metrics_;
    OutcomeListener on_outcome_;
    Batch batch_;
    EdgeColumns edges_;
    LastGoodState good_;
    std::vector<Row> rows_;
    std::unique_ptr<DeviceEngine> device_;
    std::vector<DeviceBatch::Place> places_;  ///< scratch: who comes back
    int active_count_ = 0;
    bool departing_are_written_ = false;
    bool stores_edges_ = false;  ///< any sub-stage

    // Scratch of one step, with room for the whole batch from the start.
    std::vector<std::vector<SystemIndex>> systems_of_;  ///< by status code
    std::vector<SystemIndex> evaluated_;
    std::vector<SystemNeighbors> neighbors_;
    std::vector<std::span<SystemNeighbors const>> lists_of_;  ///< by status code
    std::vector<SystemIndex> everyone_;
    std::vector<std::vector<SystemIndex>> late_of_;  ///< by status code: for whom hooks fire late
    std::vector<std::uint8_t> held_;                 ///< by atom of one sample
    std::vector<SystemIndex> converged_;
    std::vector<SystemIndex> answer_;
};

}  // namespace athanor
