// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/device/emulated_queue.hpp"
#include "kernels/device/emulation.hpp"
#include "kernels/device/group_lanes.hpp"
#include "kernels/device/kernel_definition.cuh"
#include "runtime/device_array.hpp"
#include "runtime/error.hpp"

namespace athanor::test {

struct NumberThreads {
    static constexpr char const* name = "number_threads";
    static constexpr int threads = 64;
    int* out;
    int count;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const k = Thread::index();
        if (k < count) out[k] = 1000 * Thread::block() + Thread::thread();
    }
};

struct SumByGroups {
    static constexpr char const* name = "sum_by_groups";
    static constexpr int threads = 32;
    double const* in;
    double* out;
    unsigned* negative;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const g = Thread::group();
        double const total = sum_block(
            thread, 0, 20, [&](std::size_t k) { return in[20 * g + static_cast<int>(k)]; });
        unsigned const bits = Thread::ballot(in[20 * g + Thread::lane()] < 0.0);
        if (Thread::lane() == 0) {
            out[g] = total;
            negative[g] = bits;
        }
    }
};

/// Each thread takes the word of the thread across the block. Without the barrier it is whatever
/// stood there.
template <bool with_barrier>
struct Reverse {
    static constexpr char const* name = "reverse";
    static constexpr int threads = 96;
    struct Scratch {
        int word[threads];
    };
    int* data;

    template <class Thread>
    ATHANOR_HD void operator()(Thread, Scratch& scratch) const {
        int const t = Thread::thread();
        scratch.word[t] = data[Thread::index()];
        if constexpr (with_barrier) Thread::sync();
        data[Thread::index()] = scratch.word[threads - 1 - t];
    }
};

struct HalfAGroupMeets {
    static constexpr char const* name = "half_a_group_meets";
    static constexpr int threads = 32;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        if (Thread::lane() < 4) static_cast<void>(Thread::ballot(true));
    }
};

namespace {

EmulationOrder const orders[] = {{EmulationOrder::Kind::ascending},
                                 {EmulationOrder::Kind::descending},
                                 {EmulationOrder::Kind::shuffled, 1},
                                 {EmulationOrder::Kind::shuffled, 2}};

template <class Kernel>
std::vector<int> reversed(EmulationOrder const& order) {
    EmulatedQueue queue(order);
    PinnedArray<int> data(queue, 2 * Kernel::threads);
    for (std::size_t k = 0; k < data.size(); ++k) data[k] = static_cast<int>(k);
    launch(queue, Kernel{data.data()}, data.size());
    queue.wait();
    return {data.data(), data.data() + data.size()};
}

TEST(Emulation, EveryThreadOfEveryBlockRunsOnce) {
    EmulatedQueue queue;
    PinnedArray<int> out(queue, 150);

    launch(queue, NumberThreads{out.data(), 150}, 150);
    queue.wait();

    for (int k = 0; k < 150; ++k)
        EXPECT_EQ(out[static_cast<std::size_t>(k)], 1000 * (k / 64) + k % 64);
}

TEST(Emulation, GroupsOfEightAddUpInTheFixedTreeInEveryOrderOfThreads) {
    double const big = 0x1p60;
    for (EmulationOrder const& order : orders) {
        EmulatedQueue queue(order);
        PinnedArray<double> in(queue, 80), out(queue, 4);
        PinnedArray<unsigned> negative(queue, 4);
        for (std::size_t k = 0; k < 80; ++k) in[k] = (k % 3 == 0 ? -1.0 : 1.0) / (1.0 + k);
        in[3] = big;
        in[11] = -big;

        launch(queue, SumByGroups{in.data(), out.data(), negative.data()}, 32);
        queue.wait();

        for (std::size_t g = 0; g < 4; ++g) {
            double lane[8] = {};
            unsigned bits = 0;
            for (std::size_t k = 0; k < 20; ++k) lane[k % 8] += in[20 * g + k];
            for (std::size_t k = 0; k < 8; ++k) bits |= (in[20 * g + k] < 0.0 ? 1U : 0U) << k;
            double const expected = ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
                                    ((lane[1] + lane[5]) + (lane[3] + lane[7]));
            EXPECT_EQ(out[g], expected);
            EXPECT_EQ(negative[g], bits);
        }
    }
}

TEST(Emulation, ARaceForScratchShowsAsBitsThatDependOnTheOrder) {
    std::vector<int> const right = reversed<Reverse<true>>(orders[0]);
    for (EmulationOrder const& order : orders) EXPECT_EQ(reversed<Reverse<true>>(order), right);
    EXPECT_EQ(right[0], 95);
    EXPECT_EQ(right[96], 191);

    EXPECT_NE(reversed<Reverse<false>>(orders[0]), reversed<Reverse<false>>(orders[1]));
}

TEST(Emulation, ThreadsThatDoNotMeetAreAnErrorThatNamesTheKernel) {
    EmulatedQueue queue;
    launch(queue, HalfAGroupMeets{}, 32);
    try {
        queue.wait();
        FAIL() << "four of eight threads met";
    } catch (CampaignError const& error) {
        EXPECT_NE(std::string(error.what()).find("half_a_group_meets"), std::string::npos);
    }
}

TEST(EmulatedQueue, NothingIsDoneBeforeSomebodyWaits) {
    EmulatedQueue queue;
    PinnedArray<int> out(queue, 64);

    launch(queue, NumberThreads{out.data(), 64}, 64);
    auto const mark = queue.mark();

    EXPECT_EQ(out[1], 0);
    EXPECT_FALSE(mark->reached());
    EXPECT_TRUE(mark->reached());
    EXPECT_EQ(out[1], 1);
}

TEST(EmulatedQueue, RecordedWorkRunsWheneverItIsEnqueued) {
    EmulatedQueue queue;
    PinnedArray<int> out(queue, 64), copy(queue, 64);
    queue.begin_recording();
    launch(queue, NumberThreads{out.data(), 64}, 64);
    queue.copy(copy.data(), out.data(), out.bytes());
    auto const work = queue.end_recording();
    queue.wait();
    EXPECT_EQ(copy[1], 0);

    queue.enqueue(*work);
    queue.wait();
    EXPECT_EQ(copy[1], 1);
    copy[1] = 0;
    queue.enqueue(*work);
    queue.wait();
    EXPECT_EQ(copy[1], 1);
    EXPECT_EQ(queue.launches(), 2);
}

TEST(EmulatedQueue, CopiesOfPlainMemoryAndOverAnEndAreRefused) {
    EmulatedQueue queue;
    DeviceArray<double> device(queue, 4);
    std::vector<double> plain(4);

    EXPECT_THROW(queue.copy(device.data(), plain.data(), 32), CudaError);
    EXPECT_THROW(queue.copy(device.data() + 1, device.data(), 32), CudaError);
}

}  // namespace
}  // namespace athanor::test
