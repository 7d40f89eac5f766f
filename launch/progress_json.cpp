// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/progress_json.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace athanor {
namespace {

using nlohmann::json;

double ratio(double part, double whole) { return whole > 0.0 ? part / whole : 0.0; }

json to_json(StageFigures const& stage) {
    auto const share = [&stage](double part) {
        return std::clamp(ratio(part, stage.seconds), 0.0, 1.0);
    };
    return {{"name", stage.name},
            {"in", stage.in},
            {"active", stage.active},
            {"out", stage.out},
            {"failed", stage.failed},
            {"steps_per_second", ratio(static_cast<double>(stage.steps), stage.seconds)},
            {"atom_steps_per_second", ratio(static_cast<double>(stage.atom_steps), stage.seconds)},
            {"microseconds_per_atom_step",
             stage.atom_steps > 0 ? json(microseconds_per_atom_step(stage)) : json(nullptr)},
            {"waiting_for_input", share(stage.waiting_input_seconds)},
            {"waiting_for_room", share(stage.waiting_room_seconds)}};
}

std::string on_one_line(json const& object) {
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string progress_line(ProgressFigures const& recent) {
    json stages = json::array();
    for (StageFigures const& stage : recent.stages) stages.push_back(to_json(stage));
    auto const left = seconds_left(recent);
    return on_one_line(
        {{"event", "progress"},
         {"seconds", recent.seconds},
         {"samples_total", recent.frames_total > 0 ? json(recent.frames_total) : json(nullptr)},
         {"samples_done", recent.frames_done},
         {"seconds_left", left ? json(*left) : json(nullptr)},
         {"stages", stages}});
}

std::string note_line(std::string const& text) {
    return on_one_line({{"event", "note"}, {"text", text}});
}

}  // namespace athanor
