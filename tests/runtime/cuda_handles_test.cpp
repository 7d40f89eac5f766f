// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Owners of CUDA's handles, over a device or over its stand-in (tests/comm/doubles).
#include "runtime/cuda_handles.hpp"

#include <cstring>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/cuda_error.hpp"
#include "runtime/device_memory_error.hpp"

namespace athanor::test {
namespace {

using namespace athanor::detail;
using ::testing::AllOf;
using ::testing::HasSubstr;

class CudaHandles : public ::testing::Test {
protected:
    void SetUp() override {
        std::string const absence = cuda_devices().absence;
        if (!absence.empty()) GTEST_SKIP() << absence;
        use_device(0);
    }
};

struct Freed {
    int count = 0;
};
cudaError_t count_freed(Freed* freed) {
    ++freed->count;
    return cudaSuccess;
}

TEST(CudaHandle, IsFreedOnceByItsLastOwner) {
    using Handle = CudaHandle<Freed*, count_freed>;
    Freed first, second;
    {
        Handle a, b, none;
        *a.put() = &first;
        *b.put() = &second;
        Handle c(std::move(a));
        c = std::move(b);
        EXPECT_EQ(c.get(), &second);
        EXPECT_EQ(b.get(), &first);
        EXPECT_EQ(a.get(), nullptr);
    }
    EXPECT_EQ(first.count, 1);
    EXPECT_EQ(second.count, 1);
}

TEST(CheckCuda, AnErrorNamesWhatWasDoneAndWhatCudaSays) {
    EXPECT_NO_THROW(check_cuda(cudaSuccess, "do it"));
    try {
        check_cuda(cudaErrorMemoryAllocation, "do it");
        FAIL() << "no error";
    } catch (CudaError const& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr("CUDA could not do it: cudaError"),
                                        HasSubstr("out of memory")));
    }
}

TEST_F(CudaHandles, MemoryOfAPoolIsUsableInTheOrderOfItsStream) {
    CudaStream const stream;
    CudaMemoryPool const pool(0);
    auto* const pinned = static_cast<char*>(pinned_memory().allocate(64));
    std::strcpy(pinned, "there and back");

    for (int k = 0; k < 3; ++k) {
        void* const memory = pool.allocate(64, stream);
        check_cuda(cudaMemcpyAsync(memory, pinned, 32, cudaMemcpyHostToDevice, stream.get()), "go");
        check_cuda(cudaMemcpyAsync(pinned + 32, memory, 32, cudaMemcpyDeviceToHost, stream.get()),
                   "come");
        pool.deallocate(memory, stream);
    }
    CudaEvent done;
    done.record(stream);
    done.wait();

    EXPECT_TRUE(done.reached());
    EXPECT_STREQ(pinned + 32, "there and back");
    pinned_memory().deallocate(pinned, 64);
}

TEST_F(CudaHandles, AnEventThatWasNeverRecordedIsReached) {
    CudaEvent const event;
    EXPECT_TRUE(event.reached());
}

template <class Allocate>
std::string refusal_of(Allocate const& allocate) {
    try {
        allocate(std::size_t{1} << 50);
        return "allocated";
    } catch (DeviceMemoryError const& error) {
        return error.what();
    }
}

TEST_F(CudaHandles, MoreThanTheDeviceHasIsAnErrorThatSaysWhatItHasOrWhatToDo) {
    CudaStream const stream;
    CudaMemoryPool const pool(0);
    std::string const free = std::to_string(pool.free_bytes());
    auto const wanted = HasSubstr("allocate 1125899906842624 bytes");

    EXPECT_THAT(refusal_of([](std::size_t bytes) { DeviceMemory{bytes}; }),
                AllOf(wanted, HasSubstr("lower /buffers")));
    EXPECT_THAT(
        refusal_of([&](std::size_t bytes) { static_cast<void>(pool.allocate(bytes, stream)); }),
        AllOf(wanted, HasSubstr("of which " + free + " are free")));
    EXPECT_THAT(
        refusal_of([](std::size_t bytes) { static_cast<void>(pinned_memory().allocate(bytes)); }),
        HasSubstr("pin 1125899906842624 bytes of host memory"));
}

TEST_F(CudaHandles, ADeviceThatIsNotThereIsACudaError) {
    EXPECT_THROW(use_device(1'000'000), CudaError);
    use_device(0);
}

}  // namespace
}  // namespace athanor::test
