// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/mpi_error.hpp"

#include <limits>

#include <fmt/format.h>
#include <mpi.h>

#include "runtime/error.hpp"

namespace athanor {

void detail::check_mpi(int code, std::string const& doing) {
    if (code == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING] = "unknown error";
    int length = 0;
    MPI_Error_string(code, text, &length);
    throw MpiError(fmt::format("MPI could not {}: {}", doing, text));
}

int detail::mpi_count(std::size_t bytes, std::string const& what) {
    if (bytes > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw MpiError(fmt::format("{} has {} bytes, MPI moves at most {} at once", what, bytes,
                                   std::numeric_limits<int>::max()));
    return static_cast<int>(bytes);
}

std::string detail::mpi_library() {
    char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
    int length = 0;
    MPI_Get_library_version(text, &length);
    std::string const all(text, static_cast<std::size_t>(length));
    return all.substr(0, all.find_first_of(",\n"));  // where and by whom it was built follows
}

bool detail::mpi_is_running() {
    int initialized = 0, finalized = 0;
    MPI_Initialized(&initialized);
    MPI_Finalized(&finalized);
    return initialized != 0 && finalized == 0;
}

}  // namespace athanor
