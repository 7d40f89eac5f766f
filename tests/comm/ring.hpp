// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Ranks in a ring: each sends right and receives left. What the contract needs of a transport's ring:
///   static void Ring::run(RingOptions const&, RingBody const&);  runs the body on every rank
///   static int Ring::rank_count();
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "comm/credit_channel.hpp"
#include "tests/support/sample_forge.hpp"

namespace athanor::test {

using SenderPtr = std::unique_ptr<TransportSender>;
using ReceiverPtr = std::unique_ptr<TransportReceiver>;

struct RingOptions {
    BufferConfig buffers;
    SchemaPtr schema = forged_schema();
    std::function<SenderPtr(SenderPtr)> wrap_sender = [](SenderPtr s) { return s; };
    std::function<ReceiverPtr(ReceiverPtr)> wrap_receiver = [](ReceiverPtr r) { return r; };
};

/// One rank's view of the ring.
struct RingMember {
    int rank;
    int size;
    CreditChannelSender& sender;
    CreditChannelReceiver& receiver;
    std::function<void()> barrier;

    [[nodiscard]] int left() const { return (rank + size - 1) % size; }
};
using RingBody = std::function<void(RingMember&)>;

inline ChannelOptions channel_options(RingOptions const& options, int from_rank) {
    return {EdgeId{from_rank}, options.schema, options.buffers};
}

/// Polls `done` without blocking; fails the test when it takes longer than anything should.
template <class Done>
bool eventually(Done&& done) {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!done()) {
        if (std::chrono::steady_clock::now() > deadline) {
            ADD_FAILURE() << "waited for a minute";
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

/// A batch with these samples and room for nothing more.
inline Batch batch_of(SchemaPtr const& schema, std::vector<Sample> const& samples) {
    BatchCapacity room{static_cast<int>(samples.size()), 0, 0};
    for (Sample const& s : samples) {
        room.atoms += s.atom_count();
        room.edges += s.edge_count();
    }
    Batch batch(schema, room);
    for (Sample const& s : samples) batch.append(s);
    return batch;
}

inline std::vector<SystemIndex> all_systems(Batch const& batch) {
    std::vector<SystemIndex> systems;
    for (int s = 0; s < batch.system_count(); ++s) systems.emplace_back(s);
    return systems;
}

/// Takes the sample that poll() has found, through a batch that holds it alone.
inline Sample take_one(ChannelReceiver& receiver, SchemaPtr const& schema) {
    Batch batch(schema, {1, receiver.next_atoms(), receiver.next_edges()});
    return batch.extract(receiver.take(batch));
}

/// Sends `mine` to the right, closes, and returns what came from the left until its end.
/// `pause` runs once per turn and may delay.
inline std::vector<Sample> exchange(
    RingMember& member, SchemaPtr const& schema, std::vector<Sample> const& mine,
    std::function<void()> const& pause = [] {}) {
    Batch const outgoing = batch_of(schema, mine);
    auto const systems = all_systems(outgoing);
    std::size_t sent = 0;
    bool closed = false, left = false, ended = false;
    std::vector<Sample> received;
    eventually([&] {
        pause();
        if (sent < systems.size())
            sent += static_cast<std::size_t>(
                member.sender.try_send(outgoing, std::span(systems).subspan(sent)));
        else if (!closed) {
            member.sender.close();
            closed = true;
        }
        left = member.sender.progress();
        switch (ended ? ReceiveStatus::ended : member.receiver.poll()) {
            case ReceiveStatus::received:
                received.push_back(take_one(member.receiver, schema));
                break;
            case ReceiveStatus::ended:
                ended = true;
                break;
            case ReceiveStatus::nothing_yet:
                break;
        }
        return closed && left && ended;
    });
    return received;
}

}  // namespace athanor::test
