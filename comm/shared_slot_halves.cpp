// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/shared_slot_halves.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "comm/slot_turn.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor::detail {
namespace {

using Counter = std::atomic_ref<std::uint64_t>;
static_assert(Counter::is_always_lock_free, "the other half may be another process");

/// Message and bytes in one number, so that nobody takes those of one message for another's: the
/// low 24 bits of the message's number above 40 bits of size.
constexpr int size_bits = 40;
constexpr std::uint64_t size_mask = (std::uint64_t{1} << size_bits) - 1;
constexpr std::uint64_t tag_of(std::uint64_t message) { return message << size_bits; }

class Sender : public TransportSender {
public:
    explicit Sender(std::shared_ptr<SharedSlots> slots)
        : slots_(std::move(slots)), posted_(slots_->count()) {}

    int slot_count() const override { return slots_->count(); }
    Slot& slot(int k) override { return (*slots_)[k]; }
    void show(int k, std::size_t payload_bytes, std::size_t) override {
        ATHANOR_EXPECTS(k == posted_.slot());
        ATHANOR_EXPECTS(payload_bytes <= size_mask);
        Counter(slots_->counters().shown)
            .store(tag_of(posted_.messages()) | payload_bytes, std::memory_order_release);
    }
    void post(int k, std::size_t payload_bytes) override {
        ATHANOR_EXPECTS(k == posted_.slot());
        slots_->message_bytes()[static_cast<std::size_t>(k)] = message_header_bytes + payload_bytes;
        Counter(slots_->counters().posted).store(posted_.advance(), std::memory_order_release);
    }
    void progress() override {
        given_back_ = Counter(slots_->counters().given_back).load(std::memory_order_acquire);
    }
    bool has_left(int) const override { return true; }  // the receiver's slot is this one
    std::uint64_t credits() const override { return given_back_; }

private:
    std::shared_ptr<SharedSlots> slots_;
    SlotTurn posted_;
    std::uint64_t given_back_ = 0;
};

class Receiver : public TransportReceiver {
public:
    explicit Receiver(std::shared_ptr<SharedSlots> slots)
        : slots_(std::move(slots)), given_back_(slots_->count()) {}

    int slot_count() const override { return slots_->count(); }
    Slot& slot(int k) override { return (*slots_)[k]; }
    void progress() override {
        posted_ = Counter(slots_->counters().posted).load(std::memory_order_acquire);
        shown_ = Counter(slots_->counters().shown).load(std::memory_order_acquire);
    }
    std::optional<std::size_t> arrived(int k) const override {
        if (given_back_.messages() + static_cast<std::uint64_t>(given_back_.until(k)) >= posted_)
            return std::nullopt;
        return fitting(k, slots_->message_bytes()[static_cast<std::size_t>(k)]);
    }
    std::size_t shown(int k) const override {
        auto const ahead =
            given_back_.messages() + static_cast<std::uint64_t>(given_back_.until(k));
        if (ahead != posted_ || tag_of(posted_) != (shown_ & ~size_mask)) return 0;
        return fitting(k, message_header_bytes + (shown_ & size_mask)) - message_header_bytes;
    }
    void give_back(int k) override {
        ATHANOR_EXPECTS(k == given_back_.slot());
        Counter(slots_->counters().given_back)
            .store(given_back_.advance(), std::memory_order_release);
    }

private:
    /// `bytes`, which are said to be in slot k.
    [[nodiscard]] std::uint64_t fitting(int k, std::uint64_t bytes) const {
        if (bytes > (*slots_)[k].size())
            throw CampaignError(
                fmt::format("a message of {} bytes is announced in a slot of {}; run the same "
                            "build and configuration on all ranks",
                            bytes, (*slots_)[k].size()));
        return bytes;
    }

    std::shared_ptr<SharedSlots> slots_;
    std::uint64_t posted_ = 0;
    std::uint64_t shown_ = 0;
    SlotTurn given_back_;
};

}  // namespace

std::unique_ptr<TransportSender> sender_over(std::shared_ptr<SharedSlots> slots) {
    return std::make_unique<Sender>(std::move(slots));
}

std::unique_ptr<TransportReceiver> receiver_over(std::shared_ptr<SharedSlots> slots) {
    return std::make_unique<Receiver>(std::move(slots));
}

}  // namespace athanor::detail
