// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <barrier>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "comm/in_process_transport.hpp"
#include "tests/comm/ring.hpp"

namespace athanor::test {

/// Rings of one to four ranks, one after the other, whose ranks are threads. A rank that leaves
/// early (a failed ASSERT, an exception) leaves the barrier too, so that the others go on.
struct InProcessRing {
    static constexpr int random_cases = 60;  // at each rank count

    static void run(RingOptions const& options, RingBody const& body) {
        for (int ranks = 1; ranks <= 4; ++ranks) run(options, body, ranks);
    }

private:
    static void run(RingOptions const& options, RingBody const& body, int ranks) {
        auto const count = static_cast<std::size_t>(ranks);
        std::vector<std::unique_ptr<CreditChannelSender>> senders(count);
        std::vector<std::unique_ptr<CreditChannelReceiver>> receivers(count);
        for (std::size_t r = 0; r < count; ++r) {
            auto link = in_process_link(slot_room(*options.schema, options.buffers));
            auto const ends = channel_options(options, static_cast<int>(r));
            senders[r] = std::make_unique<CreditChannelSender>(
                ends, options.wrap_sender(std::move(link.sender)));
            receivers[(r + 1) % count] = std::make_unique<CreditChannelReceiver>(
                ends, options.wrap_receiver(std::move(link.receiver)));
        }
        std::barrier barrier(ranks);
        std::vector<std::jthread> threads;
        for (std::size_t r = 0; r < count; ++r)
            threads.emplace_back([&, r] {
                SCOPED_TRACE("rank " + std::to_string(r) + " of " + std::to_string(ranks));
                RingMember member{static_cast<int>(r), ranks, *senders[r], *receivers[r],
                                  [&barrier] { barrier.arrive_and_wait(); }};
                try {
                    body(member);
                } catch (std::exception const& error) {
                    ADD_FAILURE() << error.what();
                }
                barrier.arrive_and_drop();
            });
    }
};

}  // namespace athanor::test
