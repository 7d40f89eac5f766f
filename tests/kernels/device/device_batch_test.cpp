// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/device_batch.hpp"

#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "kernels/velocity_verlet.hpp"
#include "tests/support/device_queues.hpp"

namespace athanor::test {
namespace {

SchemaPtr schema_with_user_fields() {
    return std::make_shared<Schema const>(
        std::vector<FieldSpec>{{"flag", Level::atom, Dtype::uint8, {3}, "", FieldRole::user},
                               {"tag", Level::system, Dtype::int32, {1}, "", FieldRole::user}});
}

/// Every byte of every column at random, but for exponents that would make it no number.
SystemIndex add_random(Batch& batch, int atoms, std::mt19937_64& random) {
    SystemIndex const system = batch.allocate(atoms, 0, "random");
    for (int f = 0; f < batch.schema().field_count(); ++f) {
        std::byte* const rows = batch.rows(FieldIndex{f}, system);
        std::size_t const bytes = batch.row_bytes(FieldIndex{f}, system);
        for (std::size_t k = 0; k < bytes; ++k)
            rows[k] = static_cast<std::byte>(k % 8 == 7 ? 0x3f : random() & 0xff);
    }
    return system;
}

bool equal_rows(Batch const& a, SystemIndex of_a, Batch const& b, SystemIndex of_b) {
    for (int f = 0; f < a.schema().field_count(); ++f) {
        FieldIndex const field{f};
        if (a.row_bytes(field, of_a) != b.row_bytes(field, of_b) ||
            std::memcmp(a.rows(field, of_a), b.rows(field, of_b), a.row_bytes(field, of_a)) != 0)
            return false;
    }
    return true;
}

TEST(DeviceBatch, SamplesComeBackWithEveryByteWhereverTheyStandOnTheHostByThen) {
    std::mt19937_64 random(1);
    auto const queue = test_queue({EmulationOrder::Kind::shuffled, 7});
    BatchCapacity const capacity{8, 2000, 0};
    Batch batch(schema_with_user_fields(), capacity);
    DeviceBatch device(*queue, batch.schema_ptr(), capacity);
    Batch kept(batch.schema_ptr(), capacity);
    std::vector<DeviceBatch::Place> places;
    for (int const atoms : {1, 700, 8, 33}) {
        SystemIndex const system = add_random(batch, atoms, random);
        kept.append(batch.extract(system));
        places.push_back({device.load(batch, system, 0), system});
    }
    device.flush();
    // The host's rows are nobody's now: spoil them, and let the last one take the first one's row.
    for (auto const& place : places)
        for (int f = 0; f < batch.schema().field_count(); ++f)
            std::memset(batch.rows(FieldIndex{f}, place.system), 0,
                        batch.row_bytes(FieldIndex{f}, place.system));
    batch.remove(SystemIndex{0});
    device.release(places[0].slot);
    places[3].system = SystemIndex{0};
    places.erase(places.begin());

    device.bring_back(batch, places);

    EXPECT_TRUE(equal_rows(batch, SystemIndex{0}, kept, SystemIndex{3}));
    EXPECT_TRUE(equal_rows(batch, SystemIndex{1}, kept, SystemIndex{1}));
    EXPECT_TRUE(equal_rows(batch, SystemIndex{2}, kept, SystemIndex{2}));
}

TEST(DeviceBatch, KernelsWorkOnThoseWhoseTurnItIsAndOnNobodyElse) {
    std::mt19937_64 random(2);
    auto const queue = test_queue();
    BatchCapacity const capacity{6, 300, 0};
    Batch batch(schema_with_user_fields(), capacity);
    DeviceBatch device(*queue, batch.schema_ptr(), capacity);
    std::vector<DeviceBatch::Place> places;
    for (int const atoms : {5, 90, 17}) {
        SystemIndex const system = add_random(batch, atoms, random);
        places.push_back({device.load(batch, system, atoms == 90 ? 1 : 0), system});
    }
    device.flush();
    Batch expected(batch.schema_ptr(), capacity);
    for (auto const& place : places) expected.append(batch.extract(place.system));

    kick_and_drift(*queue, device.systems().of_code(0), 0.5);
    device.bring_back(batch, places);

    SystemIndex const moved[] = {SystemIndex{0}, SystemIndex{2}};
    kick_and_drift(expected.view(), moved, 0.5);
    for (int s = 0; s < 3; ++s)
        EXPECT_TRUE(equal_rows(batch, SystemIndex{s}, expected, SystemIndex{s})) << s;
}

TEST(DeviceBatch, ASlotIsUsedAgainAtOnceAndKeepsNothing) {
    std::mt19937_64 random(3);
    auto const queue = test_queue();
    BatchCapacity const capacity{2, 64, 0};
    Batch batch(schema_with_user_fields(), capacity);
    DeviceBatch device(*queue, batch.schema_ptr(), capacity);
    SystemIndex const first = add_random(batch, 40, random);
    SystemIndex const second = add_random(batch, 20, random);
    int const slot = device.load(batch, first, 0);
    EXPECT_TRUE(device.fits(24));
    EXPECT_FALSE(device.fits(25));
    device.flush();
    device.release(slot);

    int const again = device.load(batch, second, 1);
    device.flush();
    Batch back(batch.schema_ptr(), capacity);
    back.append(batch.extract(second));
    kick_and_drift(*queue, device.systems().of_code(0), 0.5);  // nobody's turn any more
    DeviceBatch::Place const place{again, SystemIndex{0}};
    device.bring_back(back, {&place, 1});

    EXPECT_EQ(again, slot);
    EXPECT_TRUE(equal_rows(back, SystemIndex{0}, batch, second));
}

TEST(DeviceBatch, LargeSamplesHaveARowInTheTableOfSumsForEachBlock) {
    std::mt19937_64 random(4);
    auto const queue = test_queue();
    BatchCapacity const capacity{3, 9000, 0};
    Batch batch(schema_with_user_fields(), capacity);
    DeviceBatch device(*queue, batch.schema_ptr(), capacity);
    device.load(batch, add_random(batch, 8000, random), 0);  // 24000 elements, 3 blocks
    device.load(batch, add_random(batch, 10, random), 0);
    device.flush();

    DeviceSystems const at = device.systems();
    auto const rows = static_cast<std::size_t>(at.sum_rows);

    EXPECT_EQ(download(*queue, at.sum_system, rows),
              (std::vector<std::int32_t>{-1, 1, -1, 0, 0, 0, -1, -1, -1}));
    EXPECT_EQ(download(*queue, at.sum_block, 6), (std::vector<std::int32_t>{0, 0, 0, 0, 1, 2}));
    EXPECT_EQ(download(*queue, at.sum_first, 2), (std::vector<std::int32_t>{3, 1}));
}

/// Systems that stand at every second place of a full batch, and no run for a longer one.
TEST(DeviceBatch, SystemsAreMovedTogetherSoThatALongerOneFits) {
    std::mt19937_64 random(5);
    EmulatedQueue queue({EmulationOrder::Kind::shuffled, 3});
    BatchCapacity const capacity{8, 40, 0};
    Batch batch(schema_with_user_fields(), capacity);
    DeviceBatch device(queue, batch.schema_ptr(), capacity);
    std::vector<DeviceBatch::Place> places;
    for (int k = 0; k < 5; ++k) {
        SystemIndex const system = add_random(batch, 8, random);
        places.push_back({device.load(batch, system, 0), system});
    }
    device.flush();
    device.release(places[1].slot);
    device.release(places[3].slot);
    Batch late(batch.schema_ptr(), capacity);
    SystemIndex const longer = add_random(late, 16, random);
    ASSERT_FALSE(device.fits(16));
    queue.wait();
    std::int64_t const waits = queue.waits();

    auto const moved = device.move_together(16);

    EXPECT_EQ(std::vector<int>(moved.begin(), moved.end()), std::vector{places[2].slot});
    ASSERT_TRUE(device.fits(16));
    int const slot = device.load(late, longer, 0);
    device.flush();
    EXPECT_EQ(queue.waits(), waits);
    EXPECT_EQ(device.atom_begin(places[2].slot), 8);
    EXPECT_EQ(device.atom_begin(slot), 16);
    std::vector<std::int32_t> owners;
    for (int const of : {places[0].slot, places[2].slot, slot, slot, places[4].slot})
        owners.insert(owners.end(), 8, of);
    EXPECT_EQ(download(queue, device.systems().system_of, 40), owners);
    EXPECT_EQ(download(queue, device.systems().batch.atom_begin, 8)[2], 8);
    Batch back(batch.schema_ptr(), capacity);
    std::vector<DeviceBatch::Place> wanted;
    for (int const k : {0, 2, 4}) {
        wanted.push_back({places[k].slot, back.append(batch.extract(places[k].system))});
        for (int f = 0; f < back.schema().field_count(); ++f)
            std::memset(back.rows(FieldIndex{f}, wanted.back().system), 0,
                        back.row_bytes(FieldIndex{f}, wanted.back().system));
    }
    device.bring_back(back, wanted);
    for (std::size_t k = 0; k < 3; ++k)
        EXPECT_TRUE(equal_rows(back, wanted[k].system, batch, places[2 * k].system)) << k;
}

TEST(DeviceBatch, WithTooFewFreeRowsNobodyIsMoved) {
    std::mt19937_64 random(6);
    auto const queue = test_queue();
    BatchCapacity const capacity{3, 20, 0};
    Batch batch(schema_with_user_fields(), capacity);
    DeviceBatch device(*queue, batch.schema_ptr(), capacity);
    int const first = device.load(batch, add_random(batch, 5, random), 0);
    device.load(batch, add_random(batch, 10, random), 0);
    device.release(first);

    EXPECT_TRUE(device.move_together(11).empty());
    EXPECT_FALSE(device.move_together(10).empty());
    EXPECT_TRUE(device.fits(10));
}

/// Comings and goings at random, flushed now and then; what was kept before is kept.
TEST(DeviceBatch, WhoeverWasMovedHowOftenEveryByteComesBackAndWhatWasKeptToo) {
    for (EmulationOrder const& order : test_orders())
        for (std::size_t const spare : {RowSlide::usual_spare_bytes, std::size_t{1}}) {
            std::mt19937_64 random(7);
            auto const queue = test_queue(order);
            BatchCapacity const capacity{8, 60, 0};
            Batch batch(schema_with_user_fields(), capacity);  // as loaded
            Batch kept(batch.schema_ptr(), capacity);          // in the same rows of systems
            DeviceBatch device(*queue, batch.schema_ptr(), capacity, spare);
            std::vector<int> slots;  // by system
            std::vector<bool> flushed;
            int moves = 0;
            for (int turn = 0; turn < 60; ++turn) {
                if (!slots.empty() && random() % 2 == 0) {
                    auto const s = static_cast<std::size_t>(random() % slots.size());
                    device.release(slots[s]);
                    batch.remove(SystemIndex{static_cast<int>(s)});
                    kept.remove(SystemIndex{static_cast<int>(s)});
                    slots[s] = slots.back();
                    flushed[s] = flushed.back();
                    slots.pop_back();
                    flushed.pop_back();
                }
                int const atoms = 1 + static_cast<int>(random() % 20);
                if (batch.fits(atoms, 0)) {
                    SystemIndex const system = add_random(batch, atoms, random);
                    kept.append(batch.extract(system));
                    if (!device.fits(atoms)) moves += device.move_together(atoms).empty() ? 0 : 1;
                    ASSERT_TRUE(device.fits(atoms));
                    slots.push_back(device.load(batch, system, 0));
                    flushed.push_back(false);
                }
                if (random() % 3 != 0) continue;
                device.flush();
                device.keep_state();
                kick_and_drift(*queue, device.systems(), 0.5);  // not what was kept
                for (std::size_t s = 0; s < slots.size(); ++s) {
                    SystemIndex const system{static_cast<int>(s)};
                    for (int f = 0; f < batch.schema().field_count(); ++f)
                        std::memcpy(kept.rows(FieldIndex{f}, system),
                                    batch.rows(FieldIndex{f}, system),
                                    batch.row_bytes(FieldIndex{f}, system));
                    kick_and_drift(batch.view(), {&system, 1}, 0.5);
                    flushed[s] = true;
                }
            }
            EXPECT_GT(moves, 5);
            Batch back(batch.schema_ptr(), capacity), kept_back(batch.schema_ptr(), capacity);
            std::vector<DeviceBatch::Place> places;
            for (std::size_t s = 0; s < slots.size(); ++s) {
                SystemIndex const system{static_cast<int>(s)};
                places.push_back({slots[s], back.append(kept.extract(system))});
                // Columns that are not kept stay as they are.
                kept_back.append(kept.extract(system));
                std::memset(kept_back.rows(Fields::positions, system), 0,
                            kept_back.row_bytes(Fields::positions, system));
            }
            device.bring_back(back, places);
            for (std::size_t s = 0; s < slots.size(); ++s)
                EXPECT_TRUE(equal_rows(back, places[s].system, batch, places[s].system)) << s;
            std::erase_if(places, [&](DeviceBatch::Place const& place) {
                return !flushed[static_cast<std::size_t>(place.system.value())];
            });
            EXPECT_FALSE(places.empty());
            device.bring_back_kept(kept_back, places);
            for (auto const& place : places)
                EXPECT_TRUE(equal_rows(kept_back, place.system, kept, place.system));
        }
}

}  // namespace
}  // namespace athanor::test
