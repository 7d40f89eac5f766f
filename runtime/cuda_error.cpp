// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cuda_error.hpp"

#include <fmt/format.h>

#include "runtime/device_memory_error.hpp"

namespace athanor::detail {

void check_cuda(cudaError_t code, std::string_view doing) {
    if (code == cudaSuccess) return;
    std::string const message = fmt::format("CUDA could not {}: {}: {}", doing,
                                            cudaGetErrorName(code), cudaGetErrorString(code));
    if (code == cudaErrorMemoryAllocation) throw DeviceMemoryError(message);
    throw CudaError(message);
}

CudaDevices cuda_devices() {
    int count = 0;
    cudaError_t const code = cudaGetDeviceCount(&count);
    if (code != cudaSuccess)
        return {0, fmt::format("{}: {}", cudaGetErrorName(code), cudaGetErrorString(code))};
    return {count, count > 0 ? "" : "the driver knows of none"};
}

}  // namespace athanor::detail
