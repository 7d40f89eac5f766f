// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace athanor {

/// JSON Schema (draft 2020-12) of a configuration, from the tables of config_keys.hpp: it takes and
/// refuses what check_document() does. What spans several keys (names that must exist, stages that
/// must end) it does not know.
[[nodiscard]] std::string config_schema();

}  // namespace athanor
