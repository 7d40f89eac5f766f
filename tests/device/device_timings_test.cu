// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// How long a device takes for what a step is made of, written down with the results of
/// tests/device.sh. No time is judged, only what was computed meanwhile.
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "kernels/device/kernel_definition.cuh"
#include "runtime/device_array.hpp"
#include "runtime/host_device.hpp"
#include "tests/support/device_queues.hpp"

namespace athanor::test {

struct CountUp {
    static constexpr char const* name = "count_up";
    static constexpr int threads = 128;
    double* values;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        values[Thread::index()] += 1.0;
    }
};

namespace {

using Clock = std::chrono::steady_clock;

struct DeviceTimings : ::testing::Test {
    static constexpr std::size_t size = 1024;
    static constexpr int launches = 50, rounds = 10;

    void launch_all() {
        for (int k = 0; k < launches; ++k) launch(*queue, CountUp{values.data()}, size);
    }
    /// Microseconds per launch of `rounds` calls of `body`, all launches included.
    template <class Body>
    [[nodiscard]] double microseconds_per_launch(Body const& body) {
        queue->wait();
        auto const begin = Clock::now();
        for (int k = 0; k < rounds; ++k) body();
        queue->wait();
        return std::chrono::duration<double, std::micro>(Clock::now() - begin).count() /
               (rounds * launches);
    }
    std::unique_ptr<DeviceQueue> queue = test_queue();
    DeviceArray<double> values{*queue, size};
};

TEST_F(DeviceTimings, LaunchesOneByOneAndAsARecording) {
    launch_all();  // loads the kernel's code
    queue->begin_recording();
    launch_all();
    auto const work = queue->end_recording();
    queue->enqueue(*work);

    RecordProperty("launch_us", std::to_string(microseconds_per_launch([&] { launch_all(); })));
    RecordProperty("recorded_launch_us",
                   std::to_string(microseconds_per_launch([&] { queue->enqueue(*work); })));

    EXPECT_EQ(download(*queue, values), std::vector<double>(size, launches * (2.0 + 2 * rounds)));
}

TEST_F(DeviceTimings, CopiesToTheDeviceAndBack) {
    std::size_t const large = (std::size_t{32} << 20) / sizeof(double);
    PinnedArray<double> const host(*queue, large);
    DeviceArray<double> const device(*queue, large);
    host[large - 1] = 42.0;
    auto const gigabytes_per_second = [&](double* to, double const* from) {
        queue->copy(to, from, host.bytes());
        queue->wait();
        auto const begin = Clock::now();
        for (int k = 0; k < 4; ++k) queue->copy(to, from, host.bytes());
        queue->wait();
        std::chrono::duration<double> const took = Clock::now() - begin;
        return std::to_string(4e-9 * static_cast<double>(host.bytes()) / took.count());
    };

    RecordProperty("to_device_gb_per_s", gigabytes_per_second(device.data(), host.data()));
    host[large - 1] = 0.0;
    RecordProperty("to_host_gb_per_s", gigabytes_per_second(host.data(), device.data()));

    EXPECT_EQ(host[large - 1], 42.0);
}

}  // namespace
}  // namespace athanor::test
