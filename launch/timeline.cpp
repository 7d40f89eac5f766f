// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/timeline.hpp"

#include <algorithm>
#include <utility>

namespace athanor {

Timeline::Timeline(double interval_seconds, std::size_t most_points)
    : interval_seconds_(interval_seconds), most_points_(std::max<std::size_t>(most_points, 4)) {}

bool Timeline::due(double seconds) const {
    return points_.empty() || seconds - points_.back().seconds >= interval_seconds_;
}

void Timeline::add(double seconds, std::vector<StageFigures> const& instances) {
    if (points_.size() == most_points_) thin_out();
    TimelinePoint point{seconds, {}};
    point.instances.reserve(instances.size());
    for (StageFigures const& f : instances)
        point.instances.push_back({f.in, f.active, f.out, f.failed, f.steps, f.atom_steps,
                                   f.seconds, f.waiting_input_seconds, f.waiting_room_seconds});
    points_.push_back(std::move(point));
}

void Timeline::thin_out() {
    std::size_t kept = 0;
    for (std::size_t k = 0; k < points_.size(); k += 2) {
        if (k != kept) points_[kept] = std::move(points_[k]);
        ++kept;
    }
    points_.resize(kept);
    interval_seconds_ *= 2;
}

}  // namespace athanor
