// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runtime/error.hpp"

namespace athanor {

/// There is no memory for what was wanted of a device: its own, or the host's that it reaches.
/// Nothing has changed by the call, and smaller ones may still succeed. Whoever knows what the
/// memory was for adds that, and what to make smaller.
struct DeviceMemoryError : CudaError {
    using CudaError::CudaError;
};

}  // namespace athanor
