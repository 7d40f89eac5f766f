// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// The device that tests of device variants run on, and vectors to and from it. One body serves the
/// emulated device and a real one: ATHANOR_TEST_DEVICE=cuda in the environment asks for the latter
/// (tests/device.sh), anything else, or nothing, for the former.
#pragma once

#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/device/cuda_queue.hpp"
#include "kernels/device/emulated_queue.hpp"
#include "runtime/device_array.hpp"

namespace athanor::test {

[[nodiscard]] inline bool tests_run_on_cuda() {
    char const* const wanted = std::getenv("ATHANOR_TEST_DEVICE");
    return wanted != nullptr && std::string_view(wanted) == "cuda";
}

/// The device of this test run. `order` matters to the emulated one alone.
/// Throws: CudaError where a real one is asked for and none is there.
[[nodiscard]] inline std::unique_ptr<DeviceQueue> test_queue(EmulationOrder order = {}) {
    if (tests_run_on_cuda()) return make_cuda_queue(0);
    return std::make_unique<EmulatedQueue>(order);
}

/// Orders in which a kernel has to give the same bits; a real device has its own.
[[nodiscard]] inline std::vector<EmulationOrder> test_orders() {
    using Kind = EmulationOrder::Kind;
    if (tests_run_on_cuda()) return {{}};
    return {{Kind::ascending}, {Kind::descending}, {Kind::shuffled, 1}, {Kind::shuffled, 2}};
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
