// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// mpirun -n 2 bench_comm_mpi: a channel against bare MPI, messages of the same size, in one run.
///   latency    half of a round trip of one message there and one back; the channel's includes
///              packing and unpacking, sealing and checking
///   bandwidth  many messages one way; bare: three of MPI_Isend and MPI_Irecv in flight, as the
///              channel has three slots, and the rate of a ping-pong beside it
/// Each figure is the median of seven turns, which alternate between the two.
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

namespace athanor {
namespace {

constexpr int slots = 3;
constexpr int turns = 7;
using Clock = std::chrono::steady_clock;

double seconds_of(std::function<void()> const& work) {
    MPI_Barrier(MPI_COMM_WORLD);
    auto const start = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

struct BareMpi {
    BareMpi(int rank_, std::size_t bytes)
        : rank(rank_), buffers(slots, std::vector<char>(bytes, 1)), back(bytes, 1) {}

    void ping_pong(int rounds) {
        int const other = 1 - rank, count = static_cast<int>(back.size());
        for (int i = 0; i < rounds; ++i) {
            if (rank == 0) MPI_Send(buffers[0].data(), count, MPI_BYTE, other, 0, MPI_COMM_WORLD);
            MPI_Recv(back.data(), count, MPI_BYTE, other, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            if (rank == 1) MPI_Send(buffers[0].data(), count, MPI_BYTE, other, 0, MPI_COMM_WORLD);
        }
    }
    void stream(int messages) {
        std::vector<MPI_Request> requests(slots, MPI_REQUEST_NULL);
        int const other = 1 - rank, count = static_cast<int>(back.size());
        for (int i = 0; i < messages; ++i) {
            auto const k = static_cast<std::size_t>(i % slots);
            MPI_Wait(&requests[k], MPI_STATUS_IGNORE);
            if (rank == 0)
                MPI_Isend(buffers[k].data(), count, MPI_BYTE, other, 1, MPI_COMM_WORLD,
                          &requests[k]);
            else
                MPI_Irecv(buffers[k].data(), count, MPI_BYTE, other, 1, MPI_COMM_WORLD,
                          &requests[k]);
        }
        MPI_Waitall(slots, requests.data(), MPI_STATUSES_IGNORE);
        char done = 0;  // the sender's clock stops when everything is there
        if (rank == 0)
            MPI_Recv(&done, 1, MPI_BYTE, other, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        else
            MPI_Send(&done, 1, MPI_BYTE, other, 2, MPI_COMM_WORLD);
    }

    int rank;
    std::vector<std::vector<char>> buffers;
    std::vector<char> back;
};

/// One sample of `atoms` atoms per message, in both directions.
struct Channels {
    Channels(int rank_, MpiTransport const& mpi, SchemaPtr const& schema, int atoms)
        : rank(rank_),
          batch(schema, {1, atoms, 0}),
          room(schema, {1, atoms, 0}),
          sender(options(schema, rank_, atoms),
                 mpi.sender_to(Rank{1 - rank_}, EdgeId{rank_}, slot_room_of(schema, atoms))),
          receiver(
              options(schema, 1 - rank_, atoms),
              mpi.receiver_from(Rank{1 - rank_}, EdgeId{1 - rank_}, slot_room_of(schema, atoms))) {
        batch.allocate(atoms, 0, "sample");
    }
    static ChannelOptions options(SchemaPtr const& schema, int edge, int atoms) {
        return {EdgeId{edge}, schema, {1, atoms, 0, 0, slots}};
    }
    static SlotRoom slot_room_of(SchemaPtr const& schema, int atoms) {
        return slot_room(*schema, options(schema, 0, atoms).buffers);
    }

    void send() {
        while (sender.try_send(batch, {&front, 1}) == 0) {
        }
    }
    void receive() {
        while (receiver.poll() != ReceiveStatus::received) {
        }
        room.clear();
        receiver.take(room);
    }
    void ping_pong(int rounds) {
        for (int i = 0; i < rounds; ++i) {
            if (rank == 0) send();
            receive();
            if (rank == 1) send();
        }
        while (!sender.progress()) {
        }
    }
    void stream(int messages) {
        for (int i = 0; i < messages; ++i) rank == 0 ? send() : receive();
        if (rank == 0)
            while (sender.credit() < slots) {
            }
    }

    int rank;
    SystemIndex front{0};
    Batch batch, room;
    CreditChannelSender sender;
    CreditChannelReceiver receiver;
};

void compare(int rank, MpiTransport const& mpi, SchemaPtr const& schema, std::size_t wanted_bytes) {
    std::size_t const per_atom = schema->bytes_per_row(Level::atom);
    int const atoms = static_cast<int>(std::max<std::size_t>(1, (wanted_bytes - 512) / per_atom));
    Channels channels(rank, mpi, schema, atoms);
    std::size_t const bytes =
        message_header_bytes +
        packed_bytes(*schema, count_packed(channels.batch, {&channels.front, 1}));
    BareMpi bare(rank, bytes);
    int const rounds =
        static_cast<int>(std::clamp<std::size_t>((std::size_t{16} << 20) / bytes, 8, 500));
    std::vector<double> bare_latency, latency, bare_rate, rate;
    channels.ping_pong(5);
    bare.ping_pong(5);
    for (int t = 0; t < turns; ++t) {
        bare_latency.push_back(seconds_of([&] { bare.ping_pong(rounds); }) / (2 * rounds));
        latency.push_back(seconds_of([&] { channels.ping_pong(rounds); }) / (2 * rounds));
        double const moved = static_cast<double>(bytes) * 2 * rounds;
        bare_rate.push_back(moved / seconds_of([&] { bare.stream(2 * rounds); }));
        rate.push_back(moved / seconds_of([&] { channels.stream(2 * rounds); }));
    }
    double const ping_pong_rate = static_cast<double>(bytes) / median(bare_latency);
    if (rank == 0)
        std::printf("%9zu %12.2f %12.2f %7.2f %12.2f %12.2f %12.2f %8.2f %8.2f\n", bytes,
                    1e6 * median(bare_latency), 1e6 * median(latency),
                    median(latency) / median(bare_latency), 1e-9 * ping_pong_rate,
                    1e-9 * median(bare_rate), 1e-9 * median(rate), median(rate) / ping_pong_rate,
                    median(rate) / median(bare_rate));
    channels.sender.close();
    while (channels.receiver.poll() != ReceiveStatus::ended) channels.sender.progress();
    while (!channels.sender.progress()) {
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
    auto const schema = std::make_shared<Schema const>();
    if (rank == 0)
        std::printf(
            "%9s %12s %12s %7s %12s %12s %12s %8s %8s\n%9s %12s %12s %7s %12s %12s %12s %8s "
            "%8s\n",
            "message", "latency us", "latency us", "ratio", "GB/s bare", "GB/s bare", "GB/s",
            "ratio to", "ratio to", "bytes", "bare", "channel", "", "ping-pong", "stream",
            "channel", "pingpong", "stream");
    for (std::size_t bytes = 1024; bytes <= (std::size_t{16} << 20); bytes *= 4)
        compare(rank, mpi, schema, bytes);
    return 0;
}

}  // namespace
}  // namespace athanor

int main(int argc, char** argv) { return athanor::run(argc, argv); }
