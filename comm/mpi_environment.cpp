// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/mpi_environment.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <mpi.h>
#include <unistd.h>

#include "comm/deadline.hpp"
#include "comm/mpi_error.hpp"

namespace athanor {

using detail::check_mpi;
using detail::mpi_count;

namespace {
/// How long a process that ends may take for what should take no time.
constexpr std::chrono::seconds patience{5};
}  // namespace

struct MpiEnvironment::State {
    MPI_Comm communicator = MPI_COMM_NULL;
    bool ends_mpi = false;
    double limit = 0.0;  ///< seconds

    ~State() {
        if (!detail::mpi_is_running()) return;
        if (communicator != MPI_COMM_NULL) MPI_Comm_free(&communicator);
        if (!ends_mpi) return;
        // One rank after the other: Open MPI 4.1's mpirun may hang when several end themselves at
        // once, and ends the others when the first has.
        int rank = 0;
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        std::chrono::duration<double> const own_limit(limit + std::min(5.0, 0.5 * rank));
        // A rank that is stopped from here on cannot end itself, and once the others have gone
        // nobody watches it: mpirun waits for it without end.
        std::optional<Deadline> deadline;
        if (limit > 0.0) {
            kill_this_process_after(own_limit + patience);
            deadline.emplace(
                own_limit,
                fmt::format("some rank has not come to the end of MPI within {:.0f} s", limit));
        }
        MPI_Finalize();
    }
};

bool MpiEnvironment::launched() {
    for (char const* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"})
        if (std::getenv(name) != nullptr) return true;
    // A batch script has SLURM_PROCID as well; only srun's steps have a number of tasks. Should
    // they lack what MPI needs (--mpi=pmix), MPI says so, which beats N ranks that each run
    // everything.
    char const* const tasks = std::getenv("SLURM_STEP_NUM_TASKS");
    return std::getenv("SLURM_PROCID") != nullptr && tasks != nullptr && std::atoi(tasks) > 1;
}

MpiEnvironment::MpiEnvironment(int& argc, char**& argv) {
    bool const runs_already = detail::mpi_is_running();
    if (!runs_already && !launched()) return;
    state_ = std::make_unique<State>();
    if (!runs_already) {
        int provided = 0;
        check_mpi(MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided), "start");
        state_->ends_mpi = true;
    }
    int provided = 0;
    MPI_Query_thread(&provided);
    thread_multiple_ = provided == MPI_THREAD_MULTIPLE;
    check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &state_->communicator), "duplicate its communicator");
    MPI_Comm_set_errhandler(state_->communicator, MPI_ERRORS_RETURN);
    int rank = 0;
    check_mpi(MPI_Comm_rank(state_->communicator, &rank), "tell the rank");
    check_mpi(MPI_Comm_size(state_->communicator, &size_), "tell the number of ranks");
    rank_ = Rank{rank};
    MPI_Comm node = MPI_COMM_NULL;
    check_mpi(
        MPI_Comm_split_type(state_->communicator, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &node),
        "find the ranks of this node");
    check_mpi(MPI_Comm_rank(node, &local_rank_), "tell the rank on this node");
    check_mpi(MPI_Comm_size(node, &local_size_), "tell the number of ranks on this node");
    int lowest = rank;
    check_mpi(MPI_Bcast(&lowest, 1, MPI_INT, 0, node), "name this node");
    MPI_Comm_free(&node);
    nodes_.resize(static_cast<std::size_t>(size_));
    check_mpi(MPI_Allgather(&lowest, 1, MPI_INT, nodes_.data(), 1, MPI_INT, state_->communicator),
              "tell the nodes");
}

MpiEnvironment::~MpiEnvironment() = default;

void MpiEnvironment::limit_end(double seconds) {
    if (state_) state_->limit = seconds;
}

std::string MpiEnvironment::broadcast(std::string bytes) const {
    if (!uses_mpi()) return bytes;
    std::uint64_t size = bytes.size();
    check_mpi(MPI_Bcast(&size, 1, MPI_UINT64_T, 0, state_->communicator), "broadcast a size");
    bytes.resize(size);
    check_mpi(
        MPI_Bcast(bytes.data(), mpi_count(size, "a broadcast"), MPI_BYTE, 0, state_->communicator),
        "broadcast bytes");
    return bytes;
}

std::vector<std::string> MpiEnvironment::gather(std::string const& bytes) const {
    if (!uses_mpi()) return {bytes};
    bool const is_root = rank_ == Rank{0};
    int const mine = mpi_count(bytes.size(), "a gathered part");
    std::vector<int> sizes(is_root ? size_ : 0), starts(sizes.size());
    check_mpi(MPI_Gather(&mine, 1, MPI_INT, sizes.data(), 1, MPI_INT, 0, state_->communicator),
              "gather sizes");
    std::size_t total = 0;
    for (std::size_t r = 0; r < sizes.size(); ++r) {
        starts[r] = mpi_count(total, "a gathered text");
        total += static_cast<std::size_t>(sizes[r]);
    }
    std::string all(total, '\0');
    check_mpi(MPI_Gatherv(bytes.data(), mine, MPI_BYTE, all.data(), sizes.data(), starts.data(),
                          MPI_BYTE, 0, state_->communicator),
              "gather bytes");
    std::vector<std::string> parts;
    for (std::size_t r = 0; r < sizes.size(); ++r)
        parts.push_back(
            all.substr(static_cast<std::size_t>(starts[r]), static_cast<std::size_t>(sizes[r])));
    return parts;
}

int MpiEnvironment::max(int value) const {
    if (!uses_mpi()) return value;
    int largest = value;
    check_mpi(MPI_Allreduce(&value, &largest, 1, MPI_INT, MPI_MAX, state_->communicator),
              "find the largest value");
    return largest;
}

std::optional<int> MpiEnvironment::max_when_all_come(int value,
                                                     std::function<bool()> const& give_up) const {
    if (!uses_mpi()) return value;
    struct Values {
        int mine, largest;
    };
    auto values = std::make_unique<Values>(Values{value, value});
    MPI_Request request = MPI_REQUEST_NULL;
    check_mpi(MPI_Iallreduce(&values->mine, &values->largest, 1, MPI_INT, MPI_MAX,
                             state_->communicator, &request),
              "begin to find the largest value");
    for (;;) {
        int done = 0;
        check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "find the largest value");
        if (done != 0) return values->largest;
        if (give_up()) {
            static_cast<void>(values.release());  // MPI may still write there
            return std::nullopt;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

bool MpiEnvironment::all_arrive_within(std::chrono::milliseconds limit) const {
    if (!uses_mpi()) return true;
    MPI_Request request = MPI_REQUEST_NULL;
    check_mpi(MPI_Ibarrier(state_->communicator, &request), "begin a barrier");
    auto const end = std::chrono::steady_clock::now() + limit;
    int arrived = 0;
    while (true) {
        check_mpi(MPI_Test(&request, &arrived, MPI_STATUS_IGNORE), "look at a barrier");
        if (arrived != 0 || std::chrono::steady_clock::now() > end) return arrived != 0;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

void MpiEnvironment::abort(int code) const {
    // MPI_Abort asks a daemon that may be gone, and a stream may be one on which a thread is stuck.
    if (!kill_this_process_after(patience)) {
        std::signal(SIGALRM, SIG_DFL);
        alarm(static_cast<unsigned>(patience.count()));
    }
    std::fflush(stdout);
    if (uses_mpi() && detail::mpi_is_running()) MPI_Abort(MPI_COMM_WORLD, code);
    std::_Exit(code);
}

}  // namespace athanor
