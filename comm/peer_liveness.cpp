// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/peer_liveness.hpp"

#include <algorithm>

namespace athanor {

PeerLiveness::PeerLiveness(std::vector<Rank> const& peers, Seconds timeout, SteadyTime now)
    : timeout_(timeout), sleep_(timeout / 2, now) {
    for (Rank peer : peers) peers_.push_back({peer, now});
}

void PeerLiveness::heard(Rank rank, SteadyTime now) {
    for (Peer& peer : peers_)
        if (peer.rank == rank) peer.heard = now;
}

void PeerLiveness::left(Rank rank) {
    for (Peer& peer : peers_)
        if (peer.rank == rank) peer.left = true;
}

bool PeerLiveness::everyone_left() const {
    return std::all_of(peers_.begin(), peers_.end(), [](Peer const& peer) { return peer.left; });
}

std::optional<PeerLiveness::Silent> PeerLiveness::silent(SteadyTime now) {
    if (sleep_.slept(now))
        for (Peer& peer : peers_) peer.heard = now;
    std::optional<Silent> longest;
    for (Peer const& peer : peers_) {
        double const seconds = Seconds(now - peer.heard).count();
        if (peer.left || seconds <= timeout_.count()) continue;
        if (!longest || seconds > longest->seconds) longest = Silent{peer.rank, seconds};
    }
    return longest;
}

}  // namespace athanor
