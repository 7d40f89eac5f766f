// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace athanor {

/// What this build knows of CUDA, for `athanor --version`: device_info.cpp answers in a build with
/// the toolkit, device_absent.cpp in one without.
[[nodiscard]] std::string describe_cuda();

/// CUDA devices that can be used; 0 also when the driver is missing or answers with any error.
[[nodiscard]] int cuda_device_count();

}  // namespace athanor
