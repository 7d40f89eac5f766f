// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "runtime/device_queue.hpp"

namespace athanor {

/// Where an array of a device stands.
enum class DeviceMemoryKind : std::uint8_t { device, pinned };

/// `size` zeroed elements of a queue's memory.
/// Ownership: owns them; moves, never copies. The queue must outlive it.
template <class T, DeviceMemoryKind kind = DeviceMemoryKind::device>
class DeviceArray {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    DeviceArray() = default;
    DeviceArray(DeviceQueue& queue, std::size_t size) : queue_(&queue), size_(size) {
        if (size_ > 0)
            data_ = static_cast<T*>(kind == DeviceMemoryKind::device
                                        ? queue.allocate(size * sizeof(T))
                                        : queue.allocate_pinned(size * sizeof(T)));
    }
    DeviceArray(DeviceArray&& other) noexcept { swap(other); }
    DeviceArray& operator=(DeviceArray&& other) noexcept {
        swap(other);
        return *this;
    }
    ~DeviceArray() {
        if (data_ == nullptr) return;
        if constexpr (kind == DeviceMemoryKind::device)
            queue_->deallocate(data_, size_ * sizeof(T));
        else
            queue_->deallocate_pinned(data_, size_ * sizeof(T));
    }

    [[nodiscard]] T* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t bytes() const { return size_ * sizeof(T); }
    /// Expects: pinned, and no work under way that writes it.
    [[nodiscard]] T& operator[](std::size_t k) const requires(kind == DeviceMemoryKind::pinned) {
        return data_[k];
    }

private:
    void swap(DeviceArray& other) noexcept {
        std::swap(queue_, other.queue_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }

    DeviceQueue* queue_ = nullptr;
    T* data_ = nullptr;
    std::size_t size_ = 0;
};

template <class T>
using PinnedArray = DeviceArray<T, DeviceMemoryKind::pinned>;

}  // namespace athanor
