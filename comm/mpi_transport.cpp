// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/mpi_transport.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <mpi.h>

#include "comm/message_pieces.hpp"
#include "comm/mpi_error.hpp"
#include "comm/mpi_requests.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {

using detail::check_mpi;
using detail::MessagePieces;
using detail::mpi_count;
using detail::MpiRequests;

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto shutdown_limit = std::chrono::seconds(1);

constexpr int tags_per_edge = 3;
int slot_tag(EdgeId edge) { return tags_per_edge * edge.value(); }
int credit_tag(EdgeId edge) { return tags_per_edge * edge.value() + 1; }
int piece_tag(EdgeId edge) { return tags_per_edge * edge.value() + 2; }

/// Takes the place of a message that is cut, and says how much payload its pieces will bring;
/// twice, the second time with all bits changed, for no checksum covers it. Shorter than any
/// message.
using Announcement = std::array<std::uint64_t, 2>;
static_assert(sizeof(Announcement) < message_header_bytes);

Announcement announcement_of(std::uint64_t payload_bytes) {
    return {payload_bytes, ~payload_bytes};
}

/// The requests of one half with K slots: one for each slot, those of its pieces, one for each
/// credit.
class RequestLayout {
public:
    explicit RequestLayout(SlotRoom const& room)
        : slots_(static_cast<std::size_t>(room.slots)),
          pieces_(MessagePieces(room.payload_bytes).count()) {}

    /// Of messages and their pieces; from here on they are those of credits.
    [[nodiscard]] std::size_t moving() const { return slots_ * (1 + pieces_); }
    [[nodiscard]] std::size_t count() const { return moving() + slots_; }
    [[nodiscard]] std::size_t piece(std::size_t k, std::size_t i) const {
        return slots_ + k * pieces_ + i;
    }
    [[nodiscard]] std::size_t credit(std::size_t k) const { return moving() + k; }
    [[nodiscard]] bool is_credit(std::size_t request) const { return request >= moving(); }
    [[nodiscard]] std::size_t slot_of(std::size_t request) const {
        if (request < slots_) return request;
        return is_credit(request) ? request - moving() : (request - slots_) / pieces_;
    }

private:
    std::size_t slots_;
    std::size_t pieces_;
};

std::vector<Slot> make_slots(SlotRoom const& room) {
    ATHANOR_EXPECTS(room.slots > 0);
    static_cast<void>(mpi_count(message_header_bytes + room.payload_bytes,
                                "a slot (lower /buffers/atoms or /buffers/systems)"));
    std::vector<Slot> slots;
    slots.reserve(static_cast<std::size_t>(room.slots));
    for (int k = 0; k < room.slots; ++k) slots.emplace_back(room.payload_bytes);
    return slots;
}

}  // namespace

struct MpiTransport::Communicator {
    MPI_Comm handle = MPI_COMM_NULL;
    int largest_tag = 0;
    int rank = 0;

    Communicator() {
        ATHANOR_EXPECTS(detail::mpi_is_running());
        check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &handle), "duplicate the communicator");
        MPI_Comm_set_errhandler(handle, MPI_ERRORS_RETURN);
        check_mpi(MPI_Comm_rank(handle, &rank), "find its rank");
        int* bound = nullptr;
        int found = 0;
        MPI_Comm_get_attr(handle, MPI_TAG_UB, &bound, &found);
        largest_tag = found != 0 ? *bound : 32767;
    }
    ~Communicator() {
        if (detail::mpi_is_running()) MPI_Comm_free(&handle);
    }
    void expect_tags(EdgeId edge) const {
        int const most = (largest_tag - (tags_per_edge - 1)) / tags_per_edge;
        if (edge.value() < 0 || edge.value() > most)
            throw MpiError(fmt::format("channel {} is more than MPI's tags can number ({})",
                                       edge.value(), most));
    }
};

