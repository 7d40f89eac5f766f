// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/device_buffer_sink.hpp"

#include <gtest/gtest.h>

#include "tests/runtime/sink_contract.hpp"
#include "tests/sinks/expect_samples.hpp"
#include "tests/sinks/store_samples.hpp"

namespace athanor::test {
namespace {

struct DeviceBufferPlace {
    Sink& sink() { return sink_; }
    std::vector<std::string> kept_names() {
        std::vector<std::string> names;
        for (std::int64_t k = 0; k < sink_.size(); ++k)
            names.push_back(sink_.read(k).sample.name());
        return names;
    }
    DeviceBufferSink sink_{std::make_shared<Schema const>(), {100, 1000, 0}};
};
INSTANTIATE_TYPED_TEST_SUITE_P(DeviceBuffer, SinkContract, DeviceBufferPlace);

/// The rows of counted_batch() have 1, 2, 3, 4, 1 ... atoms and one edge less.
class DeviceBuffer : public ::testing::Test {
protected:
    SchemaPtr schema_ = rich_schema();
    SchemaPtr stored_ = std::make_shared<Schema const>(schema_->without_state());
};

TEST_F(DeviceBuffer, RowsComeBackWithEveryBit) {
    DeviceBufferSink sink(stored_, {9, 30, 30});
    Batch const batch = counted_batch(schema_, 0, 9);

    sink.write(batch, all_systems(batch), RowKind::converged);

    for (int k = 0; k < 9; ++k) {
        KeptRow const row = sink.read(k);
        EXPECT_EQ(row.kind, RowKind::converged);
        expect_stored_equal(row.sample, batch.extract(SystemIndex{k}));
        EXPECT_FALSE(row.sample.schema().find("fire_dt"));  // state of a stage
    }
}

TEST_F(DeviceBuffer, FieldsThatItDoesNotStoreMayHoldAnything) {
    DeviceBufferSink sink(std::make_shared<Schema const>(), {9, 30, 0});
    Batch batch = counted_batch(schema_, 0, 3);
    Batch const wanted = counted_batch(std::make_shared<Schema const>(), 0, 3);
    ASSERT_EQ(spoil_unstored(sink, batch), schema_->field_count() - Fields::count);

    sink.write(batch, all_systems(batch), RowKind::frame);

    for (int k = 0; k < 3; ++k)
        expect_stored_equal(sink.read(k).sample, wanted.extract(SystemIndex{k}));
}

TEST_F(DeviceBuffer, DrainAndZeroMakeRoomInTheSameMemory) {
    DeviceBufferSink sink(stored_, {5, 20, 20});
    Batch const batch = counted_batch(schema_, 0, 3);
    auto const* const memory = sink.batch().column<double>(Fields::positions);
    sink.write(batch, all_systems(batch), RowKind::graduated);
    EXPECT_EQ(sink.room(), 2);

    auto const rows = sink.drain();

    EXPECT_EQ(sink.room(), 5);
    ASSERT_EQ(rows.size(), 3U);
    expect_stored_equal(rows[2].sample, batch.extract(SystemIndex{2}));
    sink.write(batch, all_systems(batch), RowKind::frame);
    sink.zero();
    EXPECT_TRUE(sink.empty());
    EXPECT_EQ(sink.rows_written(), 6);
    sink.write(batch, std::array{SystemIndex{1}}, RowKind::frame);
    expect_stored_equal(sink.read(0).sample, batch.extract(SystemIndex{1}));
    EXPECT_EQ(sink.batch().column<double>(Fields::positions), memory);
}

TEST_F(DeviceBuffer, WhatDoesNotFitIsLeftForTheNextSink) {
    Batch const batch = counted_batch(schema_, 0, 8);  // 1 2 3 4 1 2 3 4 atoms
    auto const systems = all_systems(batch);

    DeviceBufferSink few_rows(stored_, {3, 100, 100});
    EXPECT_EQ(few_rows.write_fitting(batch, systems, RowKind::frame), 3U);
    EXPECT_EQ(few_rows.room(), 0);
    DeviceBufferSink few_atoms(stored_, {9, 7, 100});
    EXPECT_EQ(few_atoms.write_fitting(batch, systems, RowKind::frame), 3U);
    EXPECT_EQ(few_atoms.write_fitting(batch, std::span(systems).subspan(4), RowKind::frame), 1U);
    EXPECT_EQ(few_atoms.room(), 0);  // no atoms are left
    DeviceBufferSink few_edges(stored_, {9, 100, 3});
    EXPECT_EQ(few_edges.write_fitting(batch, systems, RowKind::frame), 3U);
    DeviceBufferSink small(stored_, {9, 3, 3});
    EXPECT_EQ(small.write_fitting(batch, std::array{SystemIndex{3}}, RowKind::frame), 0U);
}

TEST_F(DeviceBuffer, WithoutRoomForEdgesRowsLoseThem) {
    DeviceBufferSink sink(stored_, {9, 100, 0});
    Batch const batch = counted_batch(schema_, 0, 4);

    sink.write(batch, all_systems(batch), RowKind::frame);

    Sample const row = sink.read(3).sample;
    EXPECT_EQ(row.edge_count(), 0);
    EXPECT_EQ(row.values<double>(Fields::positions)[11],
              batch.extract(SystemIndex{3}).values<double>(Fields::positions)[11]);
}

TEST_F(DeviceBuffer, GivesTheOldestBackAndKeepsTheOrderOfTheOthers) {
    DeviceBufferSink sink(stored_, {9, 100, 100});
    Batch const batch = counted_batch(schema_, 0, 6);
    sink.write(batch, all_systems(batch), RowKind::frame);
    Batch const large(schema_, {1, 1000, 1000}), none(schema_, {1, 1, 0});

    EXPECT_EQ(sink.take_oldest_for(none).value().name(), "sample-0");
    EXPECT_FALSE(sink.take_oldest_for(none));  // the next has two atoms
    for (int k = 1; k < 6; ++k) {
        EXPECT_EQ(sink.read(0).sample.name(), batch.name(SystemIndex{k}));
        EXPECT_EQ(sink.system_of(0).value() < sink.size(), true);
        auto const taken = sink.take_oldest_for(large);
        ASSERT_TRUE(taken);
        EXPECT_EQ(taken->name(), batch.name(SystemIndex{k}));
    }
    EXPECT_FALSE(sink.take_oldest_for(large));
    EXPECT_EQ(sink.room(), 9);
}

/// Counts what is moved, as a device's space would do it.
class CountingSpace final : public MemorySpace {
public:
    void* allocate(std::size_t bytes) override {
        allocated += bytes;
        return host_memory().allocate(bytes);
    }
    void deallocate(void* memory, std::size_t bytes) noexcept override {
        host_memory().deallocate(memory, bytes);
    }
    void move(std::span<RowMove const> moves) override {
        ++calls;
        host_memory().move(moves);
    }
    std::size_t allocated = 0;
    int calls = 0;
};

TEST_F(DeviceBuffer, LivesInTheSpaceItIsGivenAndMovesEachRowOnce) {
    CountingSpace space;
    DeviceBufferSink sink(stored_, {8, 100, 100}, space);
    std::size_t const at_first = space.allocated;
    Batch const batch = counted_batch(schema_, 0, 8);

    sink.write(batch, all_systems(batch), RowKind::frame);

    EXPECT_GT(at_first, 100U * 3 * sizeof(double));
    EXPECT_EQ(space.allocated, at_first);
    EXPECT_EQ(space.calls, 8);
}

}  // namespace
}  // namespace athanor::test
