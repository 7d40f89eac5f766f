// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launch/progress.hpp"

namespace athanor {

/// The lines of `--progress json`, each one JSON object. Members may be added, none changes.
///
/// {"event": "progress", "seconds": since the start, "samples_total": of the input or null where it
///  is not known, "samples_done": through the last stage or failed, "seconds_left": or null,
///  "stages": [{"name", "in", "active", "out", "failed": samples since the start,
///              "steps_per_second", "atom_steps_per_second", "microseconds_per_atom_step" or null,
///              "waiting_for_input", "waiting_for_room": shares of the time, 0 to 1}, ...]}
///
/// Rates and shares are those since the line before. The last such line speaks of the whole run.
/// Expects: steps and seconds of `recent.stages` count from the line before.
[[nodiscard]] std::string progress_line(ProgressFigures const& recent);

/// {"event": "note", "text": ...}: what a person would be told before the start.
[[nodiscard]] std::string note_line(std::string const& text);

}  // namespace athanor
