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
#include "kernels/step_checks.hpp"
#include "runtime/convergence.hpp"
#include "runtime/dynamics.hpp"
#include "runtime/model.hpp"

namespace athanor {

/// Makes the steps of a stage's samples on a device. A step is recorded once and enqueued as one
/// piece; the device alone decides who converged, is out of steps or failed, and such a sample
/// takes no part in what follows. The host hears of it a step later, which changes no result.
/// Order of a step: pre_update of each sub-stage, check of positions, forces, check of results,
///           post_update of each, criteria and budget: that of FusedStage without its hooks.
/// Waits:    step() for the step before the last one, so that two are under way; what else waits
///           says so.
/// Ownership: owns the samples' copies on the device; queue, model and dynamics must outlive it.
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
    /// A sample that makes no more steps here.
    struct Ended {
        int slot;
        StepVerdict verdict;
    };
    /// What was done since the last question, for the metrics.
    struct Count {
        std::int64_t steps = 0, sample_steps = 0, atom_steps = 0;
    };

    /// Throws ConfigError when the model, a dynamics or a criterion has no device variant.
    DeviceEngine(DeviceQueue& queue, SchemaPtr schema, BatchCapacity capacity, Model const& model,
                 std::uint64_t seed, std::vector<SubStage> sub_stages);
    ~DeviceEngine();

    [[nodiscard]] bool fits(int atoms) const { return batch_.fits(atoms); }
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
    /// Enqueues a step of all that were loaded and have not ended.
    void step();
    /// Those that ended in steps that are done by now, each once; with `wait`, in all steps.
    [[nodiscard]] std::span<Ended const> ended(bool wait);
    /// Samples that were loaded and have not been told as ended.
    [[nodiscard]] int running() const { return running_; }
    /// Steps enqueued since this sample was loaded; it may have ended before.
    [[nodiscard]] std::int64_t steps_since_load(int slot) const;
    [[nodiscard]] Count take_count();

private:
    struct Slot {
        bool running = false;         ///< as far as the host knows
        std::int64_t first_step = 0;  ///< of ours, in which it takes part
    };
    struct UnderWay {
        std::unique_ptr<QueueMark> mark;
        std::int64_t step = 0;
    };
    static constexpr std::size_t most_under_way = 2;

    void record();
    void enqueue_everything();
    void look(UnderWay const& step);

    DeviceQueue& queue_;
    std::vector<SubStage> sub_stages_;
    std::uint64_t seed_;
    DeviceBatch batch_;
    std::unique_ptr<DeviceModel> model_;
    std::vector<std::unique_ptr<DeviceDynamics>> dynamics_;
    DeviceArray<std::uint8_t> verdict_, mark_;
    std::array<PinnedArray<std::uint8_t>, most_under_way> seen_;
    std::array<std::unique_ptr<RecordedWork>, most_under_way> recorded_;
    std::vector<UnderWay> under_way_;  ///< oldest first
    std::vector<Slot> slots_;
    std::vector<Ended> ended_, told_;
    std::int64_t steps_ = 0;  ///< enqueued
    int running_ = 0;
    Count count_;
};

}  // namespace athanor
