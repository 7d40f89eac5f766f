// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace athanor::detail {

/// A number of messages, and the slot of the one after them: message n goes through slot n % K, and
/// that is asked for too often, with each small message, to divide.
class SlotTurn {
public:
    /// Before the first message. Expects: slots > 0.
    explicit SlotTurn(int slots) : slots_(slots) {}

    [[nodiscard]] std::uint64_t messages() const { return messages_; }
    [[nodiscard]] int slot() const { return slot_; }
    /// The slot behind `slot`.
    [[nodiscard]] int behind(int slot) const { return slot + 1 == slots_ ? 0 : slot + 1; }
    /// How many messages after that one goes through slot k.
    [[nodiscard]] int until(int k) const { return k >= slot_ ? k - slot_ : k - slot_ + slots_; }
    /// One message more; how many they are now.
    std::uint64_t advance() {
        slot_ = behind(slot_);
        return ++messages_;
    }

private:
    int slots_;
    int slot_ = 0;
    std::uint64_t messages_ = 0;
};

}  // namespace athanor::detail
