// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Preloaded into one rank of a program, it lets broadcast number ATHANOR_FAILING_BCAST (from 1)
/// come back with an error there, after it has served the others: a failure of that rank alone.
#include <cstdlib>

#include <mpi.h>

extern "C" int MPI_Bcast(void* buffer, int count, MPI_Datatype type, int root,
                         MPI_Comm communicator) {
    static int broadcasts = 0;
    static char const* const number = std::getenv("ATHANOR_FAILING_BCAST");
    int const code = PMPI_Bcast(buffer, count, type, root, communicator);
    return number != nullptr && ++broadcasts == std::atoi(number) ? MPI_ERR_OTHER : code;
}
