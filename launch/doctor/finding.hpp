// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace athanor {

enum class FindingLevel : std::uint8_t {
    good,
    note,     ///< for those who want it
    warning,  ///< runs all the same, slower or with an option
    failure   ///< no campaign can run so
};

/// One thing that `athanor doctor` looked at.
struct Finding {
    FindingLevel level = FindingLevel::good;
    std::string topic;      ///< "memory", "output out/"
    std::string text;       ///< what is there
    std::string cure = {};  ///< what to do; not empty for warnings and failures
};

using Findings = std::vector<Finding>;

}  // namespace athanor
