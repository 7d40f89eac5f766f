// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <mpi.h>

#include "comm/mpi_error.hpp"

namespace athanor::detail {

/// The requests of one half of an edge, tested together without waiting and without allocating.
/// Ownership: the owner cancels or forgets them all before MPI ends.
/// Throws:    MpiError, which begins with the `doing` of the call.
class MpiRequests {
public:
    explicit MpiRequests(std::size_t count)
        : handles_(count, MPI_REQUEST_NULL), done_(count), statuses_(count), active_(count, 0) {}

    MPI_Request& operator[](std::size_t i) { return handles_[i]; }
    [[nodiscard]] bool active(std::size_t i) const { return active_[i] != 0; }
    [[nodiscard]] bool any_active(std::size_t first, std::size_t count) const {
        return std::any_of(active_.begin() + static_cast<std::ptrdiff_t>(first),
                           active_.begin() + static_cast<std::ptrdiff_t>(first + count),
                           [](char a) { return a != 0; });
    }
    void set_active(std::size_t i) { active_[i] = 1; }
    /// Starts persistent request i.
    void start(std::size_t i, std::string const& doing) {
        check_mpi(MPI_Start(&handles_[i]), doing);
        active_[i] = 1;
    }
    /// Calls finished(i, status) for every request that has ended since.
    template <class Finished>
    void test(std::string const& doing, Finished&& finished) {
        int count = 0;
        int const code = MPI_Testsome(static_cast<int>(handles_.size()), handles_.data(), &count,
                                      done_.data(), statuses_.data());
        if (code == MPI_ERR_IN_STATUS)
            for (int d = 0; d < count; ++d) check_mpi(statuses_[d].MPI_ERROR, doing);
        check_mpi(code, doing);
        if (count == MPI_UNDEFINED) return;
        for (int d = 0; d < count; ++d) {
            active_[static_cast<std::size_t>(done_[d])] = 0;
            finished(static_cast<std::size_t>(done_[d]), statuses_[d]);
        }
    }
    /// Takes back receives that nothing has met, and frees persistent requests.
    void cancel(std::size_t first, std::size_t count) noexcept {
        for (std::size_t i = first; i < first + count; ++i) {
            if (handles_[i] == MPI_REQUEST_NULL) continue;
            if (active_[i] != 0) {
                MPI_Cancel(&handles_[i]);
                MPI_Wait(&handles_[i], MPI_STATUS_IGNORE);  // ends at once: cancelled or complete
                active_[i] = 0;
            }
            if (handles_[i] != MPI_REQUEST_NULL) MPI_Request_free(&handles_[i]);
        }
    }
    /// Lets go of requests that may still run.
    void forget(std::size_t first, std::size_t count) noexcept {
        for (std::size_t i = first; i < first + count; ++i)
            if (handles_[i] != MPI_REQUEST_NULL) MPI_Request_free(&handles_[i]);
    }

private:
    std::vector<MPI_Request> handles_;
    std::vector<int> done_;
    std::vector<MPI_Status> statuses_;
    std::vector<char> active_;
};

}  // namespace athanor::detail
