// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runtime/ids.hpp"

namespace athanor {

/// Files of hooks may have "{stage}", "{rank}" and "{replica}" in their path: the name of the
/// stage, filled in when the configuration is read, the number of the rank that runs it, and which
/// of the stage's instances it is, from 0.
[[nodiscard]] std::string with_stage(std::string path, std::string const& stage);
[[nodiscard]] std::string with_rank(std::string path, Rank rank);
[[nodiscard]] std::string with_replica(std::string path, int replica);

}  // namespace athanor
