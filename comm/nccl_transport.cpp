// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/nccl_transport.hpp"

#include <chrono>
#include <cstring>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "comm/mpi_transport.hpp"
#include "comm/nccl_error.hpp"
#include "comm/nccl_lane.hpp"
#include "runtime/cuda_error.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

using Clock = std::chrono::steady_clock;
using detail::NcclLane;
constexpr auto shutdown_limit = std::chrono::seconds(1);

/// What goes over MPI for each message: its header, and behind it how many bytes NCCL brings. The
/// header says that too, but it belongs to the channel, and a damaged one must arrive as it is.
using PayloadBytes = std::uint64_t;

SlotRoom announcement_room(SlotRoom const& room) { return {sizeof(PayloadBytes), room.slots}; }

void expect_usable(std::string const& why_not) {
    if (!why_not.empty()) throw NcclError(why_not);
}

}  // namespace

struct NcclTransport::State {
    explicit State(int device_) : device(device_) { detail::use_device(device); }

    int device;
    MpiTransport greetings;      // a communicator's id, once per edge
    MpiTransport announcements;  // headers one way, credits the other
    std::mutex at_home_mutex;
    /// Device slots of this rank's edges to itself, by edge.
    std::map<int, std::weak_ptr<NcclLane::DeviceSlots const>> at_home;

    void add_at_home(EdgeId edge, std::shared_ptr<NcclLane::DeviceSlots const> const& slots) {
        std::scoped_lock const lock(at_home_mutex);
        at_home[edge.value()] = slots;
    }
    std::shared_ptr<NcclLane::DeviceSlots const> find_at_home(EdgeId edge) {
        std::scoped_lock const lock(at_home_mutex);
        return at_home[edge.value()].lock();
    }
};

class NcclTransport::Sender : public TransportSender {
public:
    Sender(std::shared_ptr<State> state, Rank peer, EdgeId edge, SlotRoom const& room,
           bool to_myself)
        : state_(std::move(state)),
          lane_(NcclLane::Direction::out, state_->device, room,
                fmt::format("send to rank {} (channel {})", peer.value(), edge.value())),
          announcements_(state_->announcements.sender_to(peer, edge, announcement_room(room))) {
        if (to_myself) {
            lane_.stay_at_home();
            state_->add_at_home(edge, lane_.device_slots());
        } else {
            ncclUniqueId const id = detail::NcclCommunicator::make_id();
            greeting_ = state_->greetings.sender_to(peer, edge, {sizeof id, 1});
            std::memcpy(greeting_->slot(0).payload().data(), &id, sizeof id);
            greeting_->post(0, sizeof id);
            lane_.join(id);
        }
    }
    ~Sender() override {
        if (std::uncaught_exceptions() == 0) finish();
    }

    int slot_count() const override { return lane_.slot_count(); }
    Slot& slot(int k) override { return lane_.slot(k); }

    void post(int k, std::size_t payload_bytes) override {
        ATHANOR_EXPECTS(has_left(k));
        if (payload_bytes > 0) lane_.start(k, payload_bytes);
        Slot& announcement = announcements_->slot(k);
        PayloadBytes const bytes = payload_bytes;
        std::memcpy(announcement.header().data(), slot(k).header().data(), message_header_bytes);
        std::memcpy(announcement.payload().data(), &bytes, sizeof bytes);
        announcements_->post(k, sizeof bytes);
    }

    void progress() override {
        if (greeting_ != nullptr) {
            greeting_->progress();
            if (greeting_->credits() > 0) greeting_.reset();
        }
        announcements_->progress();
        lane_.progress();
    }

    bool has_left(int k) const override { return lane_.finished(k) && announcements_->has_left(k); }
    std::uint64_t credits() const override { return announcements_->credits(); }

private:
    /// What nobody fetches within the limit is aborted by the lane's destructor. (The destructor of
    /// the announcements waits for their credits in its turn.)
    void finish() noexcept {
        auto const deadline = Clock::now() + shutdown_limit;
        auto const under_way = [this] {
            for (int k = 0; k < slot_count(); ++k)
                if (!lane_.finished(k)) return true;
            return false;
        };
        try {
            do progress();
            while (under_way() && Clock::now() < deadline);
        } catch (Error const&) {
            // The link is broken already; there is nothing left to wait for.
        }
    }

    std::shared_ptr<State> state_;
    NcclLane lane_;
    std::unique_ptr<TransportSender> announcements_;
    std::unique_ptr<TransportSender> greeting_;  // until the peer has taken it
};

