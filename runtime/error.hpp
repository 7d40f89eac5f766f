// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace athanor {

/// Root of every exception that Athanor throws: the world is wrong (a caller that is wrong meets
/// ATHANOR_EXPECTS instead). The message says what was wrong, where, and what to do about it.
/// Each branch has the exit code that `athanor` ends with (README, "Exit codes").
class Error : public std::runtime_error {
public:
    explicit Error(std::string const& message, int exit_code = 4)
        : std::runtime_error(message), exit_code_(exit_code) {}

    [[nodiscard]] int exit_code() const noexcept { return exit_code_; }

private:
    int exit_code_;
};

/// Bad usage or a bad configuration; the message begins with file#/json/pointer where there is one.
struct ConfigError : Error {
    explicit ConfigError(std::string const& message) : Error(message, 2) {}
};

/// Input that is missing, empty or no structure file at all.
struct InputError : Error {
    explicit InputError(std::string const& message) : Error(message, 3) {}
};

/// The campaign as a whole failed.
struct CampaignError : Error {
    explicit CampaignError(std::string const& message) : Error(message, 4) {}
};

/// This part of the run ended because another part failed; that one's error is the one to report.
struct StoppedError : CampaignError {
    using CampaignError::CampaignError;
};

/// A signal ended the run; what had been written by then is complete. The code is what a shell
/// gives for that signal: 130 for SIGINT, 143 for SIGTERM.
struct InterruptedError : Error {
    InterruptedError(std::string const& message, int signal) : Error(message, 128 + signal) {}
};

/// Storage failed: a full or read-only disk, a store that is damaged.
struct StorageError : Error {
    explicit StorageError(std::string const& message) : Error(message, 6) {}
};

/// A call into MPI, CUDA or NCCL failed.
struct MpiError : Error {
    explicit MpiError(std::string const& message) : Error(message, 4) {}
};
struct CudaError : Error {
    explicit CudaError(std::string const& message) : Error(message, 4) {}
};
struct NcclError : Error {
    explicit NcclError(std::string const& message) : Error(message, 4) {}
};

}  // namespace athanor
