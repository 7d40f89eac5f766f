// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

namespace athanor {

/// What a queue has to know of a kind of kernel; kernels/device/kernel_entry.hpp makes them.
struct KernelEntry;

/// One launch: `arguments` are the bytes of the kernel object, copied when it is enqueued.
struct KernelLaunch {
    KernelEntry const* entry = nullptr;
    void const* arguments = nullptr;
    int blocks = 0;
};

/// Work that was recorded once and is enqueued again and again as one piece: a CUDA graph, or a
/// list of launches. Everything in it, arguments and counts, is as it was when it was recorded.
class RecordedWork {
public:
    virtual ~RecordedWork() = default;
};

/// A place in a queue. Threads: as for its queue.
class QueueMark {
public:
    virtual ~QueueMark() = default;
    /// True when everything that was enqueued before the mark is done. Throws CudaError of that.
    [[nodiscard]] virtual bool reached() = 0;
    /// Returns when it is.
    virtual void wait() = 0;
    /// Marks the place that its queue has come to now, instead of the one before.
    virtual void set_again() = 0;
};

/// A device as its user sees it: memory, and a queue of work that is done in the order in which it
/// was enqueued, while the caller goes on.
/// Ownership: who allocates gives back; a queue outlives what came from it, queues beside it too.
/// Order:     every call but allocations and marks enqueues; nothing that it reads or writes may be
///            touched by the host until a mark behind it is reached.
/// Threads:   one at a time per queue.
/// Throws:    CudaError, also of work enqueued earlier; allocations DeviceMemoryError, bad_alloc.
/// See:       kernels/device/emulated_queue.hpp (any host), kernels/device/cuda_queue.hpp.
class DeviceQueue {
public:
    virtual ~DeviceQueue() = default;

    /// Room on the device, zeroed, aligned to 256 bytes. Not in the middle of a recording.
    [[nodiscard]] virtual void* allocate(std::size_t bytes) = 0;
    virtual void deallocate(void* memory, std::size_t bytes) noexcept = 0;
    /// Host memory that copies may name, zeroed. Copies from and to other host memory are an error.
    [[nodiscard]] virtual void* allocate_pinned(std::size_t bytes) = 0;
    virtual void deallocate_pinned(void* memory, std::size_t bytes) noexcept = 0;
    /// What allocate() has left to hand out on the device, about: others may take some meanwhile.
    /// Waits for everything. Not in the middle of a recording.
    [[nodiscard]] virtual std::size_t free_bytes() = 0;

    virtual void launch(KernelLaunch const& launch) = 0;
    /// Between pinned host memory and the device, or within the device.
    virtual void copy(void* to, void const* from, std::size_t bytes) = 0;
    [[nodiscard]] virtual std::unique_ptr<QueueMark> mark() = 0;
    /// Returns when everything is done.
    virtual void wait() = 0;

    /// A queue of its own on this device. Its work is done while that of this one is, in no order
    /// but that of hold_back(). Either may name the memory of both, which goes back to the queue it
    /// is from once both are done with it.
    [[nodiscard]] virtual std::unique_ptr<DeviceQueue> make_beside() = 0;
    /// What is enqueued from now on is done after `mark`, of this queue or one beside it, is
    /// reached; the caller does not wait. Not in the middle of a recording.
    virtual void hold_back(QueueMark const& mark) = 0;

    /// What is enqueued between these two is not done but kept. Recordings do not nest.
    virtual void begin_recording() = 0;
    [[nodiscard]] virtual std::unique_ptr<RecordedWork> end_recording() = 0;
    /// Expects: `work` was recorded from this queue.
    virtual void enqueue(RecordedWork& work) = 0;

    [[nodiscard]] virtual char const* describe() const = 0;
};

}  // namespace athanor
