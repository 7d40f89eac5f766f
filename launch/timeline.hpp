// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "launch/progress.hpp"

namespace athanor {

/// What one instance had done by a moment; all but `active` only ever grow.
struct InstanceMoment {
    std::int64_t in = 0, active = 0, out = 0, failed = 0, steps = 0, atom_steps = 0;
    double seconds = 0, waiting_input_seconds = 0, waiting_room_seconds = 0;
};

/// All instances at one moment.
struct TimelinePoint {
    double seconds = 0;  ///< since the start
    std::vector<InstanceMoment> instances;
};

/// How a campaign went: what every instance had done, at moments an interval apart.
/// Bound:   at most `most_points` points. When they are there, every second one goes and the
///          interval doubles. Since points hold sums, what is left is as right as before.
/// Threads: one.
class Timeline {
public:
    explicit Timeline(double interval_seconds, std::size_t most_points = 400);

    /// True when an interval has passed since the last point.
    [[nodiscard]] bool due(double seconds) const;
    /// Adds a point, due or not; points must come in the order of time.
    void add(double seconds, std::vector<StageFigures> const& instances);

    [[nodiscard]] double interval_seconds() const { return interval_seconds_; }
    [[nodiscard]] std::vector<TimelinePoint> const& points() const { return points_; }

private:
    void thin_out();

    double interval_seconds_;
    std::size_t most_points_;
    std::vector<TimelinePoint> points_;
};

}  // namespace athanor
