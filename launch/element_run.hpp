// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "launch/campaign_plan.hpp"
#include "launch/checkpoint_series.hpp"
#include "launch/placement.hpp"
#include "launch/quarantine.hpp"
#include "launch/sink_set.hpp"
#include "runtime/channel.hpp"
#include "runtime/drainable_sink.hpp"
#include "runtime/memory.hpp"
#include "runtime/metrics.hpp"
#include "runtime/model.hpp"
#include "runtime/size_aware_sampler.hpp"
#include "stages/stage_loop.hpp"

namespace athanor {

/// One instance of an element at work: its model, stage, ports and loop, on a thread of its own.
/// Ownership: owns everything but sinks and quarantine, which must outlive it.
/// Threads:   start() and join() from one thread; metrics() from any.
class ElementRun {
public:
    struct Surroundings {
        CampaignPlan const& plan;
        Instance instance;
        SinkSet& sinks;
        Quarantine& quarantine;
        /// From every instance of the element before; none: it reads the structure file, or its
        /// share of it.
        std::vector<std::unique_ptr<ChannelReceiver>> inputs;
        /// To every instance of the next, the preferred one first; none: it writes the output.
        std::vector<std::unique_ptr<ChannelSender>> outputs;
        int local_rank = 0;  ///< on its node: which of the node's devices it takes
        MemorySpace& buffers = host_memory();  ///< where a device_buffer takes its memory
    };

    explicit ElementRun(Surroundings surroundings);

    /// `threads`: of the loops inside a step, from 1.
    void start(int threads, std::stop_token stop);
    [[nodiscard]] bool done() const { return done_.load(); }
    void join();
    /// To be saved between two steps, at once or as soon as they are done; perhaps it then stops.
    /// Nothing happens where the campaign has no checkpoints, or once it has ended.
    void ask_to_save(SaveRequest what) { save_request_.store(what); }
    /// What ended it, if something did.
    [[nodiscard]] std::exception_ptr failure() const { return failure_; }

    [[nodiscard]] StageMetrics const& metrics() const { return metrics_; }
    /// Samples of the input that fit into no batch or buffer, and went to quarantine.
    [[nodiscard]] std::int64_t refused() const { return refused_.load(); }
    /// From start() to now, or to its end.
    [[nodiscard]] double seconds() const;
    [[nodiscard]] std::string const& name() const { return name_; }

    /// Of its channels, in the order given. Expects: done().
    [[nodiscard]] std::vector<ChannelMetrics> input_metrics() const;
    [[nodiscard]] std::vector<ChannelMetrics> output_metrics() const;

private:
    void make_stage(Surroundings const& surroundings);
    void read_input(Surroundings const& surroundings);
    void make_overflow(Surroundings const& surroundings);
    void keep_checkpoints(Surroundings const& surroundings);
    void restore(Resumption const& resumption, std::filesystem::path const& file);

    Instance instance_;
    std::string name_;
    StageMetrics metrics_;
    std::unique_ptr<Model> model_;
    std::unique_ptr<SampleSource> source_;
    std::unique_ptr<SizeAwareSampler> sampler_;
    std::vector<std::unique_ptr<ChannelReceiver>> inputs_;
    std::vector<std::unique_ptr<ChannelSender>> outputs_;
    std::vector<std::unique_ptr<DrainableSink>> overflow_;
    std::unique_ptr<DeviceQueue> device_;  ///< null: steps are made on the processor
    std::unique_ptr<FusedStage> stage_;
    std::optional<CheckpointSeries> checkpoints_;
    std::atomic<SaveRequest> save_request_{SaveRequest::none};
    StagePorts ports_;
    std::atomic<std::int64_t> refused_{0};
    std::atomic<bool> done_{false};
    std::chrono::steady_clock::time_point started_;
    double seconds_ = 0.0;  ///< written before done_
    std::exception_ptr failure_;
    std::jthread thread_;
};

}  // namespace athanor
