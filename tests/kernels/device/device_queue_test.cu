// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What every DeviceQueue does: over the emulated device, and over CUDA's where tests run on one.
#include <cstdint>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/device/kernel_definition.cuh"
#include "runtime/device_array.hpp"
#include "runtime/error.hpp"
#include "runtime/host_device.hpp"
#include "tests/support/device_queues.hpp"

namespace athanor::test {

struct AddTo {
    static constexpr char const* name = "add_to";
    static constexpr int threads = 64;
    double* values;
    double summand;
    int count;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const k = Thread::index();
        if (k < count) values[k] += summand;
    }
};

/// Element k becomes element k of the reversed block, plus what the eight of its group voted.
struct ReverseAndVote {
    static constexpr char const* name = "reverse_and_vote";
    static constexpr int threads = 96;
    struct Scratch {
        int word[threads];
    };
    int* data;

    template <class Thread>
    ATHANOR_HD void operator()(Thread, Scratch& scratch) const {
        int const t = Thread::thread();
        scratch.word[t] = data[Thread::index()];
        Thread::sync();
        int const across = scratch.word[threads - 1 - t];
        unsigned const odd = Thread::ballot(across % 2 != 0);
        data[Thread::index()] = 1000 * Thread::shuffle(across, 7) + static_cast<int>(odd);
    }
};

struct LeavesOthersWaiting {
    static constexpr char const* name = "leaves_others_waiting";
    static constexpr int threads = 32;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        if (Thread::lane() < 4) static_cast<void>(Thread::ballot(true));
    }
};

namespace {

constexpr int count = 1000;

struct DeviceQueueTest : ::testing::Test {
    void add(double summand) { launch(*queue, AddTo{values.data(), summand, count}, count); }
    [[nodiscard]] std::vector<double> all(double value) const {
        return std::vector<double>(count, value);
    }
    std::unique_ptr<DeviceQueue> queue = test_queue();
    DeviceArray<double> values{*queue, count};
};

TEST_F(DeviceQueueTest, SaysWhatItIs) {
    std::string const words = queue->describe();
    EXPECT_NE(words.find("device"), std::string::npos);
    std::cout << "[ device   ] " << words << '\n';
}

TEST_F(DeviceQueueTest, LaunchesAndCopiesAreDoneInTheirOrder) {
    PinnedArray<double> before(*queue, count), after(*queue, count);
    DeviceArray<double> kept(*queue, count);

    add(1.0);
    queue->copy(before.data(), values.data(), values.bytes());
    queue->copy(kept.data(), values.data(), values.bytes());
    add(0.5);
    queue->copy(after.data(), values.data(), values.bytes());
    queue->wait();

    EXPECT_EQ(std::vector(before.data(), before.data() + count), all(1.0));
    EXPECT_EQ(std::vector(after.data(), after.data() + count), all(1.5));
    EXPECT_EQ(download(*queue, kept), all(1.0));
}

TEST_F(DeviceQueueTest, ArgumentsAreThoseOfTheMomentOfTheLaunch) {
    AddTo kernel{values.data(), 1.0, count};
    launch(*queue, kernel, count);
    kernel.summand = 100.0;
    launch(*queue, kernel, count);
    kernel.values = nullptr;

    EXPECT_EQ(download(*queue, values), all(101.0));
}

TEST_F(DeviceQueueTest, ThreadsOfAGroupAndOfABlockMeet) {
    std::vector<int> numbers(2 * ReverseAndVote::threads);
    std::iota(numbers.begin(), numbers.end(), 0);
    DeviceArray<int> const data = upload(*queue, numbers);

    launch(*queue, ReverseAndVote{data.data()}, numbers.size());
    std::vector<int> const found = download(*queue, data);

    for (int k = 0; k < static_cast<int>(numbers.size()); ++k) {
        int const lane_7 =
            96 * (k / 96) + 95 - (k % 96 / 8 * 8 + 7);  // lanes 0, 2, .. get odd ones
        EXPECT_EQ(found[static_cast<std::size_t>(k)], 1000 * lane_7 + 0x55);
    }
}

TEST_F(DeviceQueueTest, AMarkIsReachedWhenWhatIsBeforeItIsDone) {
    PinnedArray<double> copy(*queue, count);
    for (int round = 0; round < 3; ++round) {
        add(1.0);
        queue->copy(copy.data(), values.data(), values.bytes());
        auto const mark = queue->mark();
        mark->wait();
        EXPECT_TRUE(mark->reached());
        EXPECT_EQ(copy[0], 1.0 + round);
        EXPECT_EQ(copy[count - 1], 1.0 + round);
    }
}

TEST_F(DeviceQueueTest, AMarkThatIsSetAgainStandsBehindWhatCameMeanwhile) {
    PinnedArray<double> copy(*queue, count);
    auto const mark = queue->mark();
    for (int round = 0; round < 3; ++round) {
        add(1.0);
        queue->copy(copy.data(), values.data(), values.bytes());
        mark->set_again();
        mark->wait();
        EXPECT_TRUE(mark->reached());
        EXPECT_EQ(copy[count - 1], 1.0 + round);
    }
}

TEST_F(DeviceQueueTest, MarksOfOneQueueAreIndependent) {
    add(1.0);
    auto const first = queue->mark();
    add(1.0);
    auto const second = queue->mark();

    second->wait();

    EXPECT_TRUE(second->reached());
    EXPECT_TRUE(first->reached());
}

TEST_F(DeviceQueueTest, RecordedWorkIsDoneWheneverItIsEnqueuedAndNotBefore) {
    PinnedArray<double> copy(*queue, count);
    queue->begin_recording();
    add(1.0);
    add(0.25);
    queue->copy(copy.data(), values.data(), values.bytes());
    auto const work = queue->end_recording();
    queue->wait();
    EXPECT_EQ(copy[7], 0.0);
    EXPECT_EQ(download(*queue, values), all(0.0));

    for (int round = 1; round <= 3; ++round) {
        queue->enqueue(*work);
        queue->wait();
        EXPECT_EQ(copy[7], 1.25 * round);
    }
    add(1.0);
    queue->enqueue(*work);
    EXPECT_EQ(download(*queue, values), all(6.0));
}

TEST_F(DeviceQueueTest, SeveralRecordingsLiveBesideEachOther) {
    queue->begin_recording();
    add(1.0);
    auto const ones = queue->end_recording();
    queue->begin_recording();
    add(8.0);
    auto const eights = queue->end_recording();

    queue->enqueue(*eights);
    queue->enqueue(*ones);
    queue->enqueue(*eights);

    EXPECT_EQ(download(*queue, values), all(17.0));
}

TEST_F(DeviceQueueTest, FreshMemoryIsZeroWhateverWasThereBefore) {
    for (int round = 0; round < 4; ++round) {
        DeviceArray<double> array(*queue, count);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(array.data()) % 256, 0U);
        EXPECT_EQ(download(*queue, array), all(0.0));
        launch(*queue, AddTo{array.data(), 1.0, count}, count);
        queue->wait();
    }
}

