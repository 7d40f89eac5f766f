// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// For tests/comm/mpi_stop_at_the_end.sh: rank 1 is stopped in MPI_Finalize, "before" the others
/// have met it there, or "after", when it has come through and they have gone.
#include <csignal>
#include <string>

#include <mpi.h>

#include "comm/mpi_environment.hpp"

namespace {
bool stops_before = false;
bool stops_after = false;
}  // namespace

extern "C" int MPI_Finalize() {
    if (stops_before) raise(SIGSTOP);
    int const result = PMPI_Finalize();
    if (stops_after) raise(SIGSTOP);
    return result;
}

int main(int argc, char** argv) {
    athanor::MpiEnvironment mpi(argc, argv);
    std::string const when = argc == 2 ? argv[1] : "";
    mpi.limit_end(when == "after" ? 5.0 : 1.0);  // time for the others to go
    stops_before = mpi.rank() == athanor::Rank{1} && when == "before";
    stops_after = mpi.rank() == athanor::Rank{1} && when == "after";
    return 0;
}