class MpiTransport::Sender : public TransportSender {
public:
    Sender(std::shared_ptr<Communicator> communicator, Rank peer, EdgeId edge, SlotRoom const& room)
        : communicator_(std::move(communicator)),
          peer_(peer),
          edge_(edge),
          doing_(fmt::format("send to rank {} (channel {})", peer.value(), edge.value())),
          slots_(make_slots(room)),
          announcements_(slots_.size()),
          under_way_(slots_.size(), 0),
          told_(slots_.size()),
          layout_(room),
          requests_(layout_.count()) {
        communicator_->expect_tags(edge);
        for (std::size_t k = 0; k < slots_.size(); ++k) {
            check_mpi(MPI_Recv_init(&told_[k], 1, MPI_UINT64_T, peer.value(), credit_tag(edge),
                                    communicator_->handle, &requests_[layout_.credit(k)]),
                      doing_);
            requests_.start(layout_.credit(k), doing_);
        }
    }
    ~Sender() override {
        if (!detail::mpi_is_running()) return;
        if (std::uncaught_exceptions() == 0) finish();
        requests_.cancel(layout_.moving(), slots_.size());
        if (!requests_.any_active(0, layout_.moving())) return;
        requests_.forget(0, layout_.moving());
        // MPI may still read them
        static_cast<void>(new auto(std::pair(std::move(slots_), std::move(announcements_))));
    }

    int slot_count() const override { return static_cast<int>(slots_.size()); }
    Slot& slot(int k) override { return slots_[static_cast<std::size_t>(k)]; }

    void show(int k, std::size_t payload_bytes, std::size_t of_bytes) override {
        MessagePieces const pieces(of_bytes);
        if (pieces.count() == 0) return;
        ATHANOR_EXPECTS(pieces_sent_ == 0 ||
                        announcements_[static_cast<std::size_t>(k)] == announcement_of(of_bytes));
        send_pieces(static_cast<std::size_t>(k), pieces, payload_bytes);
        progress();  // a large piece does not move by itself
    }

    void post(int k, std::size_t payload_bytes) override {
        auto const i = static_cast<std::size_t>(k);
        if (pieces_sent_ == 0) {
            ATHANOR_EXPECTS(has_left(k));
            send(slot_tag(edge_), i, i,
                 slots_[i].bytes().first(message_header_bytes + payload_bytes));
        } else {
            MessagePieces const pieces(payload_bytes);
            ATHANOR_EXPECTS(announcements_[i] == announcement_of(payload_bytes));
            send_pieces(i, pieces, payload_bytes);
            std::size_t const last = pieces.count() - 1;
            send(piece_tag(edge_), i, layout_.piece(i, last), pieces.piece(slots_[i], last));
            pieces_sent_ = 0;
        }
        ++posted_;
    }

    void progress() override {
        requests_.test(doing_, [this](std::size_t request, MPI_Status const&) {
            std::size_t const k = layout_.slot_of(request);
            if (!layout_.is_credit(request)) {
                --under_way_[k];
                return;
            }
            credits_ = std::max(credits_, told_[k]);
            requests_.start(request, doing_);
        });
    }

    bool has_left(int k) const override { return under_way_[static_cast<std::size_t>(k)] == 0; }
    std::uint64_t credits() const override { return credits_; }

private:
    /// Sends what of the message in slot k is whole now, the checksum left out.
    void send_pieces(std::size_t k, MessagePieces const& pieces, std::size_t shown) {
        if (pieces_sent_ == 0) {
            ATHANOR_EXPECTS(has_left(static_cast<int>(k)));
            announcements_[k] = announcement_of(pieces.payload_bytes());
            send(slot_tag(edge_), k, k, std::as_bytes(std::span(announcements_[k])));
        }
        while (pieces_sent_ + 1 < pieces.count() &&
               pieces.payload_before(pieces_sent_ + 1) <= shown) {
            send(piece_tag(edge_), k, layout_.piece(k, pieces_sent_),
                 pieces.piece(slots_[k], pieces_sent_));
            ++pieces_sent_;
        }
    }

