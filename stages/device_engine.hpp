// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "kernels/device/device_batch.hpp"
#include "kernels/device/late_rows.hpp"
#include "kernels/step_checks.hpp"
#include "runtime/convergence.hpp"
#include "runtime/dynamics.hpp"
#include "runtime/model.hpp"
#include "stages/device_hooks.hpp"
#include "stages/growing_model.hpp"

namespace athanor {

/// Makes the steps of a stage's samples on a device. A step is recorded once and enqueued as one
/// piece; the device alone decides who converged, is out of steps or failed, and such a sample
/// takes no part in what follows. The host hears of it a step later, which changes no result.
/// Order of a step: that of FusedStage, with those hooks that a device fires: pre_update of each
///           sub-stage, check of positions, forces, check of results, post_update of each, check of
///           the motion, criteria and budget.
/// Rows:     of samples for whom a hook that may fire late is due are on their way to the host
///           behind their step (LateRows): the fields that it reads, with the stress if it needs
///           that.
/// Waits:    step() for the step before the last one, so that two are under way, and for all where
///           neighbour rows become longer; what else waits says so.
/// Ownership: owns the samples' copies on the device, and the halves of model, dynamics and hooks
///           that are there; queue, model, dynamics and hooks must outlive it.
/// Threads:  one.
class DeviceEngine {
public:
    struct SubStage {
        StageId id;
        Dynamics const* dynamics;
        Convergence const* convergence;
        std::optional<std::int64_t> budget;
        bool needs_stress = false;         ///< whenever forces are worked out
        bool needs_finite_stress = false;  ///< or the sample fails
        double skin = 2.0;                 ///< [Å]
    };
    /// What makes the steps. Expects: a list of hooks for each sub-stage, and the element's.
    struct Stage {
        Model const& model;
        StageHooks const& hooks;
        std::vector<SubStage> sub_stages;
        std::uint64_t seed;
    };
    /// A sample that makes no more steps here.
    struct Ended {
        int slot;
        StepVerdict verdict;
    };
    /// What was done since the last question, for the metrics.
    struct Count {
        std::int64_t steps = 0, sample_steps = 0, atom_steps = 0, list_growths = 0, compactions = 0;
    };

    /// Throws ConfigError when the model, a dynamics or a criterion has no device variant.
    DeviceEngine(DeviceQueue& queue, SchemaPtr schema, BatchCapacity capacity, Stage stage);
    ~DeviceEngine();

    /// Whether a sample of so many atoms can be loaded; where only no run of free rows is long
    /// enough, those that are here are moved together with the next step, so that it can.
    [[nodiscard]] bool make_room(int atoms);
    /// Takes over a system of the host's batch that has been admitted to sub-stage `code`.
    int load(Batch const& batch, SystemIndex system, int code);
    /// The host has a sample back, or wants nothing more of it. Expects: all steps are done
    /// (ended() said so), or the sample has ended.
    void release(int slot);
    /// Copies rows to the host. Waits for everything.
    void bring_back(Batch& batch, std::span<DeviceBatch::Place const> places) {
        batch_.bring_back(batch, places);
    }
    /// The same for what they were like before their last step (LastGoodState).
    void bring_back_kept(Batch& batch, std::span<DeviceBatch::Place const> places) {
        batch_.bring_back_kept(batch, places);
    }
    /// Enqueues a step of all that were loaded and have not ended. Expects: not lacks_room().
    void step();
    /// True when the next step wants rows on their way and all room for them is taken.
    [[nodiscard]] bool lacks_room();
    /// Rows on their way to the host; null when no hook fires late.
    [[nodiscard]] LateRows* late_rows() { return late_rows_ ? &*late_rows_ : nullptr; }
    /// Those that ended in steps that are done by now, each once; with `wait`, in all steps.
    [[nodiscard]] std::span<Ended const> ended(bool wait);
    /// Samples that were loaded and have not been told as ended.
    [[nodiscard]] int running() const { return running_; }
    /// Steps enqueued since this sample was loaded; it may have ended before.
    [[nodiscard]] std::int64_t steps_since_load(int slot) const;
    [[nodiscard]] Count take_count();
    /// True when the step of a sample that has completed so many in its sub-stage is the host's,
    /// for a hook is due in it that no device fires.
    [[nodiscard]] bool needs_host(int code, std::int64_t completed) const {
        return hooks_.host_is_due(static_cast<std::size_t>(code), completed);
    }
    /// Which hook has marked a sample that ended with hook_fault, and where. Waits for everything.
    /// Expects: the sample is not released yet.
    [[nodiscard]] DeviceHooks::Firing failing_hook(int slot);

private:
    struct Slot {
        bool running = false;         ///< as far as the host knows
        std::int64_t first_step = 0;  ///< of ours, in which it takes part
        int code = 0;
        std::int64_t completed = 0;   ///< steps of its stage before that
        std::int64_t rows_since = 0;  ///< first step of ours in which it has the rows it has
    };
    static constexpr std::size_t most_under_way = GrowingModel::reports;

