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

/// What device code was compiled for: "sm_80 sm_90 PTX 90"; empty in a build without CUDA.
[[nodiscard]] std::string_view cuda_architectures();

}  // namespace athanor
