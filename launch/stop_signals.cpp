// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/stop_signals.hpp"

#include <array>
#include <atomic>
#include <cstddef>

namespace athanor {
namespace {

constexpr std::array<int, 2> numbers{SIGINT, SIGTERM};
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
    for (std::size_t k = 0; k < numbers.size(); ++k) {
        sigaction(numbers[k], nullptr, &before_[k]);
        // Whoever started us wants it ignored, such as nohup.
        if (before_[k].sa_handler != SIG_IGN) sigaction(numbers[k], &action, nullptr);
    }
}

StopSignals::~StopSignals() {
    for (std::size_t k = 0; k < numbers.size(); ++k) sigaction(numbers[k], &before_[k], nullptr);
}

int StopSignals::received() { return first_signal.load(); }

}  // namespace athanor