    /// Of slot k.
    void send(int tag, std::size_t k, std::size_t request, std::span<std::byte const> bytes) {
        check_mpi(MPI_Isend(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, peer_.value(),
                            tag, communicator_->handle, &requests_[request]),
                  doing_);
        requests_.set_active(request);
        ++under_way_[k];
    }

    void finish() noexcept {
        auto const deadline = Clock::now() + shutdown_limit;
        try {
            do progress();
            while ((requests_.any_active(0, layout_.moving()) || credits_ < posted_) &&
                   Clock::now() < deadline);
        } catch (Error const&) {
            // The link is broken already; there is nothing left to wait for.
        }
    }

    std::shared_ptr<Communicator> communicator_;
    Rank peer_;
    EdgeId edge_;
    std::string doing_;
    std::vector<Slot> slots_;
    std::vector<Announcement> announcements_;  // by slot
    std::vector<int> under_way_;               // requests of that slot that run
    std::vector<std::uint64_t> told_;
    RequestLayout layout_;
    MpiRequests requests_;
    std::size_t pieces_sent_ = 0;  // of the message that is being packed
    std::uint64_t posted_ = 0;
    std::uint64_t credits_ = 0;
};

/// Every slot has a receive that stands ready. Where an announcement meets it, receives for the
/// pieces follow, in the order of the messages: MPI brings what has one tag as it was sent.
class MpiTransport::Receiver : public TransportReceiver {
public:
    Receiver(std::shared_ptr<Communicator> communicator, Rank peer, EdgeId edge,
             SlotRoom const& room)
        : communicator_(std::move(communicator)),
          peer_(peer),
          edge_(edge),
          payload_room_(room.payload_bytes),
          doing_(fmt::format("receive from rank {} (channel {})", peer.value(), edge.value())),
          slots_(make_slots(room)),
          arriving_(slots_.size()),
          totals_(slots_.size()),
          layout_(room),
          requests_(layout_.count()) {
        communicator_->expect_tags(edge);
        for (std::size_t k = 0; k < slots_.size(); ++k) {
            auto const all = slots_[k].bytes();
            check_mpi(
                MPI_Recv_init(all.data(), static_cast<int>(all.size()), MPI_BYTE, peer.value(),
                              slot_tag(edge), communicator_->handle, &requests_[k]),
                doing_);
            check_mpi(MPI_Send_init(&totals_[k], 1, MPI_UINT64_T, peer.value(), credit_tag(edge),
                                    communicator_->handle, &requests_[layout_.credit(k)]),
                      doing_);
            requests_.start(k, doing_);
        }
    }
    ~Receiver() override {
        if (!detail::mpi_is_running()) return;
        requests_.cancel(0, layout_.moving());
        if (std::uncaught_exceptions() == 0) finish();
        requests_.forget(layout_.moving(), slots_.size());
    }

    int slot_count() const override { return static_cast<int>(slots_.size()); }
    Slot& slot(int k) override { return slots_[static_cast<std::size_t>(k)]; }

    void progress() override {
        requests_.test(doing_, [this](std::size_t request, MPI_Status const& status) {
            if (layout_.is_credit(request)) return;
            Arriving& arriving = arriving_[layout_.slot_of(request)];
            if (request >= slots_.size()) {
                --arriving.pieces_missing;
                return;
            }
            int bytes = 0;
            check_mpi(MPI_Get_count(&status, MPI_BYTE, &bytes), doing_);
            arriving.bytes = static_cast<std::size_t>(bytes);
        });
        while (heard_ - given_back_ < slots_.size() && !requests_.active(heard_ % slots_.size()))
            hear(heard_++ % slots_.size());
        tell_credits();
    }

    std::optional<std::size_t> arrived(int k) const override {
        auto const i = static_cast<std::size_t>(k);
        if (!arriving_[i].heard || arriving_[i].pieces_missing > 0) return std::nullopt;
        return arriving_[i].bytes;
    }

    std::size_t shown(int k) const override {
        auto const i = static_cast<std::size_t>(k);
        if (arriving_[i].pieces_missing == 0) return 0;
        std::size_t whole = 0;
        while (!requests_.active(layout_.piece(i, whole))) ++whole;
        return MessagePieces(arriving_[i].bytes - message_header_bytes).payload_before(whole);
    }

