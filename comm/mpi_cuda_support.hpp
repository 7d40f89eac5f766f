// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace athanor::detail {

/// True when MPI says that it sends from device memory and receives into it. False also for an MPI
/// that cannot be asked: mpi_cuda_support_absent.cpp answers for it.
[[nodiscard]] bool mpi_is_cuda_aware();

}  // namespace athanor::detail
