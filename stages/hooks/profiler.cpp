// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/profiler.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

constexpr std::size_t flush_bytes = 1 << 20;

TraceOptions trace_options(ProfilerOptions const& options) {
    require_option(options.frequency >= 1, "frequency", options.frequency, "1 or more");
    require_option(options.max_events >= 1, "max_events", static_cast<double>(options.max_events),
                   "1 or more");
    return {.max_events = static_cast<std::size_t>(options.max_events),
            .frequency = options.frequency,
            .inside_steps = options.ranges == ProfilerRanges::all,
            .nvtx = options.nvtx};
}

/// Now by the steady clock is when `time_zero` was by the clock on the wall; never later than now.
Trace::TimePoint steady_zero(ProfilerPlace const& place) {
    using Steady = std::chrono::steady_clock;
    auto zero = Steady::now();
    if (!place.time_zero) return zero;
    auto narrowest = Steady::duration::max();
    for (int attempt = 0; attempt < 8; ++attempt) {  // one may be interrupted between the clocks
        auto const before = Steady::now();
        auto const wall = std::chrono::system_clock::now();
        auto const width = Steady::now() - before;
        if (width >= narrowest) continue;
        narrowest = width;
        zero = before - std::max<Steady::duration>(wall - *place.time_zero, {});
    }
    return zero;
}

/// A JSON string of UTF-8 text.
std::string json_string(std::string_view text) {
    std::string out = "\"";
    for (char const c : text) {
        if (c == '"' || c == '\\')
            out += {'\\', c};
        else if (static_cast<unsigned char>(c) < 0x20)
            out += fmt::format("\\u{:04x}", static_cast<int>(c));
        else
            out += c;
    }
    return out + '"';
}

/// "pid" and "tid", from 1: Perfetto takes 0 for the idle process of a system.
std::string place_members(ProfilerPlace const& place) {
    return fmt::format(R"("pid":{},"tid":{})", place.rank.value() + 1, place.stage.value() + 1);
}

std::string heading(ProfilerPlace const& place) {
    auto const metadata = [&](std::string_view what, std::string_view key,
                              std::string const& value) {
        return fmt::format(R"({{"name":"{}","ph":"M",{},"args":{{"{}":{}}}}})", what,
                           place_members(place), key, value);
    };
    return fmt::format(
        "{{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n{},\n{},\n{}",
        metadata("process_name", "name", json_string(fmt::format("rank {}", place.rank.value()))),
        metadata("thread_name", "name", json_string(place.stage_name)),
        metadata("thread_sort_index", "sort_index", fmt::format("{}", place.stage.value())));
}

std::string footing(ProfilerOptions const& options, Trace& trace) {
    std::string text = fmt::format(
        "\n],\"otherData\":{{\"frequency\":{},\"max_events\":{},\"dropped_events\":{},"
        "\"summary\":[",
        options.frequency, options.max_events, trace.dropped());
    bool first = true;
    for (TraceSummary const& s : trace.summary())
        text += fmt::format(
            "{}\n{{\"name\":{},\"category\":\"{}\",\"ranges\":{},\"samples\":{},"
            "\"total_seconds\":{},\"mean_seconds\":{},\"std_seconds\":{},\"min_seconds\":{},"
            "\"max_seconds\":{}}}",
            std::exchange(first, false) ? "" : ",", json_string(s.name), name_of(s.category),
            s.ranges, s.samples, s.total_seconds, s.mean_seconds, s.std_seconds, s.min_seconds,
            s.max_seconds);
    return text + "\n]}}\n";
}

}  // namespace

Profiler::Profiler(ProfilerOptions options, ProfilerPlace place)
    : options_(std::move(options)),
      place_(std::move(place)),
      trace_(trace_options(options_)),
      zero_(steady_zero(place_)) {}

Profiler::~Profiler() {
    if (!file_) return;
    file_.reset();
    std::error_code ignored;
    std::filesystem::remove(part_path(), ignored);
}

void Profiler::fail(char const* what) const {
    throw StorageError(fmt::format("{}: {}: {}", options_.path, what, std::strerror(errno)));
}

void Profiler::open() {
    // At the start: a path that is wrong must not show at the end of a long campaign.
    std::error_code ignored;  // fopen() says what is wrong
    std::filesystem::path const path = options_.path;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
    if (std::filesystem::is_directory(path, ignored)) {
        errno = EISDIR;
        fail("cannot be made");
    }
    file_.reset(std::fopen(part_path().c_str(), "wb"));
    if (!file_) fail("cannot be made");
}

void Profiler::close() {
    if (!file_) return;
    std::string text = heading(place_);
    put(text);
    write_events();
    text = footing(options_, trace_);
    put(text);
    if (std::fclose(file_.release()) != 0 ||
        std::rename(part_path().c_str(), options_.path.c_str()) != 0)
        fail("cannot be written");
}

void Profiler::put(std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size())
        fail("cannot be written");
    text.clear();
}

void Profiler::write_events() {
    auto const recorded = trace_.events();
    // Outer ranges before those inside them, as viewers want them that go by order.
    std::vector<TraceEvent> events(recorded.begin(), recorded.end());
    std::stable_sort(events.begin(), events.end(), [](TraceEvent const& a, TraceEvent const& b) {
        return std::pair(a.begin, -a.duration) < std::pair(b.begin, -b.duration);
    });
    std::vector<std::string> heads;  // by name: they hold most of the text
    auto const microseconds = [](std::chrono::nanoseconds time) {
        return std::chrono::duration<double, std::micro>(time).count();
    };
    std::string text;
    for (TraceEvent const& event : events) {
        auto const k = static_cast<std::size_t>(event.name.value());
        while (heads.size() <= k) {
            TraceName const name{static_cast<std::int32_t>(heads.size())};
            heads.push_back(fmt::format(",\n{{\"name\":{},\"cat\":\"{}\",\"ph\":\"X\",{}",
                                        json_string(trace_.text(name)),
                                        name_of(trace_.category(name)), place_members(place_)));
        }
        text += heads[k];
        fmt::format_to(std::back_inserter(text), ",\"ts\":{:.3f},\"dur\":{:.3f}",
                       microseconds(event.begin - zero_), microseconds(event.duration));
        if (event.count > 0)
            fmt::format_to(std::back_inserter(text), ",\"args\":{{\"samples\":{}}}", event.count);
        text += '}';
        if (text.size() > flush_bytes) put(text);
    }
    put(text);
}

}  // namespace athanor
