// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/streaming_copy.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace athanor {
namespace {

TEST(StreamingCopy, CopiesEveryByteAndNoOtherWhereverItBeginsAndEnds) {
    constexpr std::size_t margin = 64, most = 400;
    std::vector<std::byte> from(most + 2 * margin);
    for (std::size_t i = 0; i < from.size(); ++i) from[i] = std::byte(1 + i % 251);
    for (std::size_t bytes : {0, 1, 63, 64, 65, 127, 128, 191, 333, 400})
        for (std::size_t begin = 0; begin < margin; ++begin)
            for (std::size_t shift : {0, 1, 17}) {
                std::vector<std::byte> to(most + 2 * margin), expected(to.size());
                std::copy_n(from.begin() + static_cast<long>(shift), bytes,
                            expected.begin() + static_cast<long>(begin));

                copy_streaming(to.data() + begin, from.data() + shift, bytes);

                ASSERT_EQ(to, expected) << bytes << " bytes to " << begin << " from " << shift;
            }
}

}  // namespace
}  // namespace athanor
