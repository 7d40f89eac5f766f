// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace athanor {

/// Symbols of the elements 1 to 118, in this order.
[[nodiscard]] std::vector<std::string> const& element_symbols();

}  // namespace athanor
