// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "runtime/device_array.hpp"
#include "runtime/device_queue.hpp"
#include "runtime/memory.hpp"

namespace athanor {

/// A device's memory as a place for columns that the host never touches. What comes from the host
/// goes through pinned memory and is under way when move() returns; what goes to the host is there.
/// Ownership: owns its queue and 1 MiB of staging.
/// Order:     everything happens in the order of the calls.
/// Threads:   any, one after the other.
/// Throws:    CudaError, also of what was enqueued earlier; std::bad_alloc.
class DeviceSpace final : public MemorySpace {
public:
    explicit DeviceSpace(std::unique_ptr<DeviceQueue> queue);
    DeviceSpace(DeviceSpace const&) = delete;
    DeviceSpace& operator=(DeviceSpace const&) = delete;
    ~DeviceSpace() override;

    [[nodiscard]] void* allocate(std::size_t bytes) override;
    void deallocate(void* memory, std::size_t bytes) noexcept override;
    void move(std::span<RowMove const> moves) override;
    void zero(std::span<std::byte> bytes) override;

private:
    [[nodiscard]] bool is_here(void const* memory) const;
    void add(RowMove const& move);
    [[nodiscard]] std::byte* stage(std::size_t bytes);
    void list(void* to, void const* from, std::size_t bytes);
    void enqueue();
    void finish();

    std::mutex mutex_;  ///< guards everything below
    std::unique_ptr<DeviceQueue> queue_;
    std::map<std::byte const*, std::size_t> memory_;  ///< what was handed out
    DeviceArray<std::byte> zeros_;                    ///< never written
    PinnedArray<std::byte> staging_;
    PinnedArray<RowMove> pieces_;
    std::vector<RowMove> to_host_;  ///< from staging, when all pieces are done
    // Filled from the front until there is no room, or the host waits for something.
    std::size_t staged_ = 0, listed_ = 0, enqueued_ = 0, to_host_count_ = 0;
};

}  // namespace athanor
