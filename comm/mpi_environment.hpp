// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/ids.hpp"

namespace athanor {

/// MPI from its start to its end, and the few collective calls that a campaign makes around its
/// loop. A process that no launcher started is alone: rank 0 of 1, and MPI is never touched. Where
/// MPI runs already (tests), it is used and left running.
/// Ownership: the destructor ends MPI, which waits for all ranks: a rank that failed calls abort()
///            instead, while this object lives.
/// Threads:   MPI is asked for MPI_THREAD_MULTIPLE; the calls below belong to the main thread.
/// Throws:    MpiError.
class MpiEnvironment {
public:
    MpiEnvironment(int& argc, char**& argv);
    MpiEnvironment(MpiEnvironment const&) = delete;
    MpiEnvironment& operator=(MpiEnvironment const&) = delete;
    ~MpiEnvironment();

    /// True when the environment shows that mpirun, or srun with several tasks, started this
    /// process.
    [[nodiscard]] static bool launched();

    /// False for a process that is alone.
    [[nodiscard]] bool uses_mpi() const { return state_ != nullptr; }
    [[nodiscard]] Rank rank() const { return rank_; }
    [[nodiscard]] int size() const { return size_; }
    /// Position among the ranks of this node, from 0, and how many they are.
    [[nodiscard]] int local_rank() const { return local_rank_; }
    [[nodiscard]] int local_size() const { return local_size_; }
    /// For each rank of the job, its node, as the lowest rank there.
    [[nodiscard]] std::vector<int> const& nodes() const { return nodes_; }

    /// True when several threads of a rank may call MPI at once.
    [[nodiscard]] bool has_thread_multiple() const { return thread_multiple_; }
    /// The end of MPI waits for all ranks, and MPI has no limit for that: where it takes longer
    /// than so many seconds, this process says so and ends with code 4. A process that is stopped
    /// while it ends (a whole job that is suspended then, too) cannot, and is killed five seconds
    /// later (SIGKILL), and so is one that has not exited by then: for a process that ends with
    /// MPI. 0, as at first: no limit. Ranks take their turn, half a second each, ten of them.
    void limit_end(double seconds);

    // Collective: every rank calls them, in the same order; they wait for each other.
    /// Rank 0's bytes, on every rank.
    [[nodiscard]] std::string broadcast(std::string bytes) const;
    /// Everyone's bytes by rank, on rank 0; nothing on the others.
    [[nodiscard]] std::vector<std::string> gather(std::string const& bytes) const;
    /// The largest of everyone's values, on every rank: the common exit code.
    [[nodiscard]] int max(int value) const;

    /// The same, for ranks that may come at very different times: whoever waits sleeps, and asks
    /// `give_up` now and then. Nothing when that said so: no further call that takes all of them
    /// may be made.
    [[nodiscard]] std::optional<int> max_when_all_come(int value,
                                                       std::function<bool()> const& give_up) const;

    /// Waits until all ranks have called it, at most so long. False when some have not: they may be
    /// gone, and no further call that takes all of them may be made.
    [[nodiscard]] bool all_arrive_within(std::chrono::milliseconds limit) const;

    /// Ends every rank at once with `code`, waiting for nobody. Where MPI cannot do even that, this
    /// process ends by itself a few seconds later.
    [[noreturn]] void abort(int code) const;

private:
    struct State;
    std::unique_ptr<State> state_;
    Rank rank_{0};
    int size_ = 1;
    int local_rank_ = 0;
    int local_size_ = 1;
    std::vector<int> nodes_{0};
    bool thread_multiple_ = false;
};

}  // namespace athanor
