// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/stop_signals.hpp"

#include <array>
#include <atomic>
#include <cstddef>

namespace athanor {
namespace {

constexpr std::array<int, 4> numbers{SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
std::atomic<int> first_signal{0};
std::atomic<bool> save_asked{false};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

void remember(int number) {
    if (number == SIGUSR2) return save_asked.store(true);
    int none = 0;
    first_signal.compare_exchange_strong(none, number);
}

}  // namespace

StopSignals::StopSignals() {
    first_signal.store(0);
    save_asked.store(false);
    struct sigaction action {};
    action.sa_handler = remember;
    sigemptyset(&action.sa_mask);
    for (std::size_t k = 0; k < numbers.size(); ++k) {
        // Calls that were under way go on. The last word of a person is heard the second time, too;
        // launchers pass the others on more than once.
        bool const ends_at_second = numbers[k] == SIGINT || numbers[k] == SIGTERM;
        action.sa_flags = SA_RESTART | (ends_at_second ? static_cast<int>(SA_RESETHAND) : 0);
        sigaction(numbers[k], nullptr, &before_[k]);
        // Whoever started us wants it ignored, such as nohup.
        if (before_[k].sa_handler != SIG_IGN) sigaction(numbers[k], &action, nullptr);
    }
}

StopSignals::~StopSignals() {
    for (std::size_t k = 0; k < numbers.size(); ++k) sigaction(numbers[k], &before_[k], nullptr);
}

bool StopSignals::take_save_request() { return save_asked.exchange(false); }

int StopSignals::received() { return first_signal.load(); }

}  // namespace athanor
