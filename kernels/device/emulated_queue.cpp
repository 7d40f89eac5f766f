// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/emulated_queue.hpp"

#include <cstring>
#include <deque>
#include <map>
#include <new>
#include <vector>

#include <fmt/format.h>

#include "kernels/device/kernel_entry.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

constexpr std::align_val_t alignment{256};

/// A launch with its arguments, or a copy.
struct Work {
    KernelLaunch launch;
    std::vector<std::byte> arguments;
    void* to = nullptr;
    void const* from = nullptr;
    std::size_t bytes = 0;
};

struct Recording final : RecordedWork {
    std::vector<Work> works;
};

}  // namespace

struct EmulatedQueue::Impl {
    struct Mark;

    EmulationOrder order;
    std::map<std::byte const*, std::size_t> memory;  ///< what copies may name
    std::size_t free_bytes = unbounded;              ///< of the device
    std::deque<Work> queued;
    std::int64_t enqueued = 0, done = 0;  ///< works
    std::unique_ptr<Recording> recording;
    std::int64_t launches = 0, waits = 0;

    void* allocate(std::size_t bytes) {
        ATHANOR_EXPECTS(!recording);
        void* const memory_of = ::operator new(bytes, alignment);
        std::memset(memory_of, 0, bytes);
        memory.emplace(static_cast<std::byte const*>(memory_of), bytes);
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
        memory.erase(static_cast<std::byte const*>(memory_of));
        ::operator delete(memory_of, alignment);
    }
    void check_known(void const* place, std::size_t bytes) const {
        auto const* const begin = static_cast<std::byte const*>(place);
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
                continue;
            }
            KernelLaunch launch = work.launch;
            launch.arguments = work.arguments.data();
            ++launches;
            emulate(launch, order);
        }
    }
};

struct EmulatedQueue::Impl::Mark final : QueueMark {
    explicit Mark(Impl& of) : impl(of), behind(of.enqueued) {}
    bool reached() override {
        if (impl.done < behind && asked) impl.run_until(behind);
        asked = true;
        return impl.done >= behind;
    }
    void wait() override {
        if (impl.done < behind) ++impl.waits;
        impl.run_until(behind);
    }
    Impl& impl;
    std::int64_t behind;
    bool asked = false;
};

EmulatedQueue::EmulatedQueue(EmulationOrder order, std::size_t memory_bytes)
    : impl_(std::make_unique<Impl>()) {
    impl_->order = order;
    impl_->free_bytes = memory_bytes;
}
EmulatedQueue::~EmulatedQueue() = default;

void* EmulatedQueue::allocate(std::size_t bytes) {
    if (bytes > impl_->free_bytes)
        throw CudaError(fmt::format(
            "the emulated device has no room for {} bytes, {} are free; lower /sampler/max_atoms",
            bytes, impl_->free_bytes));
    void* const memory = impl_->allocate(bytes);
    impl_->free_bytes -= bytes;
    return memory;
}
void EmulatedQueue::deallocate(void* memory, std::size_t bytes) noexcept {
    impl_->deallocate(memory);
    if (memory != nullptr) impl_->free_bytes += bytes;
}
std::size_t EmulatedQueue::free_bytes() { return impl_->free_bytes; }
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

void EmulatedQueue::begin_recording() {
    ATHANOR_EXPECTS(!impl_->recording);
    impl_->recording = std::make_unique<Recording>();
}

std::unique_ptr<RecordedWork> EmulatedQueue::end_recording() {
    ATHANOR_EXPECTS(impl_->recording);
    return std::move(impl_->recording);
}

void EmulatedQueue::enqueue(RecordedWork& work) {
    for (Work const& one : dynamic_cast<Recording&>(work).works) impl_->add(one);
}

std::int64_t EmulatedQueue::launches() const { return impl_->launches; }
std::int64_t EmulatedQueue::waits() const { return impl_->waits; }

}  // namespace athanor
