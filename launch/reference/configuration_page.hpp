// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace athanor {

/// The page docs/reference/configuration.md: every key with type, unit, range and default, from the
/// tables of config_keys.hpp.
[[nodiscard]] std::string configuration_page();

}  // namespace athanor
