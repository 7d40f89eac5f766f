// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/trace.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/expects.hpp"

namespace athanor {

std::string_view name_of(TraceCategory category) {
    constexpr std::array<std::string_view, 5> names{"step", "hook", "kernel", "channel", "sink"};
    return names[static_cast<std::size_t>(category)];
}

Trace::Trace(TraceOptions options) : options_(options) {
    ATHANOR_EXPECTS(options.frequency >= 1);
    events_.reserve(options.max_events);
}

TraceName Trace::add_name(std::string_view name, TraceCategory category, bool joins) {
    bool const part_of_step = category == TraceCategory::hook || category == TraceCategory::kernel;
    if (part_of_step && !options_.inside_steps) return TraceName{};
    for (std::size_t k = 0; k < names_.size(); ++k)
        if (names_[k].text == name && names_[k].category == category)
            return TraceName{static_cast<std::int32_t>(k)};
    bool const inside_step = part_of_step || category == TraceCategory::step;
    names_.push_back({std::string(name), category, joins, inside_step});
    return TraceName{static_cast<std::int32_t>(names_.size() - 1)};
}

void Trace::record(TraceName name, TimePoint begin, TimePoint end, std::int64_t count) {
    if (!records(name)) return;
    auto const samples = static_cast<std::int32_t>(count);
    if (last_ && last_->name == name && last_->begin + last_->duration == begin &&
        names_[static_cast<std::size_t>(name.value())].joins) {
        last_->duration += end - begin;
        last_->count += samples;
        return;
    }
    settle();
    last_ = TraceEvent{name, samples, begin, end - begin};
}

void Trace::settle() {
    if (!last_) return;
    Name& name = names_[static_cast<std::size_t>(last_->name.value())];
    std::int64_t const time = last_->duration.count();
    name.least = name.ranges == 0 ? time : std::min(name.least, time);
    name.most = std::max(name.most, time);
    ++name.ranges;
    name.samples += last_->count;
    name.total += time;
    double const from_old_mean = static_cast<double>(time) - name.mean;
    name.mean += from_old_mean / static_cast<double>(name.ranges);
    name.squares += from_old_mean * (static_cast<double>(time) - name.mean);
    if (events_.size() < options_.max_events)
        events_.push_back(*last_);
    else
        ++dropped_;
    last_.reset();
}

std::span<TraceEvent const> Trace::events() {
    settle();
    return events_;
}

std::int64_t Trace::dropped() {
    settle();
    return dropped_;
}

std::vector<TraceSummary> Trace::summary() {
    settle();
    std::vector<TraceSummary> all;
    for (Name const& name : names_) {
        if (name.ranges == 0) continue;
        auto const ranges = static_cast<double>(name.ranges);
        all.push_back({.name = name.text,
                       .category = name.category,
                       .ranges = name.ranges,
                       .samples = name.samples,
                       .total_seconds = 1e-9 * static_cast<double>(name.total),
                       .mean_seconds = 1e-9 * static_cast<double>(name.total) / ranges,
                       .std_seconds = 1e-9 * std::sqrt(name.squares / ranges),
                       .min_seconds = 1e-9 * static_cast<double>(name.least),
                       .max_seconds = 1e-9 * static_cast<double>(name.most)});
    }
    std::stable_sort(all.begin(), all.end(), [](TraceSummary const& a, TraceSummary const& b) {
        return a.total_seconds > b.total_seconds;
    });
    return all;
}

std::string const& Trace::text(TraceName name) const {
    ATHANOR_EXPECTS(name.value() >= 0);
    return names_[static_cast<std::size_t>(name.value())].text;
}

TraceCategory Trace::category(TraceName name) const {
    ATHANOR_EXPECTS(name.value() >= 0);
    return names_[static_cast<std::size_t>(name.value())].category;
}

}  // namespace athanor
