// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "comm/transport.hpp"

namespace athanor {

/// Both halves of an edge within this process; each may go to a thread of its own.
struct InProcessLink {
    std::unique_ptr<TransportSender> sender;
    std::unique_ptr<TransportReceiver> receiver;
};

/// Two threads share the slots: a message is packed where it is unpacked, and nothing else moves.
/// Ownership: each half keeps the slots alive, so either may go first.
/// Threads:   the halves share two counters, one writer each. The sender's release of `posted` is seen
///            by the receiver's acquire before it reads a slot; `given_back` does the same the other
///            way, before the sender fills it again. There is no lock.
[[nodiscard]] InProcessLink in_process_link(SlotRoom const& room);

}  // namespace athanor
