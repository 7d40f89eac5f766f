// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Campaigns whose slots go from device to device, as a user runs them. Over the stand-ins for CUDA
/// and NCCL (tests/comm/doubles), which have devices enough on any machine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launch/device_info.hpp"
#include "tests/launch/program.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class NcclCampaign : public ::testing::Test {
protected:
    void SetUp() override {
        if (doubles_.empty()) GTEST_SKIP() << "this build has no NCCL";
        folder_.write("in.extxyz", mixed_input());
        folder_.write("plain.json", at(small_campaign("in.extxyz"), "plain").dump());
        auto config = at(small_campaign("in.extxyz"), "nccl");
        config["buffers"]["transport"] = "nccl";
        folder_.write("nccl.json", config.dump());
    }

    [[nodiscard]] ProgramResult run(int ranks, std::string const& options, int devices = 8) const {
        return folder_.shell(
            "export ATHANOR_CUDA_DOUBLE_DEVICES=" + std::to_string(devices) + " LD_LIBRARY_PATH='" +
            doubles_ + "'; mpirun -n " + std::to_string(ranks) +
            " '" ATHANOR_EXECUTABLE "' run nccl.json --overwrite --progress off " + options);
    }

    ProgramFolder folder_;

private:
    std::string const doubles_ = ATHANOR_NCCL_DOUBLE_FOLDER;
};

TEST_F(NcclCampaign, GivesTheRowsOfThePlainRun) {
    ASSERT_EQ(folder_.athanor("run plain.json --progress off").code, 0);
    for (char const* options :
         {"--device cpu", "--device cpu --set /buffers/mode=sync --set /buffers/slots=1"}) {
        SCOPED_TRACE(options);
        auto const result = run(2, options);
        ASSERT_EQ(result.code, 0) << result.text;
        expect_same_stores(folder_, "plain", "nccl");
    }
}

TEST_F(NcclCampaign, ReplicasGiveTheSameRows) {
    ASSERT_EQ(folder_.athanor("run plain.json --progress off").code, 0);
    auto const result =
        run(4, "--device cpu --set /pipeline/0/replicas=2 --set /pipeline/1/replicas=2");
    ASSERT_EQ(result.code, 0) << result.text;
    expect_same_stores(folder_, "plain", "nccl");
}

TEST_F(NcclCampaign, ARankWithoutADeviceOfItsOwnIsNamed) {
    auto const result = run(3, "--device cpu --set /pipeline/0/replicas=2", /*devices=*/2);

    EXPECT_EQ(result.code, 4);
    EXPECT_THAT(result.text,
                AllOf(HasSubstr("/buffers/transport"), HasSubstr("give \"host\""),
                      HasSubstr("ranks 0, 1, 2: its node has 3 ranks and 2 CUDA devices")));
}

TEST_F(NcclCampaign, AMachineWithoutADeviceSaysSoOnce) {
    if (cuda_device_count() > 0) GTEST_SKIP() << "this machine has one";

    auto const result = folder_.mpirun(2, "run nccl.json --progress off");

    EXPECT_EQ(result.code, 4);
    EXPECT_THAT(result.text, AllOf(HasSubstr("/buffers/transport"),
                                   HasSubstr("ranks 0, 1: NCCL needs a CUDA device")));
    std::string const said = "give \"host\"";
    EXPECT_EQ(result.text.find(said, result.text.find(said) + 1), std::string::npos);
}

}  // namespace
}  // namespace athanor::test
