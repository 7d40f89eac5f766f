// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/deadline.hpp"

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace athanor {

Deadline::Deadline(std::chrono::duration<double> limit, std::string message) {
    if (limit.count() <= 0.0) return;
    thread_ = std::jthread([limit, message = std::move(message)](std::stop_token stop) {
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        if (wake.wait_for(lock, stop, limit, [&stop] { return stop.stop_requested(); })) return;
        if (stop.stop_requested()) return;
        std::fprintf(stderr, "athanor: %s\n", message.c_str());
        std::fflush(nullptr);
        std::_Exit(4);
    });
}

}  // namespace athanor
