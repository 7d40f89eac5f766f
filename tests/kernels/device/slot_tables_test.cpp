// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Who has which rows on a device, as the tables there say it, and what it costs to change them.
#include "kernels/device/slot_tables.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/device/device_batch.hpp"
#include "kernels/sum_blocks.hpp"
#include "tests/support/device_queues.hpp"

namespace athanor::test {
namespace {

SchemaPtr plain() { return std::make_shared<Schema const>(std::vector<FieldSpec>{}); }

/// Loads a system of so many atoms, of whatever content.
int load(DeviceBatch& device, SchemaPtr const& schema, int atoms, int code) {
    Batch batch(schema, {1, atoms, 0});
    return device.load(batch, batch.allocate(atoms, 0, "any"), code);
}

/// What the tables have to say of those that are there, by slot: their codes.
void expect_tables(DeviceQueue& queue, DeviceBatch const& device, std::map<int, int> const& codes) {
    DeviceSystems const at = device.systems();
    auto const systems = static_cast<std::size_t>(at.system_rows);
    auto const rows = static_cast<std::size_t>(at.sum_rows);
    auto const begin = download(queue, at.batch.atom_begin, systems);
    auto const count = download(queue, at.batch.atom_count, systems);
    auto const sub_stage = download(queue, at.sub_stage, systems);
    auto const sum_system = download(queue, at.sum_system, rows);
    auto const sum_block = download(queue, at.sum_block, rows);
    auto const sum_first = download(queue, at.sum_first, systems);
    std::vector<std::int32_t> owners(static_cast<std::size_t>(at.atom_rows), -1);
    std::vector<std::int32_t> of_sums(rows, -1);
    for (int slot = 0; slot < at.system_rows; ++slot) {
        auto const s = static_cast<std::size_t>(slot);
        auto const found = codes.find(slot);
        EXPECT_EQ(sub_stage[s], found == codes.end() ? -1 : found->second);
        EXPECT_EQ(count[s], device.atom_count(slot));
        if (found == codes.end()) continue;
        EXPECT_EQ(begin[s], device.atom_begin(slot));
        std::fill_n(owners.begin() + begin[s], count[s], slot);
        int const blocks = SumBlocks(3 * static_cast<std::size_t>(count[s])).count;
        for (int block = 0; block < blocks; ++block) {
            auto const row = static_cast<std::size_t>(sum_first[s] + block);
            ASSERT_LT(row, rows);
            EXPECT_EQ(of_sums[row], -1) << "a row of two blocks";
            of_sums[row] = slot;
            EXPECT_EQ(sum_block[row], block);
        }
    }
    EXPECT_EQ(download(queue, at.system_of, owners.size()), owners);
    EXPECT_EQ(sum_system, of_sums);
}

/// One atom more than full blocks, one less, just full: where rows of sums might meet.
constexpr int sizes[] = {1, 40, 2730, 2731, 5461, 5462, 8192, 8193, 300, 7};

TEST(SlotTables, SayWhoHasWhichRowsWhoeverCameLeftOrMoved) {
    for (EmulationOrder const& order : test_orders()) {
        std::mt19937_64 random(11);
        auto const queue = test_queue(order);
        auto const schema = plain();
        DeviceBatch device(*queue, schema, {7, 20000, 0});
        expect_tables(*queue, device, {});
        std::map<int, int> codes;
        int moves = 0;
        for (int turn = 0; turn < 80; ++turn) {
            if (!codes.empty() && random() % 2 == 0) {
                auto one = codes.begin();
                std::advance(one, static_cast<std::ptrdiff_t>(random() % codes.size()));
                device.release(one->first);
                codes.erase(one);
            }
            int const atoms = sizes[random() % std::size(sizes)];
            if (!device.fits(atoms)) moves += device.move_together(atoms).empty() ? 0 : 1;
            if (device.fits(atoms)) {
                int const code = static_cast<int>(random() % 3);
                codes[load(device, schema, atoms, code)] = code;
            }
            if (random() % 3 != 0) continue;
            device.flush();
            expect_tables(*queue, device, codes);
        }
        EXPECT_GT(moves, 2);
    }
}

TEST(SlotTables, OfThoseThatComeAndOfThemAloneArrivalsAreFlagged) {
    auto const queue = test_queue();
    auto const schema = plain();
    DeviceBatch device(*queue, schema, {4, 40, 0});
    DeviceArray<std::uint8_t> const flags(*queue, 4);
    int const first = load(device, schema, 8, 0), second = load(device, schema, 8, 1);
    device.flush();
    device.flag_arrivals(flags.data());
    device.release(first);
    int const longer = load(device, schema, 20, 0), slot = load(device, schema, 4, 2);
    device.flush();
    std::vector<std::uint8_t> expected(4, 0);
    expected[static_cast<std::size_t>(longer)] = expected[static_cast<std::size_t>(slot)] = 1;
    EXPECT_EQ(download(*queue, flags), expected);
    device.release(slot);
    ASSERT_FALSE(device.fits(12));

    ASSERT_EQ(device.move_together(12).size(), 2U);
    device.flush();

    EXPECT_EQ(download(*queue, flags), expected);
    EXPECT_EQ(device.atom_begin(second), 0);
    expect_tables(*queue, device, {{second, 1}, {longer, 0}});
}

/// What is copied and launched for a flush.
struct Cost {
    std::int64_t bytes, launches, waits;
    friend bool operator==(Cost const&, Cost const&) = default;
};
class CountedFlush {
public:
    explicit CountedFlush(BatchCapacity const& capacity) : device(queue_, schema, capacity) {}
    Cost operator()() {
        queue_.wait();
        Cost const before = now();
        device.flush();
        std::int64_t const waits = queue_.waits() - before.waits;
        queue_.wait();
        Cost const after = now();
        return {after.bytes - before.bytes, after.launches - before.launches, waits};
    }

private:
    [[nodiscard]] Cost now() const {
        return {queue_.copied_bytes(), queue_.launches(), queue_.waits()};
    }
    EmulatedQueue queue_;

public:
    SchemaPtr schema = plain();
    DeviceBatch device;
};

TEST(SlotTables, AFlushCopiesWhatChangedAndNoTableHoweverLargeTheBatch) {
    for (BatchCapacity const capacity : {BatchCapacity{5, 60, 0}, BatchCapacity{900, 100000, 0}}) {
        SCOPED_TRACE(capacity.atoms);
        CountedFlush flush(capacity);
        EXPECT_EQ(flush(), (Cost{0, 0, 0})) << "nobody came";
        constexpr std::int64_t change = sizeof(SlotChange);

        int const first = load(flush.device, flush.schema, 12, 0);
        EXPECT_EQ(flush(), (Cost{change, 3, 0}));
        int const others[] = {load(flush.device, flush.schema, 8, 0),
                              load(flush.device, flush.schema, 9, 0)};
        EXPECT_EQ(flush(), (Cost{2 * change, 3, 0}));
        flush.device.release(first);
        EXPECT_EQ(flush(), (Cost{change, 2, 0}));
        flush.device.release(others[0]);
        load(flush.device, flush.schema, 20, 1);
        EXPECT_EQ(flush(), (Cost{change, 3, 0})) << "the same slot, for somebody else";
    }
}

TEST(SlotTables, AFlushCopiesOneChangeForEachOfThoseThatMove) {
    CountedFlush flush({500, 10000, 0});
    std::vector<int> slots;
    for (int k = 0; k < 500; ++k) slots.push_back(load(flush.device, flush.schema, 20, 0));
    flush();
    for (int const k : {100, 102, 104}) flush.device.release(slots[static_cast<std::size_t>(k)]);
    flush();

    ASSERT_EQ(flush.device.move_together(40).size(), 1U);

    EXPECT_EQ(flush(), (Cost{static_cast<std::int64_t>(sizeof(SlotChange)), 4, 0}));
}

}  // namespace
}  // namespace athanor::test
