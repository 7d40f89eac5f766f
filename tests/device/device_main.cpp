// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Runs the tests of device variants on a CUDA device, and says where: device, driver and runtime
/// stand in the file of --gtest_output=json:FILE too. Without a device it ends with code 77.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include "kernels/device/cuda_queue.hpp"
#include "runtime/error.hpp"

namespace {

constexpr int exit_skipped = 77;  // what ctest and automake take for "not run"

std::string words(int cuda_version) {
    return std::to_string(cuda_version / 1000) + '.' + std::to_string(cuda_version % 1000 / 10);
}

/// Tells what the tests ran on.
class Where final : public ::testing::Environment {
public:
    explicit Where(std::string device) : device_(std::move(device)) {}
    void SetUp() override {
        int driver = 0, runtime = 0;
        if (cudaDriverGetVersion(&driver) != cudaSuccess) driver = 0;
        if (cudaRuntimeGetVersion(&runtime) != cudaSuccess) runtime = 0;
        ::testing::Test::RecordProperty("device", device_);
        ::testing::Test::RecordProperty("driver_cuda", words(driver));
        ::testing::Test::RecordProperty("runtime_cuda", words(runtime));
        std::printf("%s; driver for CUDA %s, runtime %s\n", device_.c_str(), words(driver).c_str(),
                    words(runtime).c_str());
    }

private:
    std::string device_;
};

}  // namespace

int main(int count, char** arguments) {
    ::testing::InitGoogleTest(&count, arguments);
    setenv("ATHANOR_TEST_DEVICE", "cuda", /*overwrite=*/1);  // tests/support/device_queues.hpp
    if (::testing::GTEST_FLAG(list_tests)) return RUN_ALL_TESTS();
    try {
        std::string const device = athanor::make_cuda_queue(0)->describe();
        ::testing::AddGlobalTestEnvironment(std::make_unique<Where>(device).release());
    } catch (athanor::CudaError const& error) {
        std::printf("no device tests: %s\n", error.what());
        return athanor::cuda_queue_available() ? 1 : exit_skipped;
    }
    return RUN_ALL_TESTS();
}
