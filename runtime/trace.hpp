// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/ids.hpp"

namespace athanor {

/// A name that a trace knows; the default stands for "not recorded".
using TraceName = StrongId<struct TraceNameTag, std::int32_t>;

/// What kind of thing a range shows. Ranges of the first three belong to a step, the others lie
/// between steps.
enum class TraceCategory : std::uint8_t { step, hook, kernel, channel, sink };
[[nodiscard]] std::string_view name_of(TraceCategory category);

/// One timed range.
struct TraceEvent {
    TraceName name;
    std::int32_t count = 0;  ///< samples it was about; 0: not said
    std::chrono::steady_clock::time_point begin;
    std::chrono::nanoseconds duration{0};
};

/// All ranges of one name, also of those that found no room.
struct TraceSummary {
    std::string name;
    TraceCategory category;
    std::int64_t ranges = 0;
    std::int64_t samples = 0;  ///< sum of the counts
    double total_seconds = 0.0;
    double mean_seconds = 0.0;
    double std_seconds = 0.0;  ///< of these ranges: divided by their number, not by one less
    double min_seconds = 0.0;
    double max_seconds = 0.0;
};

struct TraceOptions {
    std::size_t max_events = 1'000'000;  ///< 24 bytes each, from the start
    /// Steps of the batch from one that is recorded to the next, above 0. What lies between steps
    /// is always recorded.
    int frequency = 1;
    bool inside_steps = true;  ///< hooks and kernels too; without, whole steps only
    bool nvtx = false;         ///< whoever records steps and hooks shows them to NVTX as well
};

/// A bounded list of timed ranges, with figures over all of them.
/// Bound:   events() never grows beyond max_events; what comes later is counted in dropped() and in
///          the summary. add_name() allocates, record() does not.
/// Joining: a range that begins where the last one ended and has its name goes on with it, where
///          the name says so: a loop that waits is one range, however often it turns.
/// Threads: the one that drives the stage; read when that one is done.
class Trace {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit Trace(TraceOptions options);

    /// The id of a name; the same for the same name and category. Gives the default id, which
    /// record() ignores, for what the options leave out.
    [[nodiscard]] TraceName add_name(std::string_view name, TraceCategory category,
                                     bool joins = false);
    /// The next step of the batch begins: from here on the frequency decides anew.
    void begin_step() { step_is_recorded_ = steps_++ % options_.frequency == 0; }
    [[nodiscard]] bool records(TraceName name) const {
        return name.value() >= 0 &&
               (step_is_recorded_ || !names_[static_cast<std::size_t>(name.value())].inside_step);
    }
    void record(TraceName name, TimePoint begin, TimePoint end, std::int64_t count = 0);
    /// The name for NVTX, when it is to be shown there now; otherwise nullptr.
    [[nodiscard]] char const* nvtx_label(TraceName name) const {
        return options_.nvtx && records(name)
                   ? names_[static_cast<std::size_t>(name.value())].text.c_str()
                   : nullptr;
    }

    [[nodiscard]] TraceOptions const& options() const { return options_; }
    /// In the order in which they ended.
    [[nodiscard]] std::span<TraceEvent const> events();
    [[nodiscard]] std::int64_t dropped();
    /// Names that have ranges, the one with most time first.
    [[nodiscard]] std::vector<TraceSummary> summary();
    [[nodiscard]] std::string const& text(TraceName name) const;
    [[nodiscard]] TraceCategory category(TraceName name) const;

private:
    struct Name {
        std::string text;
        TraceCategory category;
        bool joins;
        bool inside_step;
        // Mean and spread as they come (Welford, Technometrics 4, 419 (1962)) [ns].
        std::int64_t ranges = 0, samples = 0, total = 0, least = 0, most = 0;
        double mean = 0.0, squares = 0.0;
    };
    void settle();

    TraceOptions options_;
    std::vector<Name> names_;
    std::vector<TraceEvent> events_;
    std::optional<TraceEvent> last_;  ///< may still be joined; not among events_ yet
    std::int64_t dropped_ = 0;
    std::int64_t steps_ = 0;
    bool step_is_recorded_ = true;
};

}  // namespace athanor
