// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launch/config.hpp"
#include "launch/doctor/finding.hpp"

namespace athanor {

/// What one configuration needs: that it is valid, its input, its outputs and the folders that they
/// go to, keys for its buckets, memory for its batches, cores for its ranks. Every mistake is a
/// finding; nothing is thrown.
[[nodiscard]] Findings check_campaign(std::string const& path,
                                      std::vector<ConfigOverride> const& overrides);

}  // namespace athanor
