// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/host_memory_sink.hpp"

#include <gtest/gtest.h>

#include "tests/runtime/sink_contract.hpp"
#include "tests/sinks/store_samples.hpp"

namespace athanor::test {
namespace {

struct HostMemoryPlace {
    Sink& sink() { return sink_; }
    std::vector<std::string> kept_names() {
        std::vector<std::string> names;
        for (std::int64_t k = 0; k < sink_.size(); ++k)
            names.push_back(sink_.read(k).sample.name());
        return names;
    }
    HostMemorySink sink_{100};
};
INSTANTIATE_TYPED_TEST_SUITE_P(HostMemory, SinkContract, HostMemoryPlace);

TEST(HostMemorySink, RoomShrinksWithEveryRowAndComesBackWhenDrained) {
    HostMemorySink sink(5);
    Batch const batch = counted_batch(rich_schema(), 0, 3);

    sink.write(batch, all_systems(batch), RowKind::graduated);
    std::int64_t const room = sink.room();
    auto const rows = sink.drain();

    EXPECT_EQ(room, 2);
    EXPECT_EQ(sink.room(), 5);
    EXPECT_EQ(sink.rows_written(), 3);
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[2].kind, RowKind::graduated);
    EXPECT_EQ(rows[2].sample.values<std::int64_t>(Fields::stage_step)[0], 20);
}

TEST(HostMemorySink, GivesTheOldestSampleToABatchThatHasRoomForIt) {
    HostMemorySink sink(5);
    Batch const batch = counted_batch(rich_schema(), 0, 3);
    sink.write(batch, all_systems(batch), RowKind::frame);
    int const atoms = batch.atom_count(SystemIndex{0});
    Batch const small(rich_schema(), {1, atoms - 1, 0});
    Batch const large(rich_schema(), {1, 1000, 1000});

    EXPECT_FALSE(sink.take_oldest_for(small));
    for (int k = 0; k < 3; ++k)
        EXPECT_EQ(sink.take_oldest_for(large).value().name(), batch.name(SystemIndex{k}));
    EXPECT_FALSE(sink.take_oldest_for(large));
    EXPECT_TRUE(sink.empty());
    EXPECT_EQ(sink.room(), 5);
}

}  // namespace
}  // namespace athanor::test