    void give_back(int k) override {
        auto const i = static_cast<std::size_t>(k);
        ATHANOR_EXPECTS(arrived(k) && i == given_back_ % slots_.size());
        arriving_[i].heard = false;
        requests_.start(i, doing_);  // first: a message must find its receive
        ++given_back_;
        tell_credits();
    }

private:
    struct Arriving {
        std::size_t bytes = 0;  // of the whole message; at first, of what met the slot's receive
        int pieces_missing = 0;
        bool heard = false;  ///< what met the receive is looked at; in the order of the messages
    };

    /// Looks at what met the receive of slot k, and makes receives for what that announces.
    void hear(std::size_t k) {
        arriving_[k].heard = true;
        Announcement said;
        if (arriving_[k].bytes != sizeof said) return;
        std::memcpy(said.data(), slots_[k].header().data(), sizeof said);
        if (said != announcement_of(said[0]))
            throw MpiError(
                fmt::format("MPI could not {}: an announcement was damaged on its way", doing_));
        MessagePieces const pieces(said[0]);
        if (said[0] > payload_room_ || pieces.count() == 0)
            throw MpiError(
                fmt::format("MPI could not {}: a message of {} bytes is announced, a slot "
                            "holds {}; give both ends the same /buffers and build",
                            doing_, said[0], payload_room_));
        for (std::size_t i = 0; i < pieces.count(); ++i) {
            auto const piece = pieces.piece(slots_[k], i);
            std::size_t const request = layout_.piece(k, i);
            check_mpi(
                MPI_Irecv(piece.data(), static_cast<int>(piece.size()), MPI_BYTE, peer_.value(),
                          piece_tag(edge_), communicator_->handle, &requests_[request]),
                doing_);
            requests_.set_active(request);
        }
        arriving_[k] = {message_header_bytes + said[0], static_cast<int>(pieces.count()), true};
    }

    /// The last credits are 8 bytes each and have left long ago, unless the link is broken.
    void finish() noexcept {
        auto const deadline = Clock::now() + shutdown_limit;
        try {
            while (requests_.any_active(layout_.moving(), slots_.size()) && Clock::now() < deadline)
                requests_.test(doing_, [](std::size_t, MPI_Status const&) {});
        } catch (Error const&) {
            // Nobody is left to be told.
        }
    }

    /// A credit's request is free again long before its turn comes; if not, a later one says it
    /// too.
    void tell_credits() {
        std::size_t const k = given_back_ % slots_.size();
        if (told_ == given_back_ || requests_.active(layout_.credit(k))) return;
        totals_[k] = given_back_;
        requests_.start(layout_.credit(k), doing_);
        told_ = given_back_;
    }

    std::shared_ptr<Communicator> communicator_;
    Rank peer_;
    EdgeId edge_;
    std::size_t payload_room_;
    std::string doing_;
    std::vector<Slot> slots_;
    std::vector<Arriving> arriving_;  // by slot
    std::vector<std::uint64_t> totals_;
    RequestLayout layout_;
    MpiRequests requests_;
    std::uint64_t heard_ = 0;
    std::uint64_t given_back_ = 0;
    std::uint64_t told_ = 0;
};

MpiTransport::MpiTransport() : communicator_(std::make_shared<Communicator>()) {}
MpiTransport::~MpiTransport() = default;

Rank MpiTransport::rank() const { return Rank{communicator_->rank}; }

std::unique_ptr<TransportSender> MpiTransport::sender_to(Rank peer, EdgeId edge,
                                                         SlotRoom const& room) const {
    return std::make_unique<Sender>(communicator_, peer, edge, room);
}

std::unique_ptr<TransportReceiver> MpiTransport::receiver_from(Rank peer, EdgeId edge,
                                                               SlotRoom const& room) const {
    return std::make_unique<Receiver>(communicator_, peer, edge, room);
}

}  // namespace athanor
