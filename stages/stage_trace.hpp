// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/hook.hpp"
#include "runtime/metrics.hpp"
#include "runtime/trace.hpp"
#include "stages/nvtx_range.hpp"

namespace athanor {

/// What a stage shows on the timeline of its profiler: steps, admissions and hooks (parts of a step
/// come from the StageClock). Without a profiler it shows nothing, and costs a test.
/// Names: "step", "admission", "hook <name> <point>".
/// Threads: the one that drives the stage.
class StageTrace {
public:
    using Hooks = std::vector<std::shared_ptr<Hook>>;

    /// Takes the trace that one of the hooks offers. Throws ConfigError for a second one.
    void find_profiler(std::string const& stage, Hooks const& hooks);
    /// Called once for each sub-stage, in their order, after all find_profiler().
    void name_hooks(Hooks const& hooks);

    /// nullptr: nobody profiles the stage.
    [[nodiscard]] Trace* trace() const { return trace_; }
    void begin_step() const {
        if (trace_ != nullptr) trace_->begin_step();
    }

    /// From the clock's last call before it to the last one within it, also when left by an
    /// exception.
    class Range {
    public:
        Range(StageClock const& clock, Trace* trace, TraceName name, std::int64_t samples)
            : clock_(clock),
              trace_(trace),
              name_(name),
              samples_(samples),
              begin_(clock.last()),
              nvtx_(trace != nullptr ? trace->nvtx_label(name) : nullptr) {}
        ~Range() {
            if (trace_ != nullptr) trace_->record(name_, begin_, clock_.last(), samples_);
        }
        Range(Range const&) = delete;
        Range& operator=(Range const&) = delete;

    private:
        StageClock const& clock_;
        Trace* trace_;
        TraceName name_;
        std::int64_t samples_;
        Trace::TimePoint begin_;
        NvtxRange nvtx_;
    };
    [[nodiscard]] Range step(StageClock const& clock, std::int64_t samples) const {
        return {clock, trace_, step_, samples};
    }
    [[nodiscard]] Range admission(StageClock const& clock, std::int64_t samples) const {
        return {clock, trace_, admission_, samples};
    }

    /// One firing: its time goes to the hooks, and to a range of the hook's own.
    class HookRange {
    public:
        HookRange(StageClock& clock, Trace* trace, TraceName name, std::int64_t samples)
            : clock_(clock),
              name_(name),
              samples_(samples),
              nvtx_(trace != nullptr ? trace->nvtx_label(name) : nullptr) {}
        ~HookRange() { clock_.give_to(TimePart::hooks, name_, samples_); }
        HookRange(HookRange const&) = delete;
        HookRange& operator=(HookRange const&) = delete;

    private:
        StageClock& clock_;
        TraceName name_;
        std::int64_t samples_;
        NvtxRange nvtx_;
    };
    /// Hook number `hook` of the sub-stage with this status code.
    [[nodiscard]] HookRange firing(StageClock& clock, int code, std::size_t hook, HookPoint point,
                                   std::int64_t samples) const {
        TraceName const name =
            trace_ != nullptr ? hooks_[code][hook][static_cast<std::size_t>(point)] : TraceName{};
        return {clock, trace_, name, samples};
    }

private:
    static constexpr std::size_t point_count =
        static_cast<std::size_t>(HookPoint::on_admission) + 1;

    Trace* trace_ = nullptr;
    std::string profiled_stage_;
    TraceName step_, admission_;
    std::vector<std::vector<std::array<TraceName, point_count>>> hooks_;  ///< by code, place, point
};

}  // namespace athanor
