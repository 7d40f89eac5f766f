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

/// Two threads share the slots (shared_slot_halves.hpp).
/// Ownership: each half keeps the slots alive, so either may go first.
/// Threads:   one for each half, without a lock.
[[nodiscard]] InProcessLink in_process_link(SlotRoom const& room);

}  // namespace athanor
