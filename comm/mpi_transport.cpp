// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/mpi_transport.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <mpi.h>

#include "comm/mpi_error.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {

using detail::check_mpi;
using detail::mpi_count;

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto shutdown_limit = std::chrono::seconds(1);

int slot_tag(EdgeId edge) { return 2 * edge.value(); }
int credit_tag(EdgeId edge) { return 2 * edge.value() + 1; }

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
        if (edge.value() < 0 || edge.value() > (largest_tag - 1) / 2)
            throw MpiError(fmt::format("channel {} is more than MPI's tags can number ({})",
                                       edge.value(), (largest_tag - 1) / 2));
    }
};

/// The requests of one half, tested together without waiting and without allocating.
class MpiTransport::Requests {
public:
    explicit Requests(std::size_t count)
        : handles_(count, MPI_REQUEST_NULL), done_(count), statuses_(count), active_(count, 0) {}

    MPI_Request& operator[](std::size_t i) { return handles_[i]; }
    [[nodiscard]] bool active(std::size_t i) const { return active_[i] != 0; }
    [[nodiscard]] bool any_active(std::size_t first, std::size_t count) const {
        return std::any_of(active_.begin() + static_cast<std::ptrdiff_t>(first),
                           active_.begin() + static_cast<std::ptrdiff_t>(first + count),
                           [](char a) { return a != 0; });
    }
    void set_active(std::size_t i) { active_[i] = 1; }
    /// Starts persistent request i.
    void start(std::size_t i, std::string const& doing) {
        check_mpi(MPI_Start(&handles_[i]), doing);
        active_[i] = 1;
    }
    /// Calls finished(i, status) for every request that has ended since.
    template <class Finished>
    void test(std::string const& doing, Finished&& finished) {
        int count = 0;
        int const code = MPI_Testsome(static_cast<int>(handles_.size()), handles_.data(), &count,
                                      done_.data(), statuses_.data());
        if (code == MPI_ERR_IN_STATUS)
            for (int d = 0; d < count; ++d) check_mpi(statuses_[d].MPI_ERROR, doing);
        check_mpi(code, doing);
        if (count == MPI_UNDEFINED) return;
        for (int d = 0; d < count; ++d) {
            active_[static_cast<std::size_t>(done_[d])] = 0;
            finished(static_cast<std::size_t>(done_[d]), statuses_[d]);
        }
    }
    /// Takes back receives that nothing has met, and frees persistent requests.
    void cancel(std::size_t first, std::size_t count) noexcept {
        for (std::size_t i = first; i < first + count; ++i) {
            if (handles_[i] == MPI_REQUEST_NULL) continue;
            if (active_[i] != 0) {
                MPI_Cancel(&handles_[i]);
                MPI_Wait(&handles_[i], MPI_STATUS_IGNORE);  // ends at once: cancelled or complete
                active_[i] = 0;
            }
            if (handles_[i] != MPI_REQUEST_NULL) MPI_Request_free(&handles_[i]);
        }
    }
    /// Lets go of requests that may still run.
    void forget(std::size_t first, std::size_t count) noexcept {
        for (std::size_t i = first; i < first + count; ++i)
            if (handles_[i] != MPI_REQUEST_NULL) MPI_Request_free(&handles_[i]);
    }

private:
    std::vector<MPI_Request> handles_;
    std::vector<int> done_;
    std::vector<MPI_Status> statuses_;
    std::vector<char> active_;
};

/// Requests 0 .. K-1 send the slots, K .. 2K-1 (persistent) receive credits.
class MpiTransport::Sender : public TransportSender {
public:
    Sender(std::shared_ptr<Communicator> communicator, Rank peer, EdgeId edge, SlotRoom const& room)
        : communicator_(std::move(communicator)),
          peer_(peer),
          edge_(edge),
          doing_(fmt::format("send to rank {} (channel {})", peer.value(), edge.value())),
          slots_(make_slots(room)),
          told_(slots_.size()),
          requests_(2 * slots_.size()) {
        communicator_->expect_tags(edge);
        for (std::size_t k = 0; k < slots_.size(); ++k) {
            check_mpi(MPI_Recv_init(&told_[k], 1, MPI_UINT64_T, peer.value(), credit_tag(edge),
                                    communicator_->handle, &requests_[slots_.size() + k]),
                      doing_);
            requests_.start(slots_.size() + k, doing_);
        }
    }
    ~Sender() override {
        if (!detail::mpi_is_running()) return;
        if (std::uncaught_exceptions() == 0) finish();
        requests_.cancel(slots_.size(), slots_.size());
        if (!requests_.any_active(0, slots_.size())) return;
        requests_.forget(0, slots_.size());
        static_cast<void>(new std::vector<Slot>(std::move(slots_)));  // MPI may still read them
    }

    int slot_count() const override { return static_cast<int>(slots_.size()); }
    Slot& slot(int k) override { return slots_[static_cast<std::size_t>(k)]; }

