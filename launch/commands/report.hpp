// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace athanor {

/// `athanor report`, and what may follow it.
struct ReportCommand {
    std::vector<std::string> places;  ///< configurations, metrics files, stores
    std::string output = "report.html";
    std::string metrics;  ///< empty: where the configuration says
};

/// Writes the page and says its verdict; returns the exit code.
/// Throws: ConfigError, InputError for what is no campaign; StorageError when it cannot be written.
[[nodiscard]] int report(ReportCommand const& command);

}  // namespace athanor
