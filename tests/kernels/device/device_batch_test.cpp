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
              (std::vector<std::int32_t>{0, 0, 0, 1, -1, -1}));
    EXPECT_EQ(download(*queue, at.sum_block, 4), (std::vector<std::int32_t>{0, 1, 2, 0}));
    EXPECT_EQ(download(*queue, at.sum_first, 2)[1], 3);
}

}  // namespace
}  // namespace athanor::test