    void post(int k, std::size_t payload_bytes) override {
        auto const i = static_cast<std::size_t>(k);
        ATHANOR_EXPECTS(!requests_.active(i));
        auto const message = slots_[i].bytes().first(message_header_bytes + payload_bytes);
        check_mpi(MPI_Isend(message.data(), static_cast<int>(message.size()), MPI_BYTE,
                            peer_.value(), slot_tag(edge_), communicator_->handle, &requests_[i]),
                  doing_);
        requests_.set_active(i);
        ++posted_;
    }

    void progress() override {
        requests_.test(doing_, [this](std::size_t i, MPI_Status const&) {
            if (i < slots_.size()) return;
            credits_ = std::max(credits_, told_[i - slots_.size()]);
            requests_.start(i, doing_);
        });
    }

    bool has_left(int k) const override { return !requests_.active(static_cast<std::size_t>(k)); }
    std::uint64_t credits() const override { return credits_; }

private:
    void finish() noexcept {
        auto const deadline = Clock::now() + shutdown_limit;
        try {
            do progress();
            while ((requests_.any_active(0, slots_.size()) || credits_ < posted_) &&
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
    std::vector<std::uint64_t> told_;
    Requests requests_;
    std::uint64_t posted_ = 0;
    std::uint64_t credits_ = 0;
};

/// Requests 0 .. K-1 (persistent) receive the slots, K .. 2K-1 (persistent) send credits.
class MpiTransport::Receiver : public TransportReceiver {
public:
    Receiver(std::shared_ptr<Communicator> communicator, Rank peer, EdgeId edge,
             SlotRoom const& room)
        : communicator_(std::move(communicator)),
          doing_(fmt::format("receive from rank {} (channel {})", peer.value(), edge.value())),
          slots_(make_slots(room)),
          message_bytes_(slots_.size()),
          totals_(slots_.size()),
          requests_(2 * slots_.size()) {
        communicator_->expect_tags(edge);
        for (std::size_t k = 0; k < slots_.size(); ++k) {
            auto const all = slots_[k].bytes();
            check_mpi(
                MPI_Recv_init(all.data(), static_cast<int>(all.size()), MPI_BYTE, peer.value(),
                              slot_tag(edge), communicator_->handle, &requests_[k]),
                doing_);
            check_mpi(MPI_Send_init(&totals_[k], 1, MPI_UINT64_T, peer.value(), credit_tag(edge),
                                    communicator_->handle, &requests_[slots_.size() + k]),
                      doing_);
            requests_.start(k, doing_);
        }
    }
    ~Receiver() override {
        if (!detail::mpi_is_running()) return;
        requests_.cancel(0, slots_.size());
        if (std::uncaught_exceptions() == 0) finish();
        requests_.forget(slots_.size(), slots_.size());
    }

    int slot_count() const override { return static_cast<int>(slots_.size()); }
    Slot& slot(int k) override { return slots_[static_cast<std::size_t>(k)]; }

    void progress() override {
        requests_.test(doing_, [this](std::size_t i, MPI_Status const& status) {
            if (i >= slots_.size()) return;
            int bytes = 0;
            check_mpi(MPI_Get_count(&status, MPI_BYTE, &bytes), doing_);
            message_bytes_[i] = static_cast<std::size_t>(bytes);
        });
        tell_credits();
    }

    std::optional<std::size_t> arrived(int k) const override {
        auto const i = static_cast<std::size_t>(k);
        if (requests_.active(i)) return std::nullopt;
        return message_bytes_[i];
    }

    void give_back(int k) override {
        auto const i = static_cast<std::size_t>(k);
        ATHANOR_EXPECTS(!requests_.active(i) && i == given_back_ % slots_.size());
        requests_.start(i, doing_);  // first: a message must find its receive
        ++given_back_;
        tell_credits();
    }

private:
    /// The last credits are 8 bytes each and have left long ago, unless the link is broken.
    void finish() noexcept {
        auto const deadline = Clock::now() + shutdown_limit;
        try {
            while (requests_.any_active(slots_.size(), slots_.size()) && Clock::now() < deadline)
                requests_.test(doing_, [](std::size_t, MPI_Status const&) {});
        } catch (Error const&) {
            // Nobody is left to be told.
        }
    }

    /// A credit's request is free again long before its turn comes; if not, a later one says it
    /// too.
    void tell_credits() {
        std::size_t const i = slots_.size() + given_back_ % slots_.size();
        if (told_ == given_back_ || requests_.active(i)) return;
        totals_[given_back_ % slots_.size()] = given_back_;
        requests_.start(i, doing_);
        told_ = given_back_;
    }

    std::shared_ptr<Communicator> communicator_;
    std::string doing_;
    std::vector<Slot> slots_;
    std::vector<std::size_t> message_bytes_;
    std::vector<std::uint64_t> totals_;
    Requests requests_;
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