TEST_F(DeviceQueueTest, WhatIsFreeShrinksByWhatIsHandedOutAndComesBack) {
    constexpr std::size_t bytes = std::size_t{8} << 20;
    std::size_t const before = queue->free_bytes();
    {
        DeviceArray<char> const memory(*queue, bytes);
        EXPECT_LE(queue->free_bytes(), before - bytes);
    }
    EXPECT_GE(queue->free_bytes(), before);
}

TEST_F(DeviceQueueTest, ACopyOfPlainHostMemoryIsACudaError) {
    std::vector<double> plain(count);
    EXPECT_THROW(queue->copy(values.data(), plain.data(), values.bytes()), CudaError);
    EXPECT_THROW(queue->copy(plain.data(), values.data(), values.bytes()), CudaError);

    add(1.0);
    EXPECT_EQ(download(*queue, values), all(1.0));
}

TEST_F(DeviceQueueTest, TwoQueuesDoTheirWorkApart) {
    auto const other = test_queue();
    DeviceArray<double> elsewhere(*other, count);

    queue->begin_recording();
    add(1.0);
    launch(*other, AddTo{elsewhere.data(), 2.0, count}, count);
    auto const work = queue->end_recording();

    EXPECT_EQ(download(*other, elsewhere), all(2.0));
    EXPECT_EQ(download(*queue, values), all(0.0));
}

TEST_F(DeviceQueueTest, AKernelThatFailsIsAnErrorOfWhoeverWaitsForIt) {
    if (tests_run_on_cuda() && CudaTestQueue::find_double() == nullptr)
        GTEST_SKIP() << "a device would be of no use to this process after it";
    launch(*queue, LeavesOthersWaiting{}, 32);
    auto const mark = queue->mark();
    EXPECT_THROW(mark->wait(), Error);
    EXPECT_NO_THROW(test_queue()->wait());
}

}  // namespace
}  // namespace athanor::test
