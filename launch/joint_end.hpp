// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "comm/channel_state.hpp"
#include "comm/mpi_environment.hpp"
#include "comm/mpi_watch.hpp"

namespace athanor {

/// How the ranks of a job end together when one of them cannot go on: who says what, and with which
/// exit code. comm/mpi_watch.hpp says when.
///   a rank that fails prints its error; each other rank one line with that rank, host and error
///   a silent rank, or one that stands still, is named by each rank that can, each followed by the
///   state of its channels
/// Threads: any thread may call the members.
class JointEnd {
public:
    /// Collective. From here on silent ranks are watched for.
    JointEnd(MpiEnvironment const& mpi, double stall_timeout_seconds);
    ~JointEnd();

    [[nodiscard]] MpiWatch& watch() { return *watch_; }
    [[nodiscard]] ChannelStates& channels() { return channels_; }
    /// What the ranks run, by rank, for messages. Before anything runs.
    void name_stages(std::vector<std::string> names);

    /// This rank has failed: prints the error and tells the others, so that they stop as well. The
    /// first call counts, and none after another rank's failure.
    void tell(std::exception const& error);
    /// tell(), then ends the process when the others have closed their files, or after a while.
    /// Call it when this rank has closed its own.
    [[noreturn]] void end(std::exception const& error);
    /// Ends the process in the same way, without waiting for files that this rank cannot close.
    [[noreturn]] void end_as_it_is();

private:
    void say(RankFailure const& failure);
    [[nodiscard]] std::string describe(RankFailure const& failure) const;
    [[nodiscard]] std::string place_of(Rank rank) const;

    MpiEnvironment const& mpi_;
    double stall_timeout_seconds_;
    mutable std::mutex mutex_;  // of the next: the watch may need it at any time
    std::vector<std::string> stages_;
    ChannelStates channels_;
    std::atomic<bool> said_{false};
    std::optional<MpiWatch> watch_;  // last: its thread uses the rest
};

}  // namespace athanor
