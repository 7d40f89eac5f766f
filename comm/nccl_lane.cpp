// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/nccl_lane.hpp"

#include <utility>

#include "runtime/cuda_error.hpp"
#include "runtime/expects.hpp"

namespace athanor::detail {
namespace {

constexpr std::size_t device_alignment = 256;

std::vector<Slot> make_slots(SlotRoom const& room) {
    ATHANOR_EXPECTS(room.slots > 0);
    std::vector<Slot> slots;
    slots.reserve(static_cast<std::size_t>(room.slots));
    for (int k = 0; k < room.slots; ++k) slots.emplace_back(room.payload_bytes, pinned_memory());
    return slots;
}

}  // namespace

NcclLane::DeviceSlots::DeviceSlots(std::size_t payload_bytes, int slots)
    : stride((payload_bytes + device_alignment - 1) / device_alignment * device_alignment),
      memory(stride * static_cast<std::size_t>(slots)),
      done(static_cast<std::size_t>(slots)) {}

std::byte* NcclLane::DeviceSlots::slot(int k) const {
    return memory.at(stride * static_cast<std::size_t>(k));
}

NcclLane::NcclLane(Direction direction, int device, SlotRoom const& room, std::string doing)
    : direction_(direction), device_(device), doing_(std::move(doing)) {
    use_device(device_);
    slots_ = make_slots(room);
    device_slots_ = std::make_shared<DeviceSlots>(room.payload_bytes, room.slots);
    stream_ = std::make_unique<CudaStream>();
    payloads_.resize(slots_.size());
    busy_.assign(slots_.size(), 0);
}

void NcclLane::join(ncclUniqueId const& id) {
    use_device(device_);
    communicator_ = std::make_unique<NcclCommunicator>(id, direction_ == Direction::out ? 0 : 1,
                                                       /*size=*/2, doing_);
}

void NcclLane::join_self(ncclUniqueId const& id, std::shared_ptr<DeviceSlots const> source) {
    ATHANOR_EXPECTS(direction_ == Direction::in);
    use_device(device_);
    source_ = std::move(source);
    communicator_ = std::make_unique<NcclCommunicator>(id, /*rank=*/0, /*size=*/1, doing_);
}

NcclLane::Payload const& NcclLane::payload(std::uint64_t n) const {
    return payloads_[n % payloads_.size()];
}

void NcclLane::start(int k, std::size_t bytes) {
    ATHANOR_EXPECTS(finished(k) && bytes > 0 && bytes <= device_slots_->stride);
    use_device(device_);
    if (direction_ == Direction::out)
        check_cuda(cudaMemcpyAsync(device_slots_->slot(k), slot(k).payload().data(), bytes,
                                   cudaMemcpyHostToDevice, stream_->get()),
                   doing_);
    payloads_[started_ % payloads_.size()] = {k, bytes};
    busy_[static_cast<std::size_t>(k)] = 1;
    ++started_;
    progress();
}

void NcclLane::progress() {
    if (done_ == started_) return;
    use_device(device_);
    while (sealed_ < started_) {
        if (!at_home_ && (communicator_ == nullptr || !communicator_->ready())) break;
        if (launched_ == sealed_) {
            launch(payload(launched_));
            ++launched_;
        } else {
            seal(payload(sealed_));
            ++sealed_;
        }
    }
    if (!at_home_ && communicator_ != nullptr) static_cast<void>(communicator_->ready());
    while (done_ < sealed_) {
        auto const k = static_cast<std::size_t>(payload(done_).slot);
        if (!device_slots_->done[k].reached()) break;
        busy_[k] = 0;
        ++done_;
    }
}

void NcclLane::launch(Payload const& payload) {
    std::byte* const mine = device_slots_->slot(payload.slot);
    if (at_home_) return;
    if (source_ != nullptr) {
        source_->done[static_cast<std::size_t>(payload.slot)].hold_back(*stream_);
        communicator_->send_to_self({source_->slot(payload.slot), payload.bytes}, mine, *stream_);
    } else if (direction_ == Direction::out) {
        communicator_->send({mine, payload.bytes}, /*peer=*/1, *stream_);
    } else {
        communicator_->receive({mine, payload.bytes}, /*peer=*/0, *stream_);
    }
}

void NcclLane::seal(Payload const& payload) {
    if (direction_ == Direction::in)
        check_cuda(
            cudaMemcpyAsync(slot(payload.slot).payload().data(), device_slots_->slot(payload.slot),
                            payload.bytes, cudaMemcpyDeviceToHost, stream_->get()),
            doing_);
    device_slots_->done[static_cast<std::size_t>(payload.slot)].record(*stream_);
}

}  // namespace athanor::detail
