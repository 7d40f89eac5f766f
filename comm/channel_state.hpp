// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/ids.hpp"

namespace athanor {

enum class ChannelSide { sender, receiver };

/// What one half of a channel shows to others while it works, for the dump when a campaign fails.
/// Threads: written by the thread that drives the channel, read by any; two figures read together
///          may be a moment apart.
struct ChannelState {
    EdgeId edge{0};
    ChannelSide side = ChannelSide::sender;
    int slots = 0;
    std::string link;  ///< who sends to whom, in words; may be empty

    std::atomic<std::uint64_t> sequence{0};  ///< messages sent, or emptied
    std::atomic<std::uint64_t> answered{0};  ///< sender: slots given back; receiver: arrived
    std::atomic<int> open_samples{0};        ///< receiver: samples left in the open slot
    std::atomic<bool> ended{false};          ///< the end of the stream was sent, or received

    /// Slots of this side that hold something.
    [[nodiscard]] int occupied() const;
    /// One line.
    [[nodiscard]] std::string describe() const;
};

/// The states of all channel halves of this process.
/// Threads: any.
class ChannelStates {
public:
    [[nodiscard]] std::shared_ptr<ChannelState> add(EdgeId edge, ChannelSide side, int slots,
                                                    std::string link);
    /// One line for each half that there has been, in the order added.
    [[nodiscard]] std::vector<std::string> describe() const;

private:
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<ChannelState>> states_;
};

}  // namespace athanor
