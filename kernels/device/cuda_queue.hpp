// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "runtime/device_queue.hpp"

namespace athanor {

/// A CUDA device as a queue of work: one stream of its own, recordings are CUDA graphs, device
/// memory comes from a pool of its own in the order of the stream, so that nothing but
/// allocate_pinned(), deallocate_pinned() and waiting makes the host wait.
/// Beside: a stream and a pool of its own; a mark is an event that the other stream waits for.
/// Further than the contract: marks, waits and allocations in the middle of a recording are the
///   caller's error; the first launch of a kernel loads its code.
/// Threads: one at a time, any; each call turns its thread to the device.
/// Throws:  CudaError: in a build without CUDA, without a driver, without that device; when memory
///          is short; of a copy that names plain host memory.
[[nodiscard]] std::unique_ptr<DeviceQueue> make_cuda_queue(int device);

/// Whether this build drives CUDA devices, and this machine has a driver and a device.
[[nodiscard]] bool cuda_queue_available();

}  // namespace athanor
