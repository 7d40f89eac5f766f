// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/describe_transports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "comm/nccl_transport.hpp"
#include "runtime/error.hpp"

namespace athanor::test {
namespace {

TEST(DescribeTransports, NamesMpiAndItsWayAndWhyNcclIsOut) {
    std::string const text = describe_transports();

    EXPECT_THAT(text, ::testing::HasSubstr("MPI v"));
    EXPECT_THAT(text, ::testing::HasSubstr("CUDA-aware"));
    EXPECT_THAT(text, ::testing::HasSubstr("between devices: NCCL"));
    EXPECT_THAT(text, ::testing::HasSubstr(nccl_absence().empty() ? "usable" : nccl_absence()));
}

TEST(NcclTransport, SaysWhyItCannotBeUsed) {  // in a build without NCCL too
    if (nccl_absence().empty()) GTEST_SKIP() << "NCCL can be used here: no reason to hear";
    try {
        NcclTransport const nccl(0);
        FAIL() << "made";
    } catch (NcclError const& error) {
        EXPECT_EQ(error.what(), nccl_absence());
    }
}

}  // namespace
}  // namespace athanor::test
