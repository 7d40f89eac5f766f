// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/stop_signals.hpp"

#include <atomic>

namespace athanor {
namespace {

std::atomic<int> first_signal{0};
std::atomic<bool> save_asked{false};
int alive = 0;
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

void remember(int number) {
    if (number == SIGUSR2) return save_asked.store(true);
    int none = 0;
    first_signal.compare_exchange_strong(none, number);
}

}  // namespace

StopSignals::StopSignals(std::initializer_list<int> numbers) {
    ++alive;
    struct sigaction action {};
    action.sa_handler = remember;
    sigemptyset(&action.sa_mask);
    for (int const number : numbers) {
        // Calls that were under way go on. The last word of a person is heard the second time, too;
        // launchers pass the others on more than once.
        bool const ends_at_second = number == SIGINT || number == SIGTERM;
        action.sa_flags = SA_RESTART | (ends_at_second ? static_cast<int>(SA_RESETHAND) : 0);
        auto& [same, before] = before_.emplace_back();
        same = number;
        sigaction(number, nullptr, &before);
        // Whoever started us wants it ignored, such as nohup.
        if (before.sa_handler != SIG_IGN) sigaction(number, &action, nullptr);
    }
}

StopSignals::~StopSignals() {
    for (auto const& [number, before] : before_) sigaction(number, &before, nullptr);
    if (--alive > 0) return;
    first_signal.store(0);
    save_asked.store(false);
}

bool StopSignals::take_save_request() { return save_asked.exchange(false); }

int StopSignals::received() { return first_signal.load(); }

}  // namespace athanor
