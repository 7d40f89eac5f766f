// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <csignal>

namespace athanor {

/// While one lives, SIGINT, SIGTERM and SIGUSR1 (the warning of a batch system) are remembered
/// instead of ending the process, so that logs and stores can be closed. A second SIGINT or SIGTERM
/// ends it at once, as ever; one that was ignored stays so. SIGUSR2 asks for a checkpoint.
/// Threads: one at a time in a process; received() from any thread.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(StopSignals const&) = delete;
    StopSignals& operator=(StopSignals const&) = delete;

    /// The signal that came first, or 0.
    [[nodiscard]] static int received();
    /// True once for each time that SIGUSR2 came since the last call, or several of them.
    [[nodiscard]] static bool take_save_request();

private:
    std::array<struct sigaction, 4> before_{};
};

}  // namespace athanor
