// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launch/config.hpp"

namespace athanor {

/// `athanor doctor`, and what may follow it.
struct DoctorCommand {
    std::string config;  ///< empty: the machine, and the folder that we are in
    std::vector<ConfigOverride> overrides;
    bool json = false;
};

/// Says what is here, what would work and what to mend; returns 0 when a campaign can run, else 1.
/// JSON: {"can_run": bool, "findings": [{"level": "good|note|warning|failure", "topic", "text",
/// "cure"}]}; members may be added, none changes.
[[nodiscard]] int doctor(DoctorCommand const& command);

}  // namespace athanor
