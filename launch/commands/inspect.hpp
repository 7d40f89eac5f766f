// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace athanor {

/// `athanor inspect`, and what may follow it.
struct InspectCommand {
    std::string store;
    bool json = false;  ///< for programs
};

/// Prints what is in a store; returns the exit code.
[[nodiscard]] int inspect(InspectCommand const& command);

}  // namespace athanor
