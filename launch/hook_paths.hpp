// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runtime/ids.hpp"

namespace athanor {

/// Files of hooks may have "{stage}" and "{rank}" in their path: the name of the stage, filled in
/// when the configuration is read, and the number of the rank that runs it.
[[nodiscard]] std::string with_stage(std::string path, std::string const& stage);
[[nodiscard]] std::string with_rank(std::string path, Rank rank);

}  // namespace athanor
