// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <thread>

namespace athanor {

/// Ends the process, with a message and exit code 4, unless it is destroyed within `limit`: for the
/// calls that wait for other ranks and have no limit of their own. A limit of 0 is none.
class Deadline {
public:
    Deadline(std::chrono::duration<double> limit, std::string message);

private:
    std::jthread thread_;
};

/// Has the kernel kill this process (SIGKILL) after `limit`, whatever it does then: a process that
/// was stopped, all its threads with it, ends as well, which no Deadline sees to. It cannot be
/// taken back: for a process that is about to end. False where no timer can be had.
/// Expects: limit > 0.
bool kill_this_process_after(std::chrono::duration<double> limit);

}  // namespace athanor
