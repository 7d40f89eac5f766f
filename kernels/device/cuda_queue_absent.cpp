// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/cuda_queue.hpp"
#include "runtime/error.hpp"

namespace athanor {

std::unique_ptr<DeviceQueue> make_cuda_queue(int) {
    throw CudaError(
        "this build has no CUDA: it was made without the toolkit, or with -DATHANOR_CUDA=OFF; use "
        "--device cpu, or build where nvcc is (docs/install.md)");
}

bool cuda_queue_available() { return false; }

}  // namespace athanor
