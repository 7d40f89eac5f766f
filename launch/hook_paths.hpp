// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runtime/ids.hpp"
#include "stages/pipeline_spec.hpp"

namespace athanor {

/// Files of hooks may have "{stage}" and "{rank}" in their path: the name of the stage and the
/// number of the rank that runs it. The stage is filled in when the configuration is read.
void fill_in_stage(HookSpec& hook, std::string const& stage);
[[nodiscard]] std::string with_rank(std::string const& path, Rank rank);

/// Where a hook writes its file or folder; nullptr for one that has none.
[[nodiscard]] std::string const* path_of(HookSpec const& hook);

}  // namespace athanor
