// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "comm/mpi_environment.hpp"
#include "comm/own_sleep.hpp"

namespace athanor {

/// Why a job ends before its time.
struct RankFailure {
    enum class Kind : std::int32_t {
        failed,       ///< the rank met an error, which `reason` is
        silent,       ///< no heartbeat of the rank for so many seconds
        stuck,        ///< the rank's own loop did not move for so many seconds
        interrupted,  ///< a signal asked the rank to end; the launcher's last call is near
    };
    Kind kind = Kind::failed;
    Rank rank{0};          ///< whom it is about
    int exit_code = 4;     ///< what the job ends with
    double seconds = 0.0;  ///< of silent and stuck
    std::string reason{};  ///< of failed and interrupted; cut after `longest_reason` bytes
    Rank reported_by{0};   ///< whoever noticed it
    static constexpr std::size_t longest_reason = 1000;
};

/// Watches the ranks of a job, on a thread and a communicator of its own. While one lives, each
/// rank tells the others that it is there, learns which of them has failed or fallen silent, and
/// when that is so the watch ends the process in bounded time, whatever its other threads do.
/// Links:   a rank exchanges heartbeats with rank 0 and with its neighbours in the ring of ranks:
///          four messages each way per interval, but at rank 0. A failure is told to every rank
///          directly. No collective call and no wait after the constructor.
/// The end: the first failure told counts, of several at once that of the lowest rank that told it.
///          From then on each rank saves what it can and says closed(); when all have, or after
///          `grace`, every rank calls Options::end, first the one that noticed.
/// Silence: a heartbeat comes from the watch's thread, so a rank that computes or waits for samples
///          is never silent. A process that itself did not run for half a timeout blames nobody.
/// Threads: any thread may call the members; the functions of Options and of watch_loop() are
///          called on the thread of the watch.
/// Bound:   one heartbeat under way per link, so nothing piles up before a peer that is stopped.
class MpiWatch {
public:
    static constexpr std::chrono::milliseconds grace{6000};
    /// After SIGTERM the launcher kills a second later.
    static constexpr std::chrono::milliseconds grace_of_signal{800};

    struct Options {
        Seconds timeout{120.0};  ///< above 0; what counts as silence
        /// Must end the process.
        std::function<void(RankFailure const&)> end;
        Seconds interval{0.0};  ///< of heartbeats; 0: a tenth of the timeout, a second at most
        /// Once, when the failure becomes known here; other threads may be inside calls that wait.
        std::function<void(RankFailure const&)> notice{};
    };

    /// Collective. With one rank, or where MPI has no MPI_THREAD_MULTIPLE, there is no watch: see
    /// works().
    MpiWatch(MpiEnvironment const& mpi, Options options);
    /// Takes leave of the peers, a second at most; collective in the sense that all should.
    ~MpiWatch();
    MpiWatch(MpiWatch const&) = delete;
    MpiWatch& operator=(MpiWatch const&) = delete;

    [[nodiscard]] bool works() const { return state_ != nullptr; }

    /// From now on this rank's own loop is watched too: `progress` gives a figure that grows while
    /// the loop turns, or nothing while there is no loop to watch. An empty function: no longer.
    void watch_loop(std::function<std::optional<std::uint64_t>()> progress);

    /// Tells every rank that this one has failed. Later calls, and calls after another rank's
    /// failure, do nothing.
    void report(RankFailure failure);
    /// What ends the job, once that is known.
    [[nodiscard]] std::optional<RankFailure> failure() const;
    /// This rank has nothing left to save.
    void closed();
    /// After a failure: waits for the end that the watch brings.
    [[noreturn]] void wait_for_end();

    [[nodiscard]] std::string host_of(Rank rank) const;

private:
    struct State;
    class Loop;
    std::unique_ptr<State> state_;
};

}  // namespace athanor
