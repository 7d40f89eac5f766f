// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include "kernels/device/emulation.hpp"
#include "runtime/device_queue.hpp"

namespace athanor {

/// A device made of loops on the host: the same kernels, blocks and threads, and the same bits. It
/// is there to run and test the device path where there is no device, and is slow.
/// Late:   nothing is done when it is enqueued, but when somebody waits for it, or asks a mark for
///         the second time; who forgets to wait reads what was there before.
/// Beside: a queue beside this one is as late by itself: its work is done when somebody waits for
///         it, and has this queue do what it is held back for, and no more. A hold_back() that is
///         missing, or memory that is used again too early, shows as other bytes.
/// Checks: a copy whose ends are not pinned or device memory of this queue is a CudaError, as is
///         one that reaches over the end.
/// Memory: as much as the host has, or as much as it is made with, for tests of what happens when a
///         device is full; allocate() then throws DeviceMemoryError.
class EmulatedQueue final : public DeviceQueue {
public:
    static constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

    explicit EmulatedQueue(EmulationOrder order = {}, std::size_t memory_bytes = unbounded);
    ~EmulatedQueue() override;

    [[nodiscard]] void* allocate(std::size_t bytes) override;
    void deallocate(void* memory, std::size_t bytes) noexcept override;
    [[nodiscard]] void* allocate_pinned(std::size_t bytes) override;
    void deallocate_pinned(void* memory, std::size_t bytes) noexcept override;
    [[nodiscard]] std::size_t free_bytes() override;
    void launch(KernelLaunch const& launch) override;
    void copy(void* to, void const* from, std::size_t bytes) override;
    [[nodiscard]] std::unique_ptr<QueueMark> mark() override;
    void wait() override;
    [[nodiscard]] std::unique_ptr<DeviceQueue> make_beside() override;
    void hold_back(QueueMark const& mark) override;
    void begin_recording() override;
    [[nodiscard]] std::unique_ptr<RecordedWork> end_recording() override;
    void enqueue(RecordedWork& work) override;
    [[nodiscard]] char const* describe() const override { return "emulated device"; }

    /// From now on no mark of a queue beside is reached by asking, only by waiting: for tests of
    /// who runs out of room meanwhile.
    void slow_down_beside();
    /// Kernels launched so far, for tests.
    [[nodiscard]] std::int64_t launches() const;
    /// Bytes that its copies and those of queues beside it have copied so far; what a kernel reads
    /// in pinned memory does not count.
    [[nodiscard]] std::int64_t copied_bytes() const;
    /// How often the host waited for the queue: wait(), or a mark that was not reached yet.
    [[nodiscard]] std::int64_t waits() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;

public:
    explicit EmulatedQueue(std::unique_ptr<Impl> impl);  ///< for make_beside()
};

}  // namespace athanor
