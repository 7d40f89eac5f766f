// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/progress.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <ostream>
#include <string_view>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "launch/progress_json.hpp"
#include "launch/readable.hpp"

namespace athanor {
namespace {

constexpr double live_interval_seconds = 0.2;
constexpr double plain_interval_seconds = 5.0;
constexpr double json_interval_seconds = 1.0;
constexpr int bar_width = 30;

int terminal_width() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

double per_second(std::int64_t count, double seconds) {
    return seconds > 0 ? static_cast<double>(count) / seconds : 0.0;
}

std::string time_left(ProgressFigures const& figures) {
    auto const left = seconds_left(figures);
    return left ? fmt::format(", about {} left", readable_seconds(*left)) : "";
}

std::string readable_price(StageFigures const& stage) {
    return stage.atom_steps > 0 ? fmt::format("{:.3g}", microseconds_per_atom_step(stage)) : "-";
}

double interval_of(ProgressStyle style) {
    switch (style) {
        case ProgressStyle::live:
            return live_interval_seconds;
        case ProgressStyle::json:
            return json_interval_seconds;
        case ProgressStyle::plain:
        case ProgressStyle::off:
            break;
    }
    return plain_interval_seconds;
}

std::string overall(ProgressFigures const& figures) {
    if (figures.frames_total <= 0)
        return fmt::format("{} frames done", readable_count(figures.frames_done));
    return fmt::format("{} of {} frames done{}", readable_count(figures.frames_done),
                       readable_count(figures.frames_total), time_left(figures));
}

std::string bar(ProgressFigures const& figures) {
    if (figures.frames_total <= 0) return overall(figures);
    double const share = std::clamp(
        per_second(figures.frames_done, static_cast<double>(figures.frames_total)), 0.0, 1.0);
    int const full = static_cast<int>(share * bar_width);
    std::string text;
    for (int i = 0; i < bar_width; ++i) text += i < full ? "█" : "░";
    return fmt::format("{} {:3.0f} %  {}  {}", text, 100 * share, readable_seconds(figures.seconds),
                       overall(figures));
}

}  // namespace

ProgressStyle choose_progress_style(ProgressMode mode, bool is_terminal) {
    switch (mode) {
        case ProgressMode::automatic:
            return is_terminal ? ProgressStyle::live : ProgressStyle::plain;
        case ProgressMode::live:
            return ProgressStyle::live;
        case ProgressMode::plain:
            return ProgressStyle::plain;
        case ProgressMode::json:
            return ProgressStyle::json;
        case ProgressMode::off:
            return ProgressStyle::off;
    }
    return ProgressStyle::off;
}

bool standard_error_is_terminal() {
    char const* const kind = std::getenv("TERM");
    return isatty(STDERR_FILENO) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
}

double microseconds_per_atom_step(StageFigures const& stage) {
    if (stage.atom_steps <= 0) return 0.0;
    double const working =
        std::max(0.0, stage.seconds - stage.waiting_input_seconds - stage.waiting_room_seconds);
    return 1e6 * working / static_cast<double>(stage.atom_steps);
}

std::optional<double> seconds_left(ProgressFigures const& figures) {
    std::int64_t const done_now = figures.frames_done - figures.frames_done_before;
    if (done_now <= 0 || figures.frames_done >= figures.frames_total) return std::nullopt;
    return figures.seconds * static_cast<double>(figures.frames_total - figures.frames_done) /
           static_cast<double>(done_now);
}

ProgressDisplay::ProgressDisplay(std::ostream& out, ProgressStyle style, int width)
    : out_(out), style_(style), width_(width) {}

bool ProgressDisplay::due(double seconds) const {
    if (style_ == ProgressStyle::off) return false;
    return seconds - last_.seconds >= interval_of(style_);
}

void ProgressDisplay::update(ProgressFigures const& figures) {
    if (due(figures.seconds)) draw(figures);
}

void ProgressDisplay::finish(ProgressFigures const& figures) {
    if (style_ == ProgressStyle::off) return;
    last_ = {};  // what stays on the screen speaks of the whole run
    draw(figures);
    style_ = ProgressStyle::off;
}

void ProgressDisplay::clear() {
    if (lines_on_screen_ == 0) return;
    out_ << fmt::format("\x1b[{}A\r\x1b[J", lines_on_screen_) << std::flush;
    lines_on_screen_ = 0;
}

void ProgressDisplay::draw(ProgressFigures const& figures) {
    if (style_ == ProgressStyle::live)
        draw_live(figures);
    else if (style_ == ProgressStyle::json)
        draw_json(figures);
    else
        draw_plain(figures);
    out_ << std::flush;
    last_ = figures;
}

StageFigures ProgressDisplay::since_last(ProgressFigures const& figures, std::size_t stage) const {
    StageFigures now = figures.stages[stage];
    if (stage >= last_.stages.size() || now.seconds <= last_.stages[stage].seconds) return now;
    StageFigures const& before = last_.stages[stage];
    now.steps -= before.steps;
    now.atom_steps -= before.atom_steps;
    now.seconds -= before.seconds;
    now.waiting_input_seconds -= before.waiting_input_seconds;
    now.waiting_room_seconds -= before.waiting_room_seconds;
    return now;
}

void ProgressDisplay::draw_live(ProgressFigures const& figures) {
    std::vector<std::vector<std::string>> rows{{"stage", "in", "active", "out", "failed", "steps/s",
                                                "atom·steps/s", "µs/atom/step", "wait input",
                                                "wait room"}};
    for (std::size_t s = 0; s < figures.stages.size(); ++s) {
        StageFigures const recent = since_last(figures, s);
        rows.push_back({recent.name, readable_count(recent.in), readable_count(recent.active),
                        readable_count(recent.out), readable_count(recent.failed),
                        readable_rate(per_second(recent.steps, recent.seconds)),
                        readable_rate(per_second(recent.atom_steps, recent.seconds)),
                        readable_price(recent),
                        readable_share(recent.waiting_input_seconds, recent.seconds),
                        readable_share(recent.waiting_room_seconds, recent.seconds)});
    }
    std::vector<std::string> lines = align_columns(rows);
    lines.push_back(bar(figures));
    // A line that wrapped would make the cursor come back to the wrong place.
    int const width = width_ > 0 ? width_ : terminal_width();
    if (lines_on_screen_ > 0) out_ << fmt::format("\x1b[{}A", lines_on_screen_);
    for (std::string const& line : lines) out_ << '\r' << cut_to_width(line, width) << "\x1b[K\n";
    lines_on_screen_ = static_cast<int>(lines.size());
}

void ProgressDisplay::draw_plain(ProgressFigures const& figures) {
    std::string const time = readable_seconds(figures.seconds);
    for (std::size_t s = 0; s < figures.stages.size(); ++s) {
        StageFigures const recent = since_last(figures, s);
        out_ << fmt::format(
            "[{}] {}: in {}, active {}, out {}, failed {}, {} steps/s, {} atom·steps/s, {} "
            "µs/atom/step, waiting for input {}, for room {}\n",
            time, recent.name, readable_count(recent.in), readable_count(recent.active),
            readable_count(recent.out), readable_count(recent.failed),
            readable_rate(per_second(recent.steps, recent.seconds)),
            readable_rate(per_second(recent.atom_steps, recent.seconds)), readable_price(recent),
            readable_share(recent.waiting_input_seconds, recent.seconds),
            readable_share(recent.waiting_room_seconds, recent.seconds));
    }
    out_ << fmt::format("[{}] {}\n", time, overall(figures));
}

void ProgressDisplay::draw_json(ProgressFigures const& figures) {
    ProgressFigures recent = figures;
    for (std::size_t s = 0; s < figures.stages.size(); ++s)
        recent.stages[s] = since_last(figures, s);
    out_ << progress_line(recent) << '\n';
}

}  // namespace athanor
