// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace athanor {

/// "0.1.0", as the project's CMakeLists.txt says.
[[nodiscard]] std::string_view version();

/// The commit that it was built from, with "-dirty" behind it where files differed; "unknown" for
/// sources that are no git repository.
[[nodiscard]] std::string_view revision();

}  // namespace athanor
