// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "comm/own_sleep.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// When each of some peers was last heard. Times come from the caller, so that tests need none.
class PeerLiveness {
public:
    struct Silent {
        Rank rank;
        double seconds;  ///< since it was last heard
    };
    PeerLiveness(std::vector<Rank> const& peers, Seconds timeout, SteadyTime now);

    /// From a rank that is no peer: nothing.
    void heard(Rank rank, SteadyTime now);
    /// `rank` has ended in order: its silence means nothing from now on.
    void left(Rank rank);
    [[nodiscard]] bool everyone_left() const;
    /// The peer that has been silent longest, if longer than the timeout. To be asked often: where
    /// the last time was half a timeout ago, everyone's time begins anew.
    [[nodiscard]] std::optional<Silent> silent(SteadyTime now);

private:
    struct Peer {
        Rank rank;
        SteadyTime heard;
        bool left = false;
    };
    std::vector<Peer> peers_;
    Seconds timeout_;
    OwnSleep sleep_;
};

}  // namespace athanor
