// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "comm/nccl_handles.hpp"
#include "comm/slot.hpp"

namespace athanor::detail {

/// K slots of host memory, K of device memory, and what moves payloads between them and the peer's,
/// in order, on a stream of its own. One half of an edge owns one.
/// A payload's way (out; in is the same backwards):
///   copy to the device slot -> ncclSend -> event; each in the stream, none waited for
/// Why looked at: a communicator that does not block may put its work into the stream later than
///   the call returns. Whatever has to come after it (copy back, event, the next payload) follows
///   when progress() finds the communicator ready again.
/// Errors:  those of the communicator count only while payloads are under way: a peer that has
///   finished and gone is none.
/// Threads: one at a time.
class NcclLane {
public:
    enum class Direction { out, in };

    /// Device slots and their marks: a rank that sends to itself reads the other half's.
    struct DeviceSlots {
        DeviceSlots(std::size_t payload_bytes, int slots);
        [[nodiscard]] std::byte* slot(int k) const;

        std::size_t stride;
        DeviceMemory memory;
        std::vector<CudaEvent> done;  ///< payload k is where this lane had to bring it
    };

    /// `doing` names the link in messages. Expects: room.slots > 0.
    NcclLane(Direction direction, int device, SlotRoom const& room, std::string doing);

    /// Begins to join the peer; payloads that were started before wait for it. The sender of an
    /// edge is rank 0 of its communicator, the receiver rank 1.
    void join(ncclUniqueId const& id);
    /// The receiving lane of a rank that sends to itself: alone, and `source` is the sending one's.
    void join_self(ncclUniqueId const& id, std::shared_ptr<DeviceSlots const> source);
    /// The sending lane of such a rank: it brings payloads to its device slots, no further.
    void stay_at_home() { at_home_ = true; }

    [[nodiscard]] int slot_count() const { return static_cast<int>(slots_.size()); }
    [[nodiscard]] Slot& slot(int k) { return slots_[static_cast<std::size_t>(k)]; }
    [[nodiscard]] std::shared_ptr<DeviceSlots const> device_slots() const { return device_slots_; }

    /// Starts moving `bytes` from or to slot k. Expects: finished(k), 0 < bytes <= room.
    void start(int k, std::size_t bytes);
    /// Looks once and puts into the stream what can go; the next query changes in here only.
    void progress();
    /// True when nothing of slot k is under way.
    [[nodiscard]] bool finished(int k) const { return busy_[static_cast<std::size_t>(k)] == 0; }

private:
    struct Payload {
        int slot = 0;
        std::size_t bytes = 0;
    };
    [[nodiscard]] Payload const& payload(std::uint64_t n) const;
    void launch(Payload const& payload);
    void seal(Payload const& payload);

    Direction direction_;
    int device_;
    std::string doing_;
    bool at_home_ = false;
    std::vector<Slot> slots_;
    // Members go in the opposite order: first the communicator, for its work holds the stream.
    std::shared_ptr<DeviceSlots> device_slots_;
    std::shared_ptr<DeviceSlots const> source_;
    std::unique_ptr<CudaStream> stream_;
    std::unique_ptr<NcclCommunicator> communicator_;
    std::vector<Payload> payloads_;  // number n stands at n % K
    std::vector<char> busy_;
    std::uint64_t started_ = 0;   // payloads told to start
    std::uint64_t launched_ = 0;  // of them, told to NCCL
    std::uint64_t sealed_ = 0;    // of them, wholly in the stream, event included
    std::uint64_t done_ = 0;      // of them, done
};

}  // namespace athanor::detail
