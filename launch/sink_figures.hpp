// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "launch/config.hpp"

namespace athanor {

/// What one sink did on one rank: plain bytes, the same on every rank.
struct SinkFigures {
    std::int32_t sink = 0;  ///< position in Config::sinks
    std::int32_t rank = 0;
    std::int64_t rows = 0;       ///< written, those that stood there before left out
    double stalled_seconds = 0;  ///< for which steps waited until its queue had room
    bool operator==(SinkFigures const&) const = default;
};

/// Those of one rank as text that can be gathered, and all of them by sink and rank.
[[nodiscard]] std::string to_bytes(std::vector<SinkFigures> const& figures);
[[nodiscard]] std::vector<SinkFigures> join_sinks(std::vector<std::string> const& gathered);

/// The name that the configuration has for it.
[[nodiscard]] std::string const& sink_name(SinkFigures const& figures, Config const& config);

/// The table of a run's sinks, a line for each and rank, and which of them leave nothing behind;
/// nothing without sinks.
[[nodiscard]] std::string sink_table(std::vector<SinkFigures> const& figures, Config const& config,
                                     double wall_seconds);

}  // namespace athanor
