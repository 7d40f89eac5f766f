// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/batch.hpp"

namespace athanor {

/// What a channel has done so far, for tables, metrics and reports.
struct ChannelMetrics {
    std::int64_t messages = 0;
    std::int64_t samples = 0;
    std::int64_t bytes = 0;
    double seconds_without_credit = 0.0;  ///< sender: from a refused offer to the next accepted one
    double seconds_without_input = 0.0;   ///< receiver: from a look in vain to the next message
};

/// What a stage waits for between two steps. Results do not depend on it; times do.
enum class ChannelMode {
    sync,        ///< messages that it sent, and one to arrive while it has room for its samples
    async_recv,  ///< messages that it sent
    fully_async  ///< nothing
};

/// What a look at the receiving end came to. A broken link throws an Error instead.
enum class ReceiveStatus { received, nothing_yet, ended };

/// Sending half of the edge from one stage to the next; ChannelReceiver is the other half.
/// Ownership: samples change hands when they are accepted, and at nothing else; the sender then
///            removes them from its batch.
/// Bound:     at most `slots` messages are under way; without a free slot there is no credit.
/// Order:     samples arrive in the order accepted, each exactly once.
/// Threads:   only the thread that drives the stage.
/// See:       comm/credit_channel.hpp, and tests/comm/channel_contract.hpp for every transport.
class ChannelSender {
public:
    virtual ~ChannelSender() = default;

    /// Offers `systems` of `batch` in order; returns how many from the front were accepted (they
    /// are copied out). 0 means: no credit now. Throws CampaignError for a sample that fits in no
    /// slot.
    [[nodiscard]] virtual int try_send(Batch const& batch,
                                       std::span<SystemIndex const> systems) = 0;
    /// Free slots now; 0 means that an offer would be refused.
    [[nodiscard]] virtual int credit() = 0;
    /// Ends the stream; what was accepted before still arrives. A second call does nothing.
    virtual void close() = 0;
    /// Moves things along without blocking; true when everything accepted (and the end, after
    /// close) has left this side.
    virtual bool progress() = 0;
    /// Copies of accepted samples that the receiver may not have taken yet: what would be lost if
    /// every process died now. None where a sender cannot look back.
    [[nodiscard]] virtual std::vector<Sample> unreceived() { return {}; }
    [[nodiscard]] virtual ChannelMetrics metrics() const = 0;
};

/// Receiving half; bound, order and threads as for ChannelSender.
class ChannelReceiver {
public:
    virtual ~ChannelReceiver() = default;

    /// Looks for the oldest sample that has arrived, without blocking. `received`: next_atoms() and
    /// next_edges() tell its size. `ended` follows the last sample, and then every call returns it.
    [[nodiscard]] virtual ReceiveStatus poll() = 0;
    /// Expects: the last poll() gave `received`.
    [[nodiscard]] virtual int next_atoms() const = 0;
    [[nodiscard]] virtual int next_edges() const = 0;
    /// Moves that sample into `batch`; the last sample of a slot gives the slot's credit back.
    /// Expects: the last poll() gave `received`, and the sample fits.
    virtual SystemIndex take(Batch& batch) = 0;
    [[nodiscard]] virtual ChannelMetrics metrics() const = 0;
};

}  // namespace athanor
