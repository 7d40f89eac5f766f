// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/peer_liveness.hpp"

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

constexpr Seconds timeout{2.0};

/// So many seconds after the start of a test; no test waits.
SteadyTime at(double seconds) {
    return SteadyTime{} +
           std::chrono::duration_cast<std::chrono::steady_clock::duration>(Seconds(seconds));
}

/// Looks every tenth of a second in (from, to], as the watch does; the first peer found silent.
std::optional<PeerLiveness::Silent> look(PeerLiveness& peers, double from, double to) {
    for (int k = 1; from + 0.1 * k <= to + 1e-9; ++k)
        if (auto const silent = peers.silent(at(from + 0.1 * k))) return silent;
    return std::nullopt;
}

TEST(PeerLiveness, APeerIsSilentWhenItsLastHeartbeatIsOlderThanTheTimeout) {
    PeerLiveness peers({Rank{1}, Rank{2}}, timeout, at(0));
    EXPECT_FALSE(look(peers, 0.0, 1.5));
    peers.heard(Rank{1}, at(1.5));

    auto const silent = look(peers, 1.5, 3.0);

    ASSERT_TRUE(silent);
    EXPECT_EQ(silent->rank, Rank{2});
    EXPECT_NEAR(silent->seconds, 2.1, 1e-9);
}

TEST(PeerLiveness, TheOneThatHasBeenSilentLongestIsNamed) {
    PeerLiveness peers({Rank{1}, Rank{2}, Rank{3}}, timeout, at(0));
    peers.heard(Rank{1}, at(0.05));
    peers.heard(Rank{3}, at(0.01));

    EXPECT_EQ(look(peers, 0.0, 5.0)->rank, Rank{2});
}

TEST(PeerLiveness, WhoeverHasLeftMayBeSilent) {
    PeerLiveness peers({Rank{1}, Rank{2}}, timeout, at(0));
    peers.left(Rank{1});
    EXPECT_FALSE(peers.everyone_left());
    peers.left(Rank{2});

    EXPECT_TRUE(peers.everyone_left());
    EXPECT_FALSE(look(peers, 0.0, 10.0));
}

TEST(PeerLiveness, AProcessThatSleptItselfBlamesNobodyUntilATimeoutLater) {
    PeerLiveness peers({Rank{1}}, timeout, at(0));
    EXPECT_FALSE(look(peers, 0.0, 0.5));

    EXPECT_FALSE(look(peers, 60.0, 62.0));
    EXPECT_TRUE(look(peers, 62.0, 62.2));
}

}  // namespace
}  // namespace athanor::test
