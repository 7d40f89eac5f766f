// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/channel_state.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace athanor {

int ChannelState::occupied() const {
    std::uint64_t const sent = side == ChannelSide::sender ? sequence.load() : answered.load();
    std::uint64_t const emptied = side == ChannelSide::sender ? answered.load() : sequence.load();
    // Read a moment apart, they may seem to have passed each other.
    return sent < emptied
               ? 0
               : static_cast<int>(std::min(sent - emptied, static_cast<std::uint64_t>(slots)));
}

std::string ChannelState::describe() const {
    std::string const name =
        fmt::format("channel {}{}", edge.value(), link.empty() ? "" : " (" + link + ")");
    int const full = occupied();
    if (side == ChannelSide::sender)
        return fmt::format(
            "{}, sending: next message {}, {} given back, credit for {}, {} of {} slots occupied{}",
            name, sequence.load(), answered.load(), slots - full, full, slots,
            ended.load() ? ", end of stream sent" : "");
    return fmt::format(
        "{}, receiving: next message {}, {} arrived, {} of {} slots occupied, {} samples left in "
        "the open one{}",
        name, sequence.load(), answered.load(), full, slots, open_samples.load(),
        ended.load() ? ", end of stream received" : "");
}

std::shared_ptr<ChannelState> ChannelStates::add(EdgeId edge, ChannelSide side, int slots,
                                                 std::string link) {
    auto state = std::make_shared<ChannelState>();
    state->edge = edge;
    state->side = side;
    state->slots = slots;
    state->link = std::move(link);
    std::lock_guard const lock(mutex_);
    states_.push_back(state);
    return state;
}

std::vector<std::string> ChannelStates::describe() const {
    std::lock_guard const lock(mutex_);
    std::vector<std::string> lines;
    lines.reserve(states_.size());
    for (auto const& state : states_) lines.push_back(state->describe());
    return lines;
}

}  // namespace athanor
