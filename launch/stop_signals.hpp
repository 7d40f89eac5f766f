// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <csignal>

namespace athanor {

/// While one lives, SIGINT and SIGTERM are remembered instead of ending the process, so that logs
/// and stores can be closed. A second signal of the same kind ends it at once, as ever; one that
/// was ignored stays so.
/// Threads: one at a time in a process; received() from any thread.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(StopSignals const&) = delete;
    StopSignals& operator=(StopSignals const&) = delete;

    /// The signal that came first, or 0.
    [[nodiscard]] static int received();

private:
    std::array<struct sigaction, 2> before_{};
};

}  // namespace athanor
