// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "launch/batch_size.hpp"
#include "launch/config.hpp"
#include "runtime/device_queue.hpp"
#include "runtime/memory.hpp"

namespace athanor {

/// The device that a rank takes among those of its node: they are dealt out in turns, by the rank's
/// position there. Expects: device_count > 0.
[[nodiscard]] int device_of_rank(int local_rank, int device_count);

/// What makes the steps of one stage instance; null: the processor. `automatic` is a CUDA device
/// where there is one.
/// Throws: CudaError when a device is asked for and there is none.
[[nodiscard]] std::unique_ptr<DeviceQueue> make_device(DeviceChoice choice, int local_rank);

/// Memory of that device, for columns that only it touches, with a queue of its own; null: the
/// processor's. `automatic` takes a device that was tried and works.
/// Throws: CudaError when a device is asked for and cannot be used.
[[nodiscard]] std::unique_ptr<MemorySpace> make_device_memory(DeviceChoice choice, int local_rank);

/// What a batch may take on the CUDA devices of this machine; none where the processor makes the
/// steps, or where a device cannot be asked: make_device() says why.
[[nodiscard]] DeviceRoom device_room(DeviceChoice choice);

}  // namespace athanor
