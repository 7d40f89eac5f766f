// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <cuda_runtime_api.h>

namespace athanor::detail {

/// Throws CudaError unless `code` is success: "CUDA could not `doing`: name: text"; of its kind
/// DeviceMemoryError where there was no memory. Every call of CUDA's runtime is checked here, or by
/// cuda_devices().
void check_cuda(cudaError_t code, std::string_view doing);

struct CudaDevices {
    int count = 0;
    std::string absence;  ///< why there is none, in CUDA's words; empty where there is one
};

/// The devices that can be used. Whatever CUDA answers but success means none: without a driver
/// every call of it fails, for ever.
[[nodiscard]] CudaDevices cuda_devices();

}  // namespace athanor::detail
