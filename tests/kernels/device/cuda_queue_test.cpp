// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What a CUDA queue says where there is no device, or too little of it.
#include "kernels/device/cuda_queue.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/device_array.hpp"
#include "runtime/error.hpp"
#include "tests/support/device_queues.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;

std::string message_for(int device) {
    try {
        static_cast<void>(make_cuda_queue(device));
    } catch (CudaError const& error) {
        return error.what();
    }
    return "";
}

TEST(CudaQueue, WithoutADeviceItSaysWhyAndWhatToDo) {
    if (cuda_queue_available()) GTEST_SKIP() << "there is a device";
    EXPECT_THAT(message_for(0), AllOf(AnyOf(HasSubstr("no CUDA device: cudaError"),
                                            HasSubstr("this build has no CUDA")),
                                      HasSubstr("use --device cpu")));
}

TEST(CudaQueue, ADeviceThatIsNotThereIsNamed) {
    if (!cuda_queue_available()) GTEST_SKIP() << message_for(0);
    EXPECT_THAT(message_for(4711),
                AllOf(HasSubstr("no CUDA device 4711"), HasSubstr("use --device cpu")));
    EXPECT_THAT(message_for(-1), HasSubstr("no CUDA device -1"));
}

TEST(CudaQueue, MoreThanTheDeviceHasIsACudaErrorAndHarmsNothing) {
    if (!cuda_queue_available()) GTEST_SKIP() << message_for(0);
    auto const queue = make_cuda_queue(0);
    EXPECT_THROW(DeviceArray<char>(*queue, std::size_t{1} << 50), CudaError);

    PinnedArray<char> back(*queue, 16);
    back[3] = 'x';
    DeviceArray<char> const memory(*queue, 16);
    queue->copy(back.data(), memory.data(), 16);
    queue->wait();
    EXPECT_EQ(back[3], '\0');
}

TEST(CudaQueue, ItKnowsWhatIsFreeOfADeviceThatIsNearlyFull) {
    auto const set_memory = find_double_memory();
    if (set_memory == nullptr) GTEST_SKIP() << "only the double's memory can be set";
    constexpr std::size_t all = std::size_t{64} << 30, little = std::size_t{1} << 20;
    auto const queue = make_cuda_queue(0);
    std::size_t const taken = all - queue->free_bytes();
    set_memory(taken + little);

    EXPECT_EQ(queue->free_bytes(), little);
    EXPECT_THROW(DeviceArray<char>(*queue, little + 1), CudaError);
    {
        DeviceArray<char> const half(*queue, little / 2);
        EXPECT_EQ(queue->free_bytes(), little / 2);
    }
    EXPECT_EQ(queue->free_bytes(), little);
    set_memory(all);
}

TEST(CudaQueue, MemoryGivenBackInTheMiddleOfARecordingIsNoPartOfIt) {
    if (!cuda_queue_available()) GTEST_SKIP() << message_for(0);
    auto const queue = make_cuda_queue(0);
    PinnedArray<char> back(*queue, 16);
    DeviceArray<char> const kept(*queue, 16);
    auto doomed = std::make_unique<DeviceArray<char>>(*queue, 16);
    auto doomed_too = std::make_unique<PinnedArray<char>>(*queue, 16);

    queue->begin_recording();
    doomed.reset();
    doomed_too.reset();
    queue->copy(back.data(), kept.data(), 16);
    auto const work = queue->end_recording();
    back[0] = 'x';
    queue->enqueue(*work);
    queue->enqueue(*work);
    queue->wait();

    EXPECT_EQ(back[0], '\0');
}

TEST(CudaQueue, AQueueMayGoInTheMiddleOfARecording) {
    if (!cuda_queue_available()) GTEST_SKIP() << message_for(0);
    make_cuda_queue(0)->begin_recording();
    auto const next = make_cuda_queue(0);
    DeviceArray<char> const memory(*next, 16);
    EXPECT_NO_THROW(next->wait());
}

}  // namespace
}  // namespace athanor::test
