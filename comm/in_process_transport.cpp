// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/in_process_transport.hpp"

#include <atomic>
#include <utility>
#include <vector>

#include "runtime/expects.hpp"

namespace athanor {
namespace {

struct SharedSlots {
    explicit SharedSlots(SlotRoom const& room) : message_bytes(room.slots) {
        ATHANOR_EXPECTS(room.slots > 0);
        slots.reserve(room.slots);
        for (int k = 0; k < room.slots; ++k) slots.emplace_back(room.payload_bytes);
    }
    std::vector<Slot> slots;
    std::vector<std::size_t> message_bytes;  // written before `posted`, read after it
    alignas(64) std::atomic<std::uint64_t> posted{0};
    alignas(64) std::atomic<std::uint64_t> given_back{0};
};

class InProcessSender : public TransportSender {
public:
    explicit InProcessSender(std::shared_ptr<SharedSlots> shared) : shared_(std::move(shared)) {}

    int slot_count() const override { return static_cast<int>(shared_->slots.size()); }
    Slot& slot(int k) override { return shared_->slots[k]; }
    void post(int k, std::size_t payload_bytes) override {
        ATHANOR_EXPECTS(k == static_cast<int>(posted_ % shared_->slots.size()));
        shared_->message_bytes[k] = message_header_bytes + payload_bytes;
        shared_->posted.store(++posted_, std::memory_order_release);
    }
    void progress() override { given_back_ = shared_->given_back.load(std::memory_order_acquire); }
    bool has_left(int) const override { return true; }  // the receiver's slot is this one
    std::uint64_t credits() const override { return given_back_; }

private:
    std::shared_ptr<SharedSlots> shared_;
    std::uint64_t posted_ = 0;
    std::uint64_t given_back_ = 0;
};

class InProcessReceiver : public TransportReceiver {
public:
    explicit InProcessReceiver(std::shared_ptr<SharedSlots> shared) : shared_(std::move(shared)) {}

    int slot_count() const override { return static_cast<int>(shared_->slots.size()); }
    Slot& slot(int k) override { return shared_->slots[k]; }
    void progress() override { posted_ = shared_->posted.load(std::memory_order_acquire); }
    std::optional<std::size_t> arrived(int k) const override {
        auto const slots = shared_->slots.size();
        auto const behind = (k + slots - given_back_ % slots) % slots;
        if (given_back_ + behind >= posted_) return std::nullopt;
        return shared_->message_bytes[k];
    }
    void give_back(int k) override {
        ATHANOR_EXPECTS(k == static_cast<int>(given_back_ % shared_->slots.size()));
        shared_->given_back.store(++given_back_, std::memory_order_release);
    }

private:
    std::shared_ptr<SharedSlots> shared_;
    std::uint64_t posted_ = 0;
    std::uint64_t given_back_ = 0;
};

}  // namespace

InProcessLink in_process_link(SlotRoom const& room) {
    auto shared = std::make_shared<SharedSlots>(room);
    return {std::make_unique<InProcessSender>(shared), std::make_unique<InProcessReceiver>(shared)};
}

}  // namespace athanor
