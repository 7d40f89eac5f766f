// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/device_info.hpp"

#include <cuda_runtime_api.h>
#include <fmt/format.h>

namespace athanor {

std::string describe_cuda() {
    return fmt::format("CUDA: toolkit {}.{} found, {} device{}, device kernels not in this version",
                       CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10, cuda_device_count(),
                       cuda_device_count() == 1 ? "" : "s");
}

int cuda_device_count() {
    int count = 0;
    return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

}  // namespace athanor
