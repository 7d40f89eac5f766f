// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace athanor::detail {

/// Throws MpiError with MPI's own text unless `code` is success: "MPI could not `doing`: text".
void check_mpi(int code, std::string const& doing);

/// A count as MPI takes it. Throws MpiError when `bytes` of `what` are more than MPI moves at once.
[[nodiscard]] int mpi_count(std::size_t bytes, std::string const& what);

/// MPI's name and version as it gives them: "Open MPI v4.1.4".
[[nodiscard]] std::string mpi_library();

/// True between MPI_Init and MPI_Finalize, when its calls are allowed.
[[nodiscard]] bool mpi_is_running();

}  // namespace athanor::detail
