// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "comm/channel_state.hpp"
#include "comm/running_checksum.hpp"
#include "comm/slot.hpp"
#include "comm/slot_turn.hpp"
#include "comm/transport.hpp"
#include "runtime/channel.hpp"
#include "runtime/packed_samples.hpp"
#include "runtime/sample_packer.hpp"

namespace athanor {

/// What both ends of an edge must agree on.
struct ChannelOptions {
    EdgeId edge{0};
    SchemaPtr schema;  ///< what travels: the first part of both batches' schemas
    BufferConfig buffers;
    ChannelStates* states = nullptr;  ///< where a half shows its state; nullptr: nowhere
    std::string link;                 ///< who sends to whom, for that state
};

/// Sending half of a channel over any transport.
/// Bound:   at most buffers.slots messages are under way; the receiver's credits alone free a slot.
/// Order:   what one call accepts is one message and leaves at once; nothing waits to be joined.
/// The end: close() sends an empty message with the flag, since what was accepted has already left;
///          it takes a slot, so without credit it goes out of a later progress(). A receiver
///          understands the flag on a message with samples too.
/// Memory:  nothing is allocated after the constructor; samples are packed into the slot that is
///          sent.
/// Throws:  CampaignError when the receiver gives back more, or less, than was ever sent.
class CreditChannelSender : public ChannelSender {
public:
    /// Throws: ConfigError for impossible buffers. Expects: the transport was made for
    /// slot_room(*options.schema, options.buffers).
    CreditChannelSender(ChannelOptions options, std::unique_ptr<TransportSender> transport);
    ~CreditChannelSender() override;

    /// Expects: close() was not called.
    [[nodiscard]] int try_send(Batch const& batch, std::span<SystemIndex const> systems) override;
    [[nodiscard]] int credit() override;
    void close() override;
    bool progress() override;
    [[nodiscard]] std::vector<Sample> unreceived() override;
    [[nodiscard]] ChannelMetrics metrics() const override;

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] EdgeRows edge_rows() const;
    [[nodiscard]] int under_way() const;
    [[nodiscard]] int free_slots() const;
    [[nodiscard]] bool next_is_free() const;
    [[nodiscard]] int count_fitting(Batch const& batch, std::span<SystemIndex const> systems) const;
    void refuse_oversized(Batch const& batch, SystemIndex system) const;
    void look();
    void post(Batch const* batch, std::span<SystemIndex const> systems);

    ChannelOptions options_;
    std::unique_ptr<TransportSender> transport_;
    std::uint64_t fingerprint_;
    detail::SlotTurn next_;  // message
    bool closed_ = false;
    bool end_posted_ = false;
    std::vector<PackedCounts> counts_of_slot_;
    SamplePacker packer_;
    std::size_t packed_bytes_ = 0;  // of the payload that is being packed, when it is done
    PackProgress show_;             // a part of it
    std::optional<Clock::time_point> refused_since_;
    ChannelMetrics metrics_;
    std::shared_ptr<ChannelState> state_;
};

/// Receiving half.
/// Credits: a slot is given back when its last sample has been taken (an empty message: when it is
///          found), never earlier, for the samples are read in place.
/// Check:   of a message whose sender shows how far it has come, poll() takes the checksum so far;
///          a sample is seen, and unpacked, when the whole message was found right.
/// Throws:  CampaignError from poll() for a message that is damaged, repeated, missing or not ours,
///          and from take() for a slot that the sender overwrote.
/// Memory:  nothing is allocated but the strings of names; samples are unpacked from the slot
///          itself.
class CreditChannelReceiver : public ChannelReceiver {
public:
    CreditChannelReceiver(ChannelOptions options, std::unique_ptr<TransportReceiver> transport);
    ~CreditChannelReceiver() override;

    [[nodiscard]] ReceiveStatus poll() override;
    [[nodiscard]] int next_atoms() const override;
    [[nodiscard]] int next_edges() const override;
    SystemIndex take(Batch& batch) override;
    [[nodiscard]] ChannelMetrics metrics() const override;

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] bool slot_is_open() const { return next_sample_ < samples_.system_count(); }
    void look();
    void check_ahead();
    void open_slot(std::size_t message_bytes);
    void expect_untouched();
    void empty_slot();

    ChannelOptions options_;
    std::unique_ptr<TransportReceiver> transport_;
    std::uint64_t fingerprint_;
    detail::SlotTurn current_;  // the open message, or the next one when none is open
    RunningChecksum checksum_;  // of the message that comes next
    PackedSamples samples_;     // of the open slot
    std::array<std::byte, message_header_bytes> open_header_{};  // as it was when checked
    int next_sample_ = 0;
    bool polled_ = false;  // the last poll() gave `received`
    bool last_message_ = false;
    bool ended_ = false;
    std::optional<Clock::time_point> in_vain_since_;
    detail::SlotTurn arrived_;  // messages found in slots so far
    ChannelMetrics metrics_;
    std::shared_ptr<ChannelState> state_;
};

}  // namespace athanor
