// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace athanor {

/// What a person asks for.
enum class ProgressMode { automatic, live, plain, json, off };
/// What is then drawn: lines that change in place, lines that follow each other, lines for programs
/// (see progress_json.hpp), or nothing.
enum class ProgressStyle { live, plain, json, off };

/// Live on a terminal, plain elsewhere, unless the person said otherwise.
[[nodiscard]] ProgressStyle choose_progress_style(ProgressMode mode, bool is_terminal);
/// True when standard error is a terminal that understands cursor movement.
[[nodiscard]] bool standard_error_is_terminal();

/// How far one stage is. Counts and seconds go from the start of the run.
struct StageFigures {
    std::string name;
    int rank = 0;
    std::int64_t in = 0;      ///< samples that entered
    std::int64_t active = 0;  ///< samples in its batch now
    std::int64_t out = 0;     ///< samples that went on
    std::int64_t failed = 0;  ///< samples that went to quarantine
    std::int64_t steps = 0;   ///< of the batch
    std::int64_t atom_steps = 0;
    double seconds = 0;
    double waiting_input_seconds = 0;
    double waiting_room_seconds = 0;
};

/// Time for one step of one atom [µs], without the time in which the stage waited; 0 without steps.
[[nodiscard]] double microseconds_per_atom_step(StageFigures const& stage);

/// How far the campaign is.
struct ProgressFigures {
    std::vector<StageFigures> stages;
    std::int64_t frames_total = 0;        ///< of the input; 0: not known
    std::int64_t frames_done = 0;         ///< through the last stage, or failed
    std::int64_t frames_done_before = 0;  ///< of these, in runs that this one goes on with
    double seconds = 0;                   ///< since the start
};

/// From the pace so far [s]; nothing before the first frame is done or after the last.
[[nodiscard]] std::optional<double> seconds_left(ProgressFigures const& figures);

/// Shows figures while a campaign runs. Rates and waiting times are those since the last drawing.
/// Ownership: the stream stays with the caller and outlives the display.
/// Threads:   one.
class ProgressDisplay {
public:
    /// `width` is the terminal's, in columns; 0 asks the terminal at standard error each time.
    ProgressDisplay(std::ostream& out, ProgressStyle style, int width = 0);

    /// True when it is time to draw again: five times a second live, every five seconds plain,
    /// every second for programs.
    [[nodiscard]] bool due(double seconds) const;
    /// Draws when due; costs nothing otherwise.
    void update(ProgressFigures const& figures);
    /// Draws the last state, and leaves it on the screen. Nothing is drawn after that.
    void finish(ProgressFigures const& figures);
    /// Takes the live lines off the screen so that another message can be printed.
    void clear();

private:
    void draw(ProgressFigures const& figures);
    void draw_live(ProgressFigures const& figures);
    void draw_plain(ProgressFigures const& figures);
    void draw_json(ProgressFigures const& figures);
    [[nodiscard]] StageFigures since_last(ProgressFigures const& figures, std::size_t stage) const;

    std::ostream& out_;
    ProgressStyle style_;
    int width_;
    int lines_on_screen_ = 0;
    ProgressFigures last_;
};

}  // namespace athanor
