// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/mpi_cuda_support.hpp"

// clang-format off
#include <mpi.h>
#include <mpi-ext.h>  // wants mpi.h before it
// clang-format on

namespace athanor {

bool detail::mpi_is_cuda_aware() { return MPIX_Query_cuda_support() == 1; }

}  // namespace athanor
