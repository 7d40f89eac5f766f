// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/device_info.hpp"

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include "launch/version.hpp"
#include "runtime/cuda_error.hpp"

namespace athanor {

std::string describe_cuda() {
    detail::CudaDevices const devices = detail::cuda_devices();
    std::string const found =
        devices.count > 0 ? fmt::format("{} device{}", devices.count, devices.count == 1 ? "" : "s")
                          : fmt::format("no device ({})", devices.absence);
    return fmt::format("CUDA: toolkit {}.{}, device code for {}, {}", CUDART_VERSION / 1000,
                       CUDART_VERSION % 1000 / 10, cuda_architectures(), found);
}

int cuda_device_count() { return detail::cuda_devices().count; }

}  // namespace athanor
