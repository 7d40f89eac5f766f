// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launch/placement.hpp"
#include "runtime/channel.hpp"

namespace athanor {

/// What one half of a channel did, as its rank knows it: plain bytes, the same on every rank.
struct ChannelHalf {
    int channel;  ///< position in Placement::edges()
    int sends;    ///< 1: the sending half
    ChannelMetrics metrics;
};

/// One channel at the end of a campaign, put together from both halves.
struct ChannelFigures {
    InstanceEdge edge{};
    std::int64_t messages = 0, samples = 0, bytes = 0;
    double seconds_without_credit = 0;  ///< of the producer
    double seconds_without_input = 0;   ///< of the consumer
};

/// The halves of one rank as text that can be gathered, and all of them by channel.
[[nodiscard]] std::string to_bytes(std::vector<ChannelHalf> const& halves);
[[nodiscard]] std::vector<ChannelFigures> join_halves(std::vector<std::string> const& gathered,
                                                      Placement const& placement);

/// The table of a run's channels, one line per pair of elements; nothing without channels. Shares
/// are the mean over channels of the time that the run took.
[[nodiscard]] std::string channel_table(std::vector<ChannelFigures> const& channels,
                                        PipelineSpec const& pipeline, Placement const& placement,
                                        double wall_seconds);

}  // namespace athanor
