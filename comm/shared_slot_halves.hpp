// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "comm/shared_slots.hpp"
#include "comm/transport.hpp"

namespace athanor::detail {

/// The halves of an edge over slots that both see: a message is packed where it is unpacked, and
/// what else is said are the counters of SlotCounters. No lock, no message, no system call.
/// Expects: the receiver's `slots` are the sender's, in this process or the other one.
/// Throws:  CampaignError from arrived() and shown() when more is said to be in a slot than it
///          holds.
[[nodiscard]] std::unique_ptr<TransportSender> sender_over(std::shared_ptr<SharedSlots> slots);
[[nodiscard]] std::unique_ptr<TransportReceiver> receiver_over(std::shared_ptr<SharedSlots> slots);

}  // namespace athanor::detail
