// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <barrier>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

#include "comm/in_process_transport.hpp"
#include "tests/comm/ring.hpp"

namespace athanor::test {

/// A ring whose ranks are threads. One that leaves early (a failed ASSERT, an exception) leaves the
/// barrier too, so that the others go on.
template <int ranks>
struct InProcessRing {
    static constexpr int random_cases = 60;

    static void run(RingOptions const& options, RingBody const& body) {
        std::vector<std::unique_ptr<CreditChannelSender>> senders(ranks);
        std::vector<std::unique_ptr<CreditChannelReceiver>> receivers(ranks);
        for (int r = 0; r < ranks; ++r) {
            auto link = in_process_link(slot_room(*options.schema, options.buffers));
            senders[r] = std::make_unique<CreditChannelSender>(
                channel_options(options, r), options.wrap_sender(std::move(link.sender)));
            receivers[(r + 1) % ranks] = std::make_unique<CreditChannelReceiver>(
                channel_options(options, r), options.wrap_receiver(std::move(link.receiver)));
        }
        std::barrier barrier(ranks);
        std::vector<std::jthread> threads;
        for (int r = 0; r < ranks; ++r)
            threads.emplace_back([&, r] {
                RingMember member{r, ranks, *senders[r], *receivers[r],
                                  [&barrier] { barrier.arrive_and_wait(); }};
                try {
                    body(member);
                } catch (std::exception const& error) {
                    ADD_FAILURE() << "rank " << r << ": " << error.what();
                }
                barrier.arrive_and_drop();
            });
    }
};

}  // namespace athanor::test
