// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/emulated_queue.hpp"

#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kernels/device/kernel_entry.hpp"
#include "runtime/device_memory_error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

constexpr std::align_val_t alignment{256};

/// What all queues of a device share.
struct Device {
    EmulationOrder order;
    std::size_t free_bytes = EmulatedQueue::unbounded;
    std::map<std::byte const*, std::size_t> memory = {};  ///< what copies may name
    bool slow_beside = false;
    std::int64_t copied_bytes = 0;
};

}  // namespace

struct EmulatedQueue::Impl {
    struct Mark;
    /// A launch with its arguments, a copy, or a wait for another queue.
    struct Work {
        KernelLaunch launch;
        std::vector<std::byte> arguments;
        void* to = nullptr;
        void const* from = nullptr;
        std::size_t bytes = 0;
        Impl* other = nullptr;
        std::int64_t until = 0;
    };
    struct Recording final : RecordedWork {
        std::vector<Work> works;
    };

    std::shared_ptr<Device> device;
    bool is_beside = false;
    std::deque<Work> queued;
    std::int64_t enqueued = 0, done = 0;  ///< works
    std::unique_ptr<Recording> recording;
    std::int64_t launches = 0, waits = 0;

    void* allocate(std::size_t bytes) {
        ATHANOR_EXPECTS(!recording);
        void* const memory_of = ::operator new(bytes, alignment);
        std::memset(memory_of, 0, bytes);
        device->memory.emplace(static_cast<std::byte const*>(memory_of), bytes);
        return memory_of;
    }
    /// After what is enqueued, as on a device: it may name this memory. What that throws was to be
    /// thrown to somebody who waits, and nobody does.
    void deallocate(void* memory_of) noexcept {
        if (memory_of == nullptr) return;
        try {
            run_until(enqueued);
        } catch (...) {
        }
        device->memory.erase(static_cast<std::byte const*>(memory_of));
        ::operator delete(memory_of, alignment);
    }
    void check_known(void const* place, std::size_t bytes) const {
        auto const* const begin = static_cast<std::byte const*>(place);
        auto const& memory = device->memory;
        auto found = memory.upper_bound(begin);
        if (found == memory.begin() ||
            begin + bytes > std::prev(found)->first + std::prev(found)->second)
            throw CudaError(fmt::format(
                "a copy of {} bytes names host memory that is not pinned, or reaches over an end",
                bytes));
    }
    void add(Work work) {
        if (recording) {
            recording->works.push_back(std::move(work));
        } else {
            queued.push_back(std::move(work));
            ++enqueued;
        }
    }
    void run_until(std::int64_t count) {
        while (done < count) {
            Work const work = std::move(queued.front());
            queued.pop_front();
            ++done;
            if (work.to != nullptr) {
                std::memmove(work.to, work.from, work.bytes);
                device->copied_bytes += static_cast<std::int64_t>(work.bytes);
                continue;
            }
            if (work.other != nullptr) {
                work.other->run_until(work.until);
                continue;
            }
            KernelLaunch launch = work.launch;
            launch.arguments = work.arguments.data();
            ++launches;
            emulate(launch, device->order);
        }
    }
};

struct EmulatedQueue::Impl::Mark final : QueueMark {
    explicit Mark(Impl& of) : impl(of), behind(of.enqueued) {}
    bool reached() override {
        bool const comes = asked && !(impl.is_beside && impl.device->slow_beside);
        if (impl.done < behind && comes) impl.run_until(behind);
        asked = true;
        return impl.done >= behind;
    }
    void wait() override {
        if (impl.done < behind) ++impl.waits;
        impl.run_until(behind);
    }
    void set_again() override {
        ATHANOR_EXPECTS(!impl.recording);
        behind = impl.enqueued;
        asked = false;
    }
    Impl& impl;
    std::int64_t behind;
    bool asked = false;
};

EmulatedQueue::EmulatedQueue(EmulationOrder order, std::size_t memory_bytes)
    : impl_(std::make_unique<Impl>()) {
    impl_->device = std::make_shared<Device>(Device{order, memory_bytes});
}
EmulatedQueue::EmulatedQueue(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EmulatedQueue::~EmulatedQueue() = default;

void* EmulatedQueue::allocate(std::size_t bytes) {
    std::size_t& left = impl_->device->free_bytes;
    if (bytes > left)
        throw DeviceMemoryError(fmt::format(
            "the emulated device has no room for {} bytes, of which {} are free", bytes, left));
    void* const memory = impl_->allocate(bytes);
    left -= bytes;
    return memory;
}
void EmulatedQueue::deallocate(void* memory, std::size_t bytes) noexcept {
    impl_->deallocate(memory);
    if (memory != nullptr) impl_->device->free_bytes += bytes;
}
std::size_t EmulatedQueue::free_bytes() { return impl_->device->free_bytes; }
void* EmulatedQueue::allocate_pinned(std::size_t bytes) { return impl_->allocate(bytes); }
void EmulatedQueue::deallocate_pinned(void* memory, std::size_t) noexcept {
    impl_->deallocate(memory);
}

void EmulatedQueue::launch(KernelLaunch const& launch) {
    ATHANOR_EXPECTS(launch.blocks > 0);
    auto const* const begin = static_cast<std::byte const*>(launch.arguments);
    impl_->add({.launch = launch, .arguments = {begin, begin + launch.entry->bytes}});
}

void EmulatedQueue::copy(void* to, void const* from, std::size_t bytes) {
    if (bytes == 0) return;
    impl_->check_known(to, bytes);
    impl_->check_known(from, bytes);
    impl_->add({.to = to, .from = from, .bytes = bytes});
}

std::unique_ptr<QueueMark> EmulatedQueue::mark() {
    ATHANOR_EXPECTS(!impl_->recording);
    return std::make_unique<Impl::Mark>(*impl_);
}

void EmulatedQueue::wait() {
    ATHANOR_EXPECTS(!impl_->recording);
    ++impl_->waits;
    impl_->run_until(impl_->enqueued);
}

std::unique_ptr<DeviceQueue> EmulatedQueue::make_beside() {
    auto impl = std::make_unique<Impl>();
    impl->device = impl_->device;
    impl->is_beside = true;
    return std::make_unique<EmulatedQueue>(std::move(impl));
}

void EmulatedQueue::hold_back(QueueMark const& mark) {
    ATHANOR_EXPECTS(!impl_->recording);
    auto const& of = dynamic_cast<Impl::Mark const&>(mark);
    impl_->add({.other = &of.impl, .until = of.behind});
}

void EmulatedQueue::slow_down_beside() { impl_->device->slow_beside = true; }

void EmulatedQueue::begin_recording() {
    ATHANOR_EXPECTS(!impl_->recording);
    impl_->recording = std::make_unique<Impl::Recording>();
}

std::unique_ptr<RecordedWork> EmulatedQueue::end_recording() {
    ATHANOR_EXPECTS(impl_->recording);
    return std::move(impl_->recording);
}

void EmulatedQueue::enqueue(RecordedWork& work) {
    for (Impl::Work const& one : dynamic_cast<Impl::Recording&>(work).works) impl_->add(one);
}

std::int64_t EmulatedQueue::launches() const { return impl_->launches; }
std::int64_t EmulatedQueue::copied_bytes() const { return impl_->device->copied_bytes; }
std::int64_t EmulatedQueue::waits() const { return impl_->waits; }

}  // namespace athanor
