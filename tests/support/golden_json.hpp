// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Golden results as JSON; their structures come from golden.hpp.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/golden.hpp"

namespace athanor::test {

inline nlohmann::json golden_json(std::string const& name) {
    std::ifstream file(golden_path(name));
    if (!file) throw std::runtime_error("no golden file " + golden_path(name));
    return nlohmann::json::parse(file);
}

}  // namespace athanor::test
