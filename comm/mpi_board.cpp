// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/mpi_board.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <mpi.h>

#include "comm/mpi_error.hpp"
#include "runtime/expects.hpp"

namespace athanor {

using detail::check_mpi;
using detail::mpi_count;

/// Requests of one rank: rank 0 has a receive per other rank, the others one send.
struct MpiBoard::State {
    MPI_Comm communicator = MPI_COMM_NULL;
    std::vector<MPI_Request> requests;
    std::vector<std::vector<std::byte>> under_way;
    bool is_root = false;

    ~State() {
        if (!detail::mpi_is_running()) return;
        for (MPI_Request& request : requests)
            if (request != MPI_REQUEST_NULL) is_root ? take_back(request) : let_go(request);
        if (communicator != MPI_COMM_NULL) MPI_Comm_free(&communicator);
    }
    static void take_back(MPI_Request& receive) {
        MPI_Cancel(&receive);
        MPI_Wait(&receive, MPI_STATUS_IGNORE);  // ends at once: cancelled or complete
    }
    /// A send cannot be taken back, and where rank 0 is stopped it never ends.
    void let_go(MPI_Request& send) {
        int done = 0;
        MPI_Test(&send, &done, MPI_STATUS_IGNORE);
        if (done != 0) return;
        MPI_Request_free(&send);
        static std::vector<std::vector<std::byte>> given_up;  // MPI may still read them
        given_up.push_back(std::move(under_way[0]));
    }
};

MpiBoard::MpiBoard(MpiEnvironment const& mpi, std::size_t line_bytes)
    : mpi_(mpi), line_bytes_(line_bytes), lines_(static_cast<std::size_t>(mpi.size())) {
    for (auto& line : lines_) line.resize(line_bytes);
    if (mpi.size() == 1) return;
    state_ = std::make_unique<State>();
    check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &state_->communicator), "duplicate its communicator");
    MPI_Comm_set_errhandler(state_->communicator, MPI_ERRORS_RETURN);
    bool const is_root = mpi.rank() == Rank{0};
    state_->is_root = is_root;
    state_->requests.assign(is_root ? lines_.size() : 1, MPI_REQUEST_NULL);
    state_->under_way.assign(state_->requests.size(), std::vector<std::byte>(line_bytes));
    for (std::size_t r = 1; is_root && r < lines_.size(); ++r)
        check_mpi(MPI_Irecv(state_->under_way[r].data(), mpi_count(line_bytes, "a line"), MPI_BYTE,
                            static_cast<int>(r), 0, state_->communicator, &state_->requests[r]),
                  "wait for a line");
}

MpiBoard::~MpiBoard() = default;

void MpiBoard::write(std::span<std::byte const> line) {
    ATHANOR_EXPECTS(line.size() == line_bytes_);
    if (mpi_.rank() == Rank{0}) {
        std::copy(line.begin(), line.end(), lines_[0].begin());
        return;
    }
    int done = 1;
    check_mpi(MPI_Test(&state_->requests[0], &done, MPI_STATUS_IGNORE), "send a line");
    if (done == 0) return;
    std::copy(line.begin(), line.end(), state_->under_way[0].begin());
    check_mpi(MPI_Isend(state_->under_way[0].data(), mpi_count(line_bytes_, "a line"), MPI_BYTE, 0,
                        0, state_->communicator, &state_->requests[0]),
              "send a line");
}

std::span<std::byte const> MpiBoard::read(Rank rank) {
    ATHANOR_EXPECTS(mpi_.rank() == Rank{0});
    auto const r = static_cast<std::size_t>(rank.value());
    for (int arrived = 1; r > 0 && arrived != 0;) {
        check_mpi(MPI_Test(&state_->requests[r], &arrived, MPI_STATUS_IGNORE), "receive a line");
        if (arrived == 0) break;
        lines_[r] = state_->under_way[r];
        check_mpi(MPI_Irecv(state_->under_way[r].data(), mpi_count(line_bytes_, "a line"), MPI_BYTE,
                            rank.value(), 0, state_->communicator, &state_->requests[r]),
                  "wait for a line");
    }
    return lines_[r];
}

void MpiBoard::finish(std::span<std::byte const> line) {
    ATHANOR_EXPECTS(line.size() == line_bytes_);
    std::string const mine(reinterpret_cast<char const*>(line.data()), line.size());
    // Whatever is under way is received first, so that no message outlives the board.
    if (state_ && mpi_.rank() != Rank{0}) {
        int done = 0;
        while (done == 0)
            check_mpi(MPI_Test(&state_->requests[0], &done, MPI_STATUS_IGNORE), "send a line");
    }
    auto const all = mpi_.gather(mine);
    for (std::size_t r = 0; r < all.size(); ++r)
        std::transform(all[r].begin(), all[r].end(), lines_[r].begin(),
                       [](char c) { return static_cast<std::byte>(c); });
    if (state_ && mpi_.rank() == Rank{0})
        for (std::size_t r = 1; r < lines_.size(); ++r) {
            auto const newest = lines_[r];
            static_cast<void>(read(Rank{static_cast<int>(r)}));
            lines_[r] = newest;
        }
}

}  // namespace athanor
