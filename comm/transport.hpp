// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "comm/slot.hpp"

namespace athanor {

/// Sending half of what moves the slots of one directed edge; TransportReceiver is the other half.
/// Both have the same number K of slots. Message n travels from slot n % K to slot n % K, in order;
/// a transport knows bytes and counts, no samples, and checks nothing.
/// Ownership: owns its slots. post() lends one to the transport until has_left(); the caller posts
///            a slot again only after credits() has told that the other side emptied it.
/// Threads:   one thread per half. No call waits.
/// Throws:    MpiError (or its like) from progress(), show() and post() when the link is broken;
///            the half is of no use then.
/// To add one: derive both halves, then instantiate tests/comm/channel_contract.hpp for them.
class TransportSender {
public:
    virtual ~TransportSender() = default;

    [[nodiscard]] virtual int slot_count() const = 0;
    [[nodiscard]] virtual Slot& slot(int k) = 0;
    /// Of the message that will be posted next, with `of_bytes` of payload: the first
    /// `payload_bytes` in slot k are written, and so is its header but for the last four bytes;
    /// none of that changes any more. A transport that cannot show a part of a message does
    /// nothing.
    virtual void show(int k, std::size_t payload_bytes, std::size_t of_bytes) {
        static_cast<void>(k), static_cast<void>(payload_bytes), static_cast<void>(of_bytes);
    }
    /// Starts moving the header and the first `payload_bytes` of slot k.
    virtual void post(int k, std::size_t payload_bytes) = 0;
    /// Looks once at what has happened since; the two queries below change in here and in show()
    /// only.
    virtual void progress() = 0;
    /// True when this side no longer reads slot k.
    [[nodiscard]] virtual bool has_left(int k) const = 0;
    /// Slots that the receiver has given back since the start.
    [[nodiscard]] virtual std::uint64_t credits() const = 0;
};

/// Receiving half; order, threads and throws as for TransportSender.
class TransportReceiver {
public:
    virtual ~TransportReceiver() = default;

    [[nodiscard]] virtual int slot_count() const = 0;
    [[nodiscard]] virtual Slot& slot(int k) = 0;
    virtual void progress() = 0;
    /// How many bytes, header included, have arrived in slot k; nothing while none have.
    [[nodiscard]] virtual std::optional<std::size_t> arrived(int k) const = 0;
    /// How many bytes of payload its sender has shown so far of the message that arrives next, in
    /// slot k; 0 once it has arrived, and where nothing can be shown. Changes in progress() only.
    [[nodiscard]] virtual std::size_t shown(int k) const {
        static_cast<void>(k);
        return 0;
    }
    /// Slot k is empty: makes it ready for message n + K, and then tells the sender so.
    /// Expects: arrived(k), and slots are given back in the order of their messages.
    virtual void give_back(int k) = 0;
};

}  // namespace athanor
