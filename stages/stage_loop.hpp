// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "runtime/channel.hpp"
#include "runtime/drainable_sink.hpp"
#include "runtime/metrics.hpp"
#include "runtime/size_aware_sampler.hpp"
#include "stages/fused_stage.hpp"

namespace athanor {

/// What a loop is asked to do between two steps.
enum class SaveRequest : int { none, save, save_and_stop };

/// All samples that an instance is answerable for: systems of its batch, with their state, and
/// those that wait outside it.
struct SamplesToSave {
    Batch const& batch;
    std::span<SystemIndex const> systems;
    std::span<Sample const> others;
};

/// Where samples of one stage instance come from and go to. Either a sampler or inputs; either
/// outputs or sinks.
struct StagePorts {
    SizeAwareSampler* sampler = nullptr;
    int refill_frequency = 1;  ///< steps between looks of the sampler for freed room, above 0
    ChannelMode mode = ChannelMode::fully_async;
    std::vector<ChannelReceiver*> inputs;
    std::vector<ChannelSender*> outputs;
    std::vector<Sink*> sinks;  ///< of the last stage, tried in this order
    /// Take samples that arrive while the batch has no room, tried in this order; none: they wait
    /// in the slots of their channel, and nobody gets credit. Of each sink the oldest goes first
    /// when there is room, before samples of the slots.
    std::vector<DrainableSink*> overflow;
    /// Takes a failed sample, with why and where; called before the sample is removed.
    std::function<void(Batch const&, SystemIndex, std::string const&)> quarantine;
    /// Takes a sample of the input that fits into no batch.
    std::function<void(Sample const&)> refuse;
    /// Saved by a run before this one: they go on where they were, before anything new comes in.
    std::deque<Sample> restored;
    /// Looked at between two steps, and set back to none when `save` has returned; nullptr: never.
    std::atomic<SaveRequest>* save_request = nullptr;
    std::function<void(SamplesToSave const&)> save;
};

/// The loop that every stage instance runs, from the first sample to the last: receive, refill,
/// step, graduate, report. It names interfaces only, so it runs in tests without MPI or files.
/// Order:   a departing sample that finds no credit stays in the batch, untouched: back-pressure.
/// Saving:  between two steps every sample is in one place: the batch, the overflow, or a slot that
///          its receiver may not have emptied. One that was handed on and taken is the receiver's.
/// Threads: run() drives everything from the caller's thread.
/// Throws:  what stage, channels and sinks throw; StorageError when every sink is full;
///          StoppedError when asked to stop, also after saving.
class StageLoop {
public:
    StageLoop(FusedStage& stage, StagePorts ports, StageMetrics& metrics);

    void run(std::stop_token stop = {});

private:
    void save_if_asked();
    void save();
    bool restore();
    void count_fill();
    [[nodiscard]] bool may_step();
    bool receive();
    std::int64_t receive_from(ChannelReceiver& input, ReceiveStatus& status);
    bool set_aside(ChannelReceiver& input);
    std::int64_t take_back();
    bool refill();
    bool graduate();
    bool set_failed_aside();
    bool send_on();
    bool write_out();
    std::size_t write_to(Sink& sink, std::span<SystemIndex const> systems);
    void take_out(SystemIndex system);
    [[nodiscard]] bool finished();
    void idle(bool moved);
    void finish_sending(std::stop_token const& stop);

    FusedStage& stage_;
    StagePorts ports_;
    StageMetrics& metrics_;
    StageClock clock_;
    TraceName save_, receive_, refill_, send_, quarantine_, stress_, write_;
    std::vector<SystemIndex> leaving_;
    std::optional<Batch> aside_;  ///< room for one sample on its way to the overflow
    std::size_t first_input_ = 0;
    bool input_seen_ = false;  ///< since the last step: a sample came, or one that has no room
    bool sent_ = false;        ///< since all that was sent is known to have left
    bool inputs_ended_ = false;
    int idle_turns_ = 0;
    std::int64_t turns_ = 0;
};

}  // namespace athanor