class NcclTransport::Receiver : public TransportReceiver {
public:
    Receiver(std::shared_ptr<State> state, Rank peer, EdgeId edge, SlotRoom const& room,
             bool from_myself)
        : state_(std::move(state)),
          edge_(edge),
          doing_(fmt::format("receive from rank {} (channel {})", peer.value(), edge.value())),
          lane_(NcclLane::Direction::in, state_->device, room, doing_),
          announcements_(state_->announcements.receiver_from(peer, edge, announcement_room(room))),
          payload_room_(room.payload_bytes),
          message_bytes_(static_cast<std::size_t>(room.slots)) {
        if (from_myself)
            from_myself_ = true;
        else
            greeting_ = state_->greetings.receiver_from(peer, edge, {sizeof(ncclUniqueId), 1});
    }
    /// A greeting that nobody takes would be met by the next communicator of the same number.
    ~Receiver() override {
        auto const deadline = Clock::now() + shutdown_limit;
        if (std::uncaught_exceptions() > 0) return;
        try {
            while (!greeting_is_here() && Clock::now() < deadline) continue;
        } catch (Error const&) {
            // The link is broken already; no greeting comes.
        }
    }

    int slot_count() const override { return lane_.slot_count(); }
    Slot& slot(int k) override { return lane_.slot(k); }

    void progress() override {
        take_greeting();
        announcements_->progress();
        while (heard_ - given_back_ < message_bytes_.size() && hear(slot_of(heard_))) ++heard_;
        lane_.progress();
    }

    std::optional<std::size_t> arrived(int k) const override {
        auto const& bytes = message_bytes_[static_cast<std::size_t>(k)];
        return lane_.finished(k) ? bytes : std::nullopt;
    }

    void give_back(int k) override {
        ATHANOR_EXPECTS(arrived(k) && k == slot_of(given_back_));
        message_bytes_[static_cast<std::size_t>(k)].reset();
        ++given_back_;
        announcements_->give_back(k);
    }

private:
    [[nodiscard]] int slot_of(std::uint64_t n) const {
        return static_cast<int>(n % message_bytes_.size());
    }

    [[nodiscard]] bool greeting_is_here() const {
        if (greeting_ == nullptr) return true;
        greeting_->progress();
        return greeting_->arrived(0).has_value();
    }

    void take_greeting() {
        if (greeting_ == nullptr || !greeting_is_here()) return;
        ncclUniqueId id;
        std::memcpy(&id, greeting_->slot(0).payload().data(), sizeof id);
        greeting_->give_back(0);
        greeting_.reset();
        lane_.join(id);
    }

    /// Takes note of what is announced for slot k, if anything is, and fetches its payload.
    bool hear(int k) {
        auto const announced = announcements_->arrived(k);
        if (!announced) return false;
        Slot& announcement = announcements_->slot(k);
        PayloadBytes bytes = 0;
        if (*announced != message_header_bytes + sizeof bytes)
            throw NcclError(
                fmt::format("NCCL could not {}: the announcement of a message has {} "
                            "bytes, not {}; run the same build on all ranks",
                            doing_, *announced, message_header_bytes + sizeof bytes));
        std::memcpy(&bytes, announcement.payload().data(), sizeof bytes);
        if (bytes > payload_room_)
            throw NcclError(
                fmt::format("NCCL could not {}: {} bytes are on their way, a slot holds "
                            "{}; give both ends the same /buffers",
                            doing_, bytes, payload_room_));
        std::memcpy(slot(k).header().data(), announcement.header().data(), message_header_bytes);
        if (bytes > 0) {
            if (from_myself_) join_myself();
            lane_.start(k, bytes);
        }
        message_bytes_[static_cast<std::size_t>(k)] = message_header_bytes + bytes;
        return true;
    }

    void join_myself() {
        from_myself_ = false;
        lane_.join_self(detail::NcclCommunicator::make_id(), state_->find_at_home(edge_));
    }

    std::shared_ptr<State> state_;
    EdgeId edge_;
    std::string doing_;
    NcclLane lane_;
    std::unique_ptr<TransportReceiver> announcements_;
    std::unique_ptr<TransportReceiver> greeting_;  // until it has come
    bool from_myself_ = false;                     // and not joined yet
    std::size_t payload_room_;
    std::vector<std::optional<std::size_t>> message_bytes_;  // by slot, once announced
    std::uint64_t heard_ = 0;
    std::uint64_t given_back_ = 0;
};

NcclTransport::NcclTransport(int device) {
    expect_usable(nccl_absence());
    state_ = std::make_shared<State>(device);
}
NcclTransport::~NcclTransport() = default;

std::unique_ptr<TransportSender> NcclTransport::sender_to(Rank peer, EdgeId edge,
                                                          SlotRoom const& room) const {
    return std::make_unique<Sender>(state_, peer, edge, room, peer == state_->announcements.rank());
}

std::unique_ptr<TransportReceiver> NcclTransport::receiver_from(Rank peer, EdgeId edge,
                                                                SlotRoom const& room) const {
    return std::make_unique<Receiver>(state_, peer, edge, room,
                                      peer == state_->announcements.rank());
}

std::string nccl_absence() {
    std::string const absence = detail::cuda_devices().absence;
    return absence.empty() ? "" : "NCCL needs a CUDA device, and CUDA finds none: " + absence;
}

std::string describe_nccl() {
    int version = 0;
    if (ncclGetVersion(&version) != ncclSuccess) return "NCCL: does not tell its version";
    return fmt::format("NCCL: {}.{}.{}", version / 10000, version % 10000 / 100, version % 100);
}

}  // namespace athanor
