// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/row_slide.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/device/row_moves.hpp"
#include "tests/support/device_queues.hpp"

namespace athanor::test {
namespace {

/// A column of bytes, and what becomes of it on the host.
struct Column {
    Column(DeviceQueue& queue, std::size_t bytes, std::mt19937_64& random) : expected(bytes) {
        for (std::byte& one : expected) one = static_cast<std::byte>(random() & 0xff);
        device = upload(queue, expected);
    }
    void slide(RowSlide& slide, std::size_t to, std::size_t from, std::size_t bytes) {
        slide.add(device.data() + to, device.data() + from, bytes);
        std::copy_n(expected.begin() + static_cast<std::ptrdiff_t>(from), bytes,
                    expected.begin() + static_cast<std::ptrdiff_t>(to));
    }
    DeviceArray<std::byte> device;
    std::vector<std::byte> expected;
};

/// Moves of all lengths, most of which overlap what they come from, over a buffer that takes all of
/// them, some, or hardly a piece: with rows and columns that begin anywhere.
TEST(RowSlide, RowsThatOverlapTheirNewPlaceArriveWhole) {
    constexpr std::size_t bytes = 60000;
    for (EmulationOrder const& order : test_orders())
        for (std::size_t const spare : {std::size_t{1} << 20, std::size_t{30000}, std::size_t{1}}) {
            SCOPED_TRACE(spare);
            std::mt19937_64 random(spare);
            auto const queue = test_queue(order);
            std::vector<Column> columns;
            for (int k = 0; k < 3; ++k) columns.emplace_back(*queue, bytes, random);
            RowSlide slide(*queue, {3 * bytes, 3 * 40}, spare);
            for (int round = 0; round < 3; ++round) {
                std::size_t to = random() % 3, from = to;
                for (int k = 0; k < 40; ++k) {
                    from += 1 + random() % 30;
                    std::size_t const length =
                        k % 10 == 3 ? most_bytes_of_move + random() % 5000 : random() % 300;
                    if (from + length > bytes) break;
                    for (Column& column : columns) column.slide(slide, to, from, length);
                    to += length;
                    from += length;
                }
                slide.enqueue(*queue);
                queue->wait();
                for (Column const& column : columns)
                    ASSERT_EQ(download(*queue, column.device), column.expected);
            }
        }
}

}  // namespace
}  // namespace athanor::test
