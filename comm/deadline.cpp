// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/deadline.hpp"

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
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

bool kill_this_process_after(std::chrono::duration<double> limit) {
    sigevent killed{};
    killed.sigev_notify = SIGEV_SIGNAL;
    killed.sigev_signo = SIGKILL;
    timer_t timer{};
    if (timer_create(CLOCK_MONOTONIC, &killed, &timer) != 0) return false;
    auto const nanoseconds = std::chrono::ceil<std::chrono::nanoseconds>(limit).count();
    itimerspec once{};
    once.it_value.tv_sec = nanoseconds / 1'000'000'000;
    once.it_value.tv_nsec = nanoseconds % 1'000'000'000;
    return timer_settime(timer, 0, &once, nullptr) == 0;
}

}  // namespace athanor