    /// Whether some samples get a stress in a step beside those that always do.
    enum class Extra : std::uint8_t { none, stress };
    /// Where the host says for which: a mark for each slot.
    struct Asked {
        Extra extra = Extra::none;
        std::uint8_t const* marks = nullptr;
    };

    void find_wanted();
    void make_room_for_stress();
    void record();
    [[nodiscard]] std::unique_ptr<RecordedWork> record_step(std::size_t report, Extra extra);
    void grow_lists();
    void enqueue_everything(Asked const& asked);
    void enqueue_forces(DeviceHooks::Step const& step, Asked const& asked);
    void compute(DeviceHooks::Step const& step, Asked const& asked);
    void enqueue_end(DeviceHooks::Step const& step);
    void enqueue_hooks(HookPoint point, DeviceHooks::Step const& step);
    void enqueue_hooks_of_element(HookPoint point, DeviceHooks::Step const& step);
    [[nodiscard]] static std::size_t report_of(std::int64_t step);
    /// Of the steps under way. Expects: there is one.
    [[nodiscard]] std::int64_t oldest_step() const {
        return steps_ - static_cast<std::int64_t>(under_way_);
    }
    [[nodiscard]] QueueMark& oldest_mark();
    void look_at_oldest();

    DeviceQueue& queue_;
    std::vector<SubStage> sub_stages_;
    std::uint64_t seed_;
    DeviceBatch batch_;
    GrowingModel model_;
    std::vector<std::unique_ptr<DeviceDynamics>> dynamics_;
    DeviceHooks hooks_;
    DeviceArray<std::uint8_t> verdict_, mark_;
    DeviceArray<std::int32_t> firing_;
    PinnedArray<std::int32_t> firing_seen_;
    std::array<PinnedArray<std::uint8_t>, most_under_way> seen_;
    struct Recordings {
        std::unique_ptr<RecordedWork> plain, with_stress;
    };
    std::array<Recordings, most_under_way> recorded_;
    std::optional<LateRows> late_rows_;
    std::vector<LateRows::Wanted> wanted_;    ///< after the next step
    std::vector<int> wanted_stress_;          ///< slots
    std::vector<std::uint8_t> extra_stress_;  ///< by code: some of its samples, sometimes
    std::array<PinnedArray<std::uint8_t>, most_under_way> asked_;
    DeviceArray<std::int32_t> asking_, others_;
    std::array<std::unique_ptr<QueueMark>, most_under_way> marks_;  ///< behind each, in turn
    std::vector<Slot> slots_;
    std::vector<Ended> ended_, told_;
    std::int64_t steps_ = 0;         ///< enqueued
    std::size_t under_way_ = 0;      ///< of them, the last that were not looked at
    std::int64_t first_report_ = 0;  ///< step from which on reports are of the model that is there
    bool lists_too_short_ = false;
    int running_ = 0;
    Count count_;
};

}  // namespace athanor
