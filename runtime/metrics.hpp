// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "runtime/trace.hpp"

namespace athanor {

/// Where a stage's time goes; the parts of the table at the end of a run.
enum class TimePart : int {
    forces,
    neighbors,
    update,
    hooks,
    pack,
    wait_for_input,
    wait_for_room,
    write,
    other
};
inline constexpr int time_part_count = 9;
[[nodiscard]] constexpr std::string_view name_of(TimePart part) {
    constexpr std::array<std::string_view, time_part_count> names{
        "forces",           "neighbours", "update", "hooks", "pack", "waiting for input",
        "waiting for room", "write",      "other"};
    return names[static_cast<int>(part)];
}

/// What one stage instance has done so far.
/// Threads: written by the thread that drives the stage, read by any (each figure is right by
///          itself; two figures read together may be a step apart).
struct StageMetrics {
    std::atomic<std::int64_t> samples_in{0};
    std::atomic<std::int64_t> samples_active{0};
    std::atomic<std::int64_t> samples_out{0};  ///< handed on or written, failed ones not counted
    std::atomic<std::int64_t> converged{0};
    std::atomic<std::int64_t> budget_spent{0};
    std::atomic<std::int64_t> failed{0};
    std::atomic<std::int64_t> overflowed{0};    ///< of those that came, set aside for want of room
    std::atomic<std::int64_t> steps{0};         ///< steps of the batch
    std::atomic<std::int64_t> sample_steps{0};  ///< steps of samples, summed
    std::atomic<std::int64_t> atom_steps{0};    ///< steps of atoms, summed
    /// Times a device's neighbour rows were made longer, because a sample had become denser.
    std::atomic<std::int64_t> list_growths{0};
    /// Where a device makes the steps: those of `sample_steps` that the host made all the same, for
    /// a hook that fires there alone.
    std::atomic<std::int64_t> host_steps{0};
    /// Times a device's next step had to wait because all room for rows on their way to a snapshot
    /// or a log was taken.
    std::atomic<std::int64_t> row_waits{0};
    /// Times samples on a device were moved together because one that came would have fitted in no
    /// hole between them.
    std::atomic<std::int64_t> compactions{0};
    /// Atoms in the batch and room for atoms, summed over the steps before the input ended.
    std::atomic<std::int64_t> held_atoms{0}, room_for_atoms{0};
    std::array<std::atomic<std::int64_t>, time_part_count> nanoseconds{};

    [[nodiscard]] double seconds(TimePart part) const {
        return 1e-9 * static_cast<double>(nanoseconds[static_cast<int>(part)].load());
    }
    /// Mean share of the batch that was full of atoms until the input ended; 0 without a step.
    [[nodiscard]] double fill() const {
        auto const room = static_cast<double>(room_for_atoms.load());
        return room > 0.0 ? static_cast<double>(held_atoms.load()) / room : 0.0;
    }
    void add_time(TimePart part, std::chrono::nanoseconds time) {
        nanoseconds[static_cast<int>(part)].fetch_add(time.count(), std::memory_order_relaxed);
    }
};

/// Divides the time of one thread among the parts, without gaps: every call gives the time since
/// the last one to a part, and to a trace where there is one.
class StageClock {
public:
    using TimePoint = Trace::TimePoint;

    explicit StageClock(StageMetrics& metrics, Trace* trace = nullptr)
        : metrics_(metrics), last_(Clock::now()) {
        show_on(trace);
    }
    /// From now on parts are shown as ranges too, under their names; nullptr: no longer.
    void show_on(Trace* trace);
    void give_to(TimePart part) { give_to(part, names_[static_cast<std::size_t>(part)]); }
    /// The range has a name of its own, and the number of samples that it was about.
    void give_to(TimePart part, TraceName name, std::int64_t samples = 0) {
        auto const now = Clock::now();
        metrics_.add_time(part, now - last_);
        if (trace_ != nullptr) trace_->record(name, last_, now, samples);
        last_ = now;
    }
    /// When time was last given to something.
    [[nodiscard]] TimePoint last() const { return last_; }

private:
    using Clock = std::chrono::steady_clock;
    StageMetrics& metrics_;
    Trace* trace_ = nullptr;
    std::array<TraceName, time_part_count> names_{};
    TimePoint last_;
};

}  // namespace athanor
