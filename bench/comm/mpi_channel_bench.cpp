// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// mpirun -n 2 bench_comm_mpi: channels against bare MPI, messages of the same size, in one run.
///   latency    half of a round trip of one message there and one back
///   bandwidth  many messages one way, three of them under way at most, as the channel has slots
///   bare       MPI_Send and MPI_Recv; MPI_Isend and MPI_Irecv
///   slots      a transport alone: a slot packed beforehand is posted, found and given back (no
///              bandwidth within a node: the bytes stand where they are)
///   channel    all of it: pack, seal, check, unpack
/// over MpiTransport ("MPI") and over NodeTransport, which shares slots within a node ("node").
/// Each figure is the best of many short turns, which go through all contenders in the same order:
/// what else the machine does hits all alike, and the best turn is the least disturbed. Ratios are
/// to the ping-pong of bare MPI.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <mpi.h>

#include "comm/credit_channel.hpp"
#include "comm/mpi_environment.hpp"
#include "comm/mpi_transport.hpp"
#include "comm/node_transport.hpp"

namespace athanor {
namespace {

constexpr int slots = 3;
constexpr int turns = 41;
using Clock = std::chrono::steady_clock;

double seconds_of(std::function<void()> const& work) {
    MPI_Barrier(MPI_COMM_WORLD);
    auto const start = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double least(std::vector<double> const& values) {
    return *std::min_element(values.begin(), values.end());
}

/// One way to exchange messages of one size between ranks 0 and 1.
class Contender {
public:
    virtual ~Contender() = default;
    /// There and back, `rounds` times.
    virtual void ping_pong(int rounds) = 0;
    /// From rank 0 to rank 1; rank 0 returns when all of them are there.
    virtual void stream(int messages) = 0;
};

class BareMpi : public Contender {
public:
    BareMpi(int rank, std::size_t bytes)
        : rank_(rank), buffers_(slots, std::vector<char>(bytes, 1)), back_(bytes, 1) {}

    void ping_pong(int rounds) override {
        int const other = 1 - rank_, count = static_cast<int>(back_.size());
        auto const send = [&] {
            MPI_Send(buffers_[0].data(), count, MPI_BYTE, other, 0, MPI_COMM_WORLD);
        };
        for (int i = 0; i < rounds; ++i) {
            if (rank_ == 0) send();
            MPI_Recv(back_.data(), count, MPI_BYTE, other, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            if (rank_ == 1) send();
        }
    }
    void stream(int messages) override {
        std::vector<MPI_Request> requests(slots, MPI_REQUEST_NULL);
        int const other = 1 - rank_, count = static_cast<int>(back_.size());
        for (int i = 0; i < messages; ++i) {
            auto const k = static_cast<std::size_t>(i % slots);
            MPI_Wait(&requests[k], MPI_STATUS_IGNORE);
            if (rank_ == 0)
                MPI_Isend(buffers_[k].data(), count, MPI_BYTE, other, 1, MPI_COMM_WORLD,
                          &requests[k]);
            else
                MPI_Irecv(buffers_[k].data(), count, MPI_BYTE, other, 1, MPI_COMM_WORLD,
                          &requests[k]);
        }
        MPI_Waitall(slots, requests.data(), MPI_STATUSES_IGNORE);
        char done = 0;  // the sender's clock stops when everything is there
        if (rank_ == 0)
            MPI_Recv(&done, 1, MPI_BYTE, other, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        else
            MPI_Send(&done, 1, MPI_BYTE, other, 2, MPI_COMM_WORLD);
    }

private:
    int rank_;
    std::vector<std::vector<char>> buffers_;
    std::vector<char> back_;
};

/// A transport alone, in both directions; edges 10 and 11.
class Slots : public Contender {
public:
    template <class Transport>
    Slots(int rank, Transport const& transport, std::size_t bytes)
        : rank_(rank),
          payload_bytes_(bytes - message_header_bytes),
          sender_(transport.sender_to(Rank{1 - rank}, EdgeId{10 + rank}, {payload_bytes_, slots})),
          receiver_(
              transport.receiver_from(Rank{1 - rank}, EdgeId{11 - rank}, {payload_bytes_, slots})) {
        for (int k = 0; k < slots; ++k)
            std::fill_n(sender_->slot(k).bytes().data(), bytes, std::byte{1});
    }
    void ping_pong(int rounds) override {
        for (int i = 0; i < rounds; ++i) {
            if (rank_ == 0) send();
            receive();
            if (rank_ == 1) send();
        }
        drain();
    }
    void stream(int messages) override {
        for (int i = 0; i < messages; ++i) rank_ == 0 ? send() : receive();
        drain();
    }

private:
    void send() {
        int const k = static_cast<int>(posted_ % slots);
        while (posted_ - sender_->credits() == slots || !sender_->has_left(k)) sender_->progress();
        sender_->post(k, payload_bytes_);
        ++posted_;
    }
    void receive() {
        int const k = static_cast<int>(received_ % slots);
        while (!receiver_->arrived(k)) receiver_->progress();
        receiver_->give_back(k);
        ++received_;
    }
    void drain() {
        while (sender_->credits() < posted_) sender_->progress();
    }

    int rank_;
    std::size_t payload_bytes_;
    std::unique_ptr<TransportSender> sender_;
    std::unique_ptr<TransportReceiver> receiver_;
    std::uint64_t posted_ = 0, received_ = 0;
};

ChannelOptions channel_options(SchemaPtr const& schema, int edge, int atoms) {
    return {EdgeId{edge}, schema, {1, atoms, 0, 0, slots}};
}

/// One sample of `atoms` atoms per message, in both directions; edges 0 and 1.
class Channels : public Contender {
public:
    template <class Transport>
    Channels(int rank, Transport const& transport, SchemaPtr const& schema, int atoms)
        : rank_(rank),
          batch_(schema, {1, atoms, 0}),
          room_(schema, {1, atoms, 0}),
          sender_(channel_options(schema, rank, atoms),
                  transport.sender_to(Rank{1 - rank}, EdgeId{rank}, slot_room_of(schema, atoms))),
          receiver_(channel_options(schema, 1 - rank, atoms),
                    transport.receiver_from(Rank{1 - rank}, EdgeId{1 - rank},
                                            slot_room_of(schema, atoms))) {
        batch_.allocate(atoms, 0, "sample");
    }
    ~Channels() override {
        sender_.close();
        while (receiver_.poll() != ReceiveStatus::ended) sender_.progress();
        while (!sender_.progress()) continue;
    }
    void ping_pong(int rounds) override {
        for (int i = 0; i < rounds; ++i) {
            if (rank_ == 0) send();
            receive();
            if (rank_ == 1) send();
        }
        while (!sender_.progress()) continue;
    }
    void stream(int messages) override {
        for (int i = 0; i < messages; ++i) rank_ == 0 ? send() : receive();
        while (rank_ == 0 && sender_.credit() < slots) continue;
    }

private:
    static SlotRoom slot_room_of(SchemaPtr const& schema, int atoms) {
        return slot_room(*schema, channel_options(schema, 0, atoms).buffers);
    }
    void send() {
        while (sender_.try_send(batch_, {&front_, 1}) == 0) continue;
    }
    void receive() {
        while (receiver_.poll() != ReceiveStatus::received) continue;
        room_.clear();
        receiver_.take(room_);
    }

    int rank_;
    SystemIndex front_{0};
    Batch batch_, room_;
    CreditChannelSender sender_;
    CreditChannelReceiver receiver_;
};

struct Measured {
    std::vector<double> latency;      ///< [s]
    std::vector<double> per_message;  ///< [s], of a stream
};

void compare(int rank, MpiTransport const& mpi, NodeTransport const& node, SchemaPtr const& schema,
             std::size_t wanted_bytes) {
    std::size_t const per_atom = schema->bytes_per_row(Level::atom);
    int const atoms = static_cast<int>(std::max<std::size_t>(1, (wanted_bytes - 512) / per_atom));
    PackedCounts const counts{1, static_cast<std::uint32_t>(atoms), 0, 6};
    std::size_t const bytes = message_header_bytes + packed_bytes(*schema, counts);
    std::vector<std::unique_ptr<Contender>> contenders;
    contenders.push_back(std::make_unique<BareMpi>(rank, bytes));
    contenders.push_back(std::make_unique<Slots>(rank, mpi, bytes));
    contenders.push_back(std::make_unique<Slots>(rank, node, bytes));
    contenders.push_back(std::make_unique<Channels>(rank, mpi, schema, atoms));
    contenders.push_back(std::make_unique<Channels>(rank, node, schema, atoms));
    int const rounds =
        static_cast<int>(std::clamp<std::size_t>((std::size_t{4} << 20) / bytes, 3, 200));
    std::vector<Measured> measured(contenders.size());
    for (auto const& contender : contenders) contender->ping_pong(5);
    for (int t = 0; t < turns; ++t)
        for (std::size_t c = 0; c < contenders.size(); ++c) {
            double const there_and_back = seconds_of([&] { contenders[c]->ping_pong(rounds); });
            double const one_way = seconds_of([&] { contenders[c]->stream(2 * rounds); });
            measured[c].latency.push_back(there_and_back / (2 * rounds));
            measured[c].per_message.push_back(one_way / (2 * rounds));
        }
    double const bare_latency = least(measured[0].latency);
    double const bare_rate = static_cast<double>(bytes) / bare_latency;
    auto const relative_rate = [&](Measured const& m) {
        return bare_latency / least(m.per_message);
    };
    if (rank == 0) {
        std::printf("%9zu |%9.2f", bytes, 1e6 * bare_latency);
        for (std::size_t c = 1; c < measured.size(); ++c)
            std::printf("%9.2f", least(measured[c].latency) / bare_latency);
        std::printf(" |%9.2f%9.2f", 1e-9 * bare_rate, relative_rate(measured[0]));
        for (std::size_t c : {std::size_t{1}, std::size_t{3}, std::size_t{4}})
            std::printf("%9.2f", relative_rate(measured[c]));
        std::printf("\n");
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

int run(int argc, char** argv) {
    MpiEnvironment const environment(argc, argv);
    if (environment.size() != 2) {
        std::fprintf(stderr, "bench_comm_mpi compares two ranks: mpirun -n 2 %s\n", argv[0]);
        return 2;
    }
    int const rank = environment.rank().value();
    MpiTransport const mpi;
    NodeTransport const node;
    auto const schema = std::make_shared<Schema const>();
    if (rank == 0)
        std::printf(
            "          |  latency; in units of bare MPI's        |  bandwidth; in units of bare "
            "MPI's ping-pong\n"
            "%9s |%9s%9s%9s%9s%9s |%9s%9s%9s%9s%9s\n%9s |%9s%9s%9s%9s%9s |%9s%9s%9s%9s%9s\n",
            "message", "bare", "slots", "slots", "channel", "channel", "bare", "bare", "slots",
            "channel", "channel", "bytes", "us", "MPI", "node", "MPI", "node", "GB/s", "stream",
            "MPI", "MPI", "node");
    for (std::size_t bytes = 1024; bytes <= (std::size_t{16} << 20); bytes *= 4)
        compare(rank, mpi, node, schema, bytes);
    return 0;
}

}  // namespace
}  // namespace athanor

int main(int argc, char** argv) { return athanor::run(argc, argv); }
