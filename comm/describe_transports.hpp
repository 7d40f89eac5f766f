// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace athanor {

/// The ways that samples can take in this build on this machine, one per line, for people. May be
/// called before MPI starts.
[[nodiscard]] std::string describe_transports();

/// The MPI library with its version, as it calls itself. May be called before MPI starts.
[[nodiscard]] std::string describe_mpi();

}  // namespace athanor
