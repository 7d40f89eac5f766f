// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/device_choice.hpp"

#include <cstddef>
#include <utility>

#include "kernels/device/cuda_queue.hpp"
#include "kernels/device/device_space.hpp"
#include "kernels/device/emulated_queue.hpp"
#include "launch/device_info.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {

int device_of_rank(int local_rank, int device_count) {
    ATHANOR_EXPECTS(local_rank >= 0 && device_count > 0);
    return local_rank % device_count;
}

std::unique_ptr<DeviceQueue> make_device(DeviceChoice choice, int local_rank) {
    int const devices = cuda_device_count();
    switch (choice) {
        case DeviceChoice::cpu:
            return nullptr;
        case DeviceChoice::emulated:
            return std::make_unique<EmulatedQueue>();
        case DeviceChoice::automatic:
            if (devices == 0) return nullptr;
            break;
        case DeviceChoice::cuda:
            break;
    }
    return make_cuda_queue(devices > 0 ? device_of_rank(local_rank, devices) : 0);
}

std::unique_ptr<MemorySpace> make_device_memory(DeviceChoice choice, int local_rank) try {
    auto queue = make_device(choice, local_rank);
    if (!queue) return nullptr;
    auto space = std::make_unique<DeviceSpace>(std::move(queue));
    // The first kernel may be the first thing that fails.
    std::byte there{1}, back{0};
    void* const memory = space->allocate(sizeof there);
    RowMove const moves[] = {{memory, &there, sizeof there}, {&back, memory, sizeof back}};
    space->move({&moves[0], 1});
    space->move({&moves[1], 1});
    space->deallocate(memory, sizeof there);
    ATHANOR_EXPECTS(back == there);
    return space;
} catch (CudaError const&) {
    if (choice != DeviceChoice::automatic) throw;
    return nullptr;  // the stages say why
}

DeviceRoom device_room(DeviceChoice choice) {
    if (choice == DeviceChoice::cpu || choice == DeviceChoice::emulated) return {};
    try {
        if (int const devices = cuda_device_count(); devices > 0)
            return {devices, static_cast<std::int64_t>(make_cuda_queue(0)->free_bytes())};
    } catch (CudaError const&) {
    }
    return {};
}

}  // namespace athanor
