// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>

namespace athanor {

/// Whether loops may fork now. On a machine that others keep busy a fork can take a hundred times
/// as long as the loop on one thread, for a thread that has to wait for its core keeps the rest
/// waiting. After a fork that took three times what one thread would, the next 32 loops stay on one
/// thread, and twice as many as long as it happens again, up to 1024.
/// Threads: one.
class ForkWatch {
public:
    /// To be asked once for every loop that is worth a fork.
    [[nodiscard]] bool may_fork() {
        if (loops_to_wait_ == 0) return true;
        --loops_to_wait_;
        return false;
    }
    /// A loop that forked took so long; `work`: what one thread takes, to a factor
    /// of two or so [ns].
    void took(double nanoseconds, double work) {
        if (nanoseconds < 3.0 * work) {
            pause_ = std::max(pause_ / 2, first_pause);
            return;
        }
        loops_to_wait_ = pause_;
        pause_ = std::min(2 * pause_, last_pause);
    }
    /// Runs fork() and looks at the clock.
    template <class Fork>
    void time(double work, Fork const& fork) {
        auto const begin = std::chrono::steady_clock::now();
        fork();
        std::chrono::duration<double, std::nano> const passed =
            std::chrono::steady_clock::now() - begin;
        took(passed.count(), work);
    }

private:
    static constexpr int first_pause = 32, last_pause = 1024;
    int pause_ = first_pause;
    int loops_to_wait_ = 0;
};

/// Those of the calling thread: loops of less than a millisecond and longer ones do not learn from
/// each other, for it is the short ones that suffer. `work`: as above.
[[nodiscard]] inline ForkWatch& fork_watch(double work) {
    thread_local std::array<ForkWatch, 2> watches;
    return watches[work < 1e6 ? 0 : 1];
}

}  // namespace athanor
