// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/in_process_transport.hpp"

#include "comm/shared_slot_halves.hpp"
#include "comm/shared_slots.hpp"

namespace athanor {

InProcessLink in_process_link(SlotRoom const& room) {
    auto const slots = std::make_shared<detail::SharedSlots>(room);
    return {detail::sender_over(slots), detail::receiver_over(slots)};
}

}  // namespace athanor
