// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace athanor {

/// "0.1.0", as the project's CMakeLists.txt says.
[[nodiscard]] std::string_view version();

}  // namespace athanor
