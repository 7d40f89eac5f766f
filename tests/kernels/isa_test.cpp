// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/isa.hpp"

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

TEST(Isa, TheBaselineIsAlwaysThereAndAChoiceHolds) {
    Isa const before = active_isa();

    set_active_isa(Isa::baseline);

    EXPECT_TRUE(is_supported(Isa::baseline));
    EXPECT_EQ(active_isa(), Isa::baseline);
    set_active_isa(before);
}

TEST(Isa, EveryOneHasAName) {
    EXPECT_EQ(name_of(Isa::baseline), "baseline");
    EXPECT_EQ(name_of(Isa::avx2), "avx2");
    EXPECT_EQ(name_of(Isa::avx512), "avx512");
}

}  // namespace
}  // namespace athanor::test
