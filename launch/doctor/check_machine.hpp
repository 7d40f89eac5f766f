// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/doctor/finding.hpp"

namespace athanor {

/// Cores, threads, memory and shared memory of this machine, as this process may use them.
[[nodiscard]] Findings check_machine();

/// MPI and what starts it, CUDA, its driver, NCCL. Starts `mpirun -n 2 true`, unless this process
/// was itself started as a rank.
[[nodiscard]] Findings check_transports();

}  // namespace athanor
