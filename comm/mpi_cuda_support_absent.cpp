// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// For an MPI without MPIX_Query_cuda_support(), an extension of Open MPI.
#include "comm/mpi_cuda_support.hpp"

namespace athanor {

bool detail::mpi_is_cuda_aware() { return false; }

}  // namespace athanor
