// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/stop_signals.hpp"

#include <atomic>
#include <csignal>

namespace athanor {
namespace {

std::atomic<int> first_signal{0};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

void remember(int number) {
    int none = 0;
    first_signal.compare_exchange_strong(none, number);
}

}  // namespace

StopSignals::StopSignals() {
    first_signal.store(0);
    struct sigaction action {};
    action.sa_handler = remember;
    sigemptyset(&action.sa_mask);
    // Back to the default after one, and calls that were under way go on.
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
    for (int const number : {SIGINT, SIGTERM}) sigaction(number, &action, nullptr);
}

StopSignals::~StopSignals() {
    for (int const number : {SIGINT, SIGTERM}) std::signal(number, SIG_DFL);
}

int StopSignals::received() { return first_signal.load(); }

}  // namespace athanor
