// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <initializer_list>
#include <utility>
#include <vector>

namespace athanor {

/// While one lives, some signals are remembered instead of ending the process: SIGINT and SIGTERM,
/// so that logs and stores can be closed; SIGUSR1 (the warning of a batch system) and SIGUSR2,
/// which ask for a checkpoint, before the end or just so. A second SIGINT or SIGTERM ends the
/// process at once, as ever; one that was ignored stays so.
/// Threads: made and destroyed by one at a time in a process; what came is told to any thread,
///          until the last one of several is destroyed.
class StopSignals {
public:
    StopSignals(std::initializer_list<int> numbers);
    ~StopSignals();
    StopSignals(StopSignals const&) = delete;
    StopSignals& operator=(StopSignals const&) = delete;

    /// The signal that came first, other than SIGUSR2, or 0.
    [[nodiscard]] static int received();
    /// True once for each time that SIGUSR2 came since the last call, or several of them.
    [[nodiscard]] static bool take_save_request();

private:
    std::vector<std::pair<int, struct sigaction>> before_;
};

}  // namespace athanor
