// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The device that tests of device variants run on, and vectors to and from it. One body serves the
/// emulated device and a real one: ATHANOR_TEST_DEVICE=cuda in the environment asks for the latter
/// (tests/device.sh), anything else, or nothing, for the former.
/// Over the stand-in for CUDA's runtime (tests/comm/doubles), which has no device code, kernels are
/// emulated: everything but the kernels' machine code is then as on a device.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <dlfcn.h>

#include "kernels/device/cuda_queue.hpp"
#include "kernels/device/emulated_queue.hpp"
#include "kernels/device/kernel_entry.hpp"
#include "runtime/device_array.hpp"
#include "tests/comm/doubles/cuda_double.hpp"

namespace athanor::test {

[[nodiscard]] inline bool tests_run_on_cuda() {
    char const* const wanted = std::getenv("ATHANOR_TEST_DEVICE");
    return wanted != nullptr && std::string_view(wanted) == "cuda";
}

/// A CUDA queue for tests: tells the double, if that is there, what each kernel does before the
/// first launch.
class CudaTestQueue final : public DeviceQueue {
public:
    using Learn = decltype(&athanor_cuda_double_learn);
    /// The double's ear; null where the runtime is the real one.
    [[nodiscard]] static Learn find_double() {
        return reinterpret_cast<Learn>(dlsym(RTLD_DEFAULT, "athanor_cuda_double_learn"));
    }

    void* allocate(std::size_t bytes) override { return queue_->allocate(bytes); }
    void deallocate(void* memory, std::size_t bytes) noexcept override {
        queue_->deallocate(memory, bytes);
    }
    void* allocate_pinned(std::size_t bytes) override { return queue_->allocate_pinned(bytes); }
    void deallocate_pinned(void* memory, std::size_t bytes) noexcept override {
        queue_->deallocate_pinned(memory, bytes);
    }
    std::size_t free_bytes() override { return queue_->free_bytes(); }
    void launch(KernelLaunch const& launch) override {
        if (learn_ != nullptr)
            learn_(launch.entry->cuda_function, launch.entry->bytes, &run, launch.entry);
        queue_->launch(launch);
    }
    void copy(void* to, void const* from, std::size_t bytes) override {
        queue_->copy(to, from, bytes);
    }
    std::unique_ptr<QueueMark> mark() override { return queue_->mark(); }
    void wait() override { queue_->wait(); }
    /// For copies: what it launches the double does not know.
    std::unique_ptr<DeviceQueue> make_beside() override { return queue_->make_beside(); }
    void hold_back(QueueMark const& mark) override { queue_->hold_back(mark); }
    void begin_recording() override { queue_->begin_recording(); }
    std::unique_ptr<RecordedWork> end_recording() override { return queue_->end_recording(); }
    void enqueue(RecordedWork& work) override { queue_->enqueue(work); }
    char const* describe() const override { return queue_->describe(); }

private:
    static bool run(void const* context, void const* arguments, int blocks, int threads) {
        auto const* const entry = static_cast<KernelEntry const*>(context);
        if (threads != entry->threads) return false;
        try {
            emulate({entry, arguments, blocks}, {EmulationOrder::Kind::shuffled, 7});
        } catch (std::exception const& error) {
            std::cerr << error.what() << '\n';
            return false;
        }
        return true;
    }

    std::unique_ptr<DeviceQueue> queue_ = make_cuda_queue(0);
    Learn learn_ = find_double();
};

/// What sets the memory of the double's devices; null where the runtime is the real one.
[[nodiscard]] inline auto find_double_memory() {
    return reinterpret_cast<decltype(&athanor_cuda_double_memory)>(
        dlsym(RTLD_DEFAULT, "athanor_cuda_double_memory"));
}

/// The device of this test run. `order` matters to the emulated one alone.
/// Throws: CudaError where a real one is asked for and none is there.
[[nodiscard]] inline std::unique_ptr<DeviceQueue> test_queue(EmulationOrder order = {}) {
    if (!tests_run_on_cuda()) return std::make_unique<EmulatedQueue>(order);
    return std::make_unique<CudaTestQueue>();
}

/// Orders in which a kernel has to give the same bits; a real device has its own. The environment
/// may ask for fewer: ATHANOR_TEST_ORDERS=1.
[[nodiscard]] inline std::vector<EmulationOrder> test_orders() {
    using Kind = EmulationOrder::Kind;
    if (tests_run_on_cuda()) return {{}};
    std::vector<EmulationOrder> orders{
        {Kind::shuffled, 1}, {Kind::ascending}, {Kind::descending}, {Kind::shuffled, 2}};
    if (char const* const most = std::getenv("ATHANOR_TEST_ORDERS"))
        orders.resize(std::min(orders.size(), std::stoul(most)));
    return orders;
}

/// Copies through pinned memory and waits.
template <class T>
void upload(DeviceQueue& queue, DeviceArray<T> const& to, std::span<T const> values) {
    if (values.empty()) return;
    PinnedArray<T> const staging(queue, values.size());
    for (std::size_t k = 0; k < values.size(); ++k) staging[k] = values[k];
    queue.copy(to.data(), staging.data(), staging.bytes());
    queue.wait();
}

/// A new array with these values.
template <class T>
[[nodiscard]] DeviceArray<T> upload(DeviceQueue& queue, std::vector<T> const& values) {
    DeviceArray<T> array(queue, values.size());
    upload(queue, array, std::span<T const>(values));
    return array;
}

/// `count` values from `from` on, after everything that was enqueued before.
template <class T>
[[nodiscard]] std::vector<T> download(DeviceQueue& queue, T const* from, std::size_t count) {
    if (count == 0) return {};
    PinnedArray<T> const staging(queue, count);
    queue.copy(staging.data(), from, staging.bytes());
    queue.wait();
    return {staging.data(), staging.data() + count};
}

template <class T>
[[nodiscard]] std::vector<T> download(DeviceQueue& queue, DeviceArray<T> const& array) {
    return download(queue, static_cast<T const*>(array.data()), array.size());
}

}  // namespace athanor::test
