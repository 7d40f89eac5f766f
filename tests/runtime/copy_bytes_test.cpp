// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/copy_bytes.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace athanor {
namespace {

TEST(CopyBytes, EveryLengthIsCopiedAndNothingBesideIt) {
    constexpr std::size_t most = 200, margin = 64;
    for (std::size_t bytes = 0; bytes <= most; ++bytes)
        for (std::size_t shift : {0, 1, 7}) {
            // Exactly as long as what is read, so that a sanitizer hears of a byte too many.
            std::vector<std::byte> from(shift + bytes);
            for (std::size_t k = 0; k < from.size(); ++k) from[k] = std::byte(k % 251 + 1);
            std::vector<std::byte> to(margin + bytes + margin);

            copy_bytes(to.data() + margin, from.data() + shift, bytes);

            auto const begin = to.begin() + margin, end = begin + static_cast<long>(bytes);
            EXPECT_TRUE(std::equal(begin, end, from.begin() + static_cast<long>(shift))) << bytes;
            EXPECT_EQ(std::count(to.begin(), begin, std::byte{0}), margin) << bytes;
            EXPECT_EQ(std::count(end, to.end(), std::byte{0}), margin) << bytes;
        }
}

}  // namespace
}  // namespace athanor
