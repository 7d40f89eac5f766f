// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace athanor {

/// The ways that samples can take in this build on this machine, one per line, for people. May be
/// called before MPI starts.
[[nodiscard]] std::string describe_transports();

}  // namespace athanor
