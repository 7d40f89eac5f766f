// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device_neighbor_list.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "kernels/device/bin_grid.hpp"
#include "kernels/neighbor_search.hpp"
#include "runtime/error.hpp"
#include "tests/kernels/device_twin.hpp"
#include "tests/support/samples.hpp"

namespace athanor::test {
namespace {

std::int64_t const argon[] = {18};

/// A list of its own beside a twin of `batch`.
struct ListTwin {
    ListTwin(Batch& of, DeviceNeighborListOptions const& options, EmulationOrder const& order = {})
        : batch(of),
          twin(of, argon_options(), order, {.skin = 0.0, .row_capacity = 1}),
          list(twin.queue(), of.capacity(), options, argon) {}

    void update() {
        twin.move();
        list.enqueue_update(twin.queue(), twin.systems());
        twin.queue().wait();
    }
    [[nodiscard]] DeviceListState state(int system) {
        return download(twin.queue(), list.view().states + system, 1)[0];
    }
    [[nodiscard]] int rebuilds(int system) { return state(system).rebuilds; }
    void set_flag(std::uint8_t value) {
        PinnedArray<std::uint8_t> flag(twin.queue(), 1);
        flag[0] = value;
        twin.queue().copy(list.must_rebuild(), flag.data(), 1);
        twin.queue().wait();
    }
    /// Neighbours of every atom of a system, as the search of the host has them.
    [[nodiscard]] FoundNeighbors rows(int system) {
        DeviceNeighbors const view = list.view();
        int const begin = batch.atom_begin(SystemIndex{system});
        int const count = batch.atom_count(SystemIndex{system});
        auto const capacity = static_cast<std::size_t>(view.row_capacity);
        auto const atoms = static_cast<std::size_t>(count);
        auto const lengths = download(twin.queue(), view.row_length + begin, atoms);
        auto const entries = download(
            twin.queue(), view.rows + static_cast<std::size_t>(begin) * capacity, atoms * capacity);
        FoundNeighbors result{{0}, {}};
        for (std::size_t i = 0; i < atoms; ++i) {
            for (std::size_t k = 0; k < static_cast<std::size_t>(lengths[i]); ++k) {
                DeviceNeighbor const neighbor = entries[i * capacity + k];
                result.found.push_back({neighbor.row() - begin, neighbor.shift()});
            }
            result.row_begin.push_back(static_cast<std::int64_t>(result.found.size()));
        }
        return result;
    }

    Batch& batch;
    DeviceTwin twin;
    DeviceNeighborList list;
};

DeviceNeighborListOptions const usual{.cutoff = 5.0, .skin = 1.0, .row_capacity = 256};

TEST(DeviceNeighborList, RowsAreShorterWhereTheDeviceHasNoRoomForAsManyAsWanted) {
    BatchCapacity const capacity{2, 1000, 0};
    constexpr std::size_t wanted_bytes = std::size_t{16} * 256 * 1000;
    EmulatedQueue plenty({}, 3 * wanted_bytes), little({}, wanted_bytes);

    DeviceNeighborList const all(plenty, capacity, usual, argon);
    DeviceNeighborList const some(little, capacity, usual, argon);

    EXPECT_EQ(all.options().row_capacity, 256);
    EXPECT_EQ(some.view().row_capacity, some.options().row_capacity);
    EXPECT_EQ(some.options().row_capacity % 8, 0);
    EXPECT_LT(some.options().row_capacity, 200);
    EXPECT_GT(some.options().row_capacity, 150) << "three quarters of what is free";
    EmulatedQueue none({}, wanted_bytes / 100);
    EXPECT_THROW(DeviceNeighborList(none, capacity, usual, argon), CudaError);
}

FoundNeighbors rows_of_host(Batch& batch, int system, double radius) {
    BatchView const view = batch.view();
    FoundNeighbors result;
    EXPECT_TRUE(search(view.positions + 3 * view.atom_begin[system], view.atom_count[system],
                       CellFrame::of(view.cell + 9 * system, view.pbc + 3 * system), radius,
                       SearchWay::direct, result));
    return result;
}

/// Golden systems, a flake far from the origin along an open direction, and a cell much longer than
/// wide.
Batch varied_systems() {
    std::vector<Sample> samples;
    for (char const* name : {"ar32", "ar_lefthanded", "ar_one_periodic", "ar_slab", "ar_tiny",
                             "ar_triclinic", "ar_unwrapped", "ar_wire", "lj38", "ar_two_far"})
        samples.push_back(read_golden_sample(name, static_cast<std::int64_t>(samples.size())));
    Sample flake = read_golden_sample("lj55", 20);
    for (double& x : flake.values<double>(Fields::positions)) x = 7.0 * x - 1e5;
    samples.push_back(flake);
    Sample rod = line_of_atoms(plain_schema(), 21, 40, 2.5);
    double const cell[9] = {100.0, 0.0, 0.0, 1.0, 5.0, 0.0, 0.0, 0.0, 6.5};
    std::copy_n(cell, 9, rod.values<double>(Fields::cell).begin());
    std::fill_n(rod.values<std::uint8_t>(Fields::pbc).begin(), 3, 1);
    samples.push_back(rod);
    return make_batch(samples);
}

TEST(DeviceNeighborList, RowsAreThoseOfTheHostsSearchDirectlyAndByBinsInEveryOrderOfThreads) {
    Batch batch = varied_systems();
    for (int const direct_most : {512, 0})
        for (EmulationOrder const& order : test_orders()) {
            DeviceNeighborListOptions options = usual;
            options.direct_most_atoms = direct_most;
            ListTwin device(batch, options, order);

            device.update();

            for (int s = 0; s < batch.system_count(); ++s) {
                FoundNeighbors const host = rows_of_host(batch, s, 6.0), rows = device.rows(s);
                EXPECT_EQ(rows.row_begin, host.row_begin) << s << " direct to " << direct_most;
                EXPECT_EQ(rows.found, host.found) << s << " direct to " << direct_most;
            }
        }
}

TEST(DeviceNeighborList, AListIsMadeAnewWhenAnAtomHasGoneMoreThanHalfTheSkin) {
    Batch batch = make_batch(
        {line_of_atoms(plain_schema(), 0, 5, 4.0), line_of_atoms(plain_schema(), 1, 9, 4.0)});
    ListTwin device(batch, usual);
    device.update();
    device.update();
    EXPECT_EQ(device.rebuilds(0), 1);
    EXPECT_EQ(device.rebuilds(1), 1);

    double& x = batch.values<double>(Fields::positions, SystemIndex{1})[4];
    x += 0.499;
    device.update();
    EXPECT_EQ(device.rebuilds(1), 1);

    x += 0.002;
    device.update();
    EXPECT_EQ(device.rebuilds(0), 1);
    EXPECT_EQ(device.rebuilds(1), 2);
    device.update();
    EXPECT_EQ(device.rebuilds(1), 2);
}

TEST(DeviceNeighborList, ACellThatShrinksUsesUpTheSkin) {
    Batch batch = make_batch({argon_crystal(plain_schema(), 0, 2, 0.1, 3)});
    ListTwin device(batch, usual);
    device.update();
    auto const scale = [&](double by) {
        for (FieldIndex const field : {Fields::positions, Fields::cell})
            for (double& x : batch.values<double>(field, SystemIndex{0})) x *= by;
    };

    scale(0.95);
    device.update();
    EXPECT_EQ(device.rebuilds(0), 1);
    scale(0.85);
    device.update();
    EXPECT_EQ(device.rebuilds(0), 2);
}

TEST(DeviceNeighborList, AFlagOrAnotherNumberOrPlaceOfItsAtomsMakesAListAnew) {
    Batch batch = make_batch({line_of_atoms(plain_schema(), 0, 5, 4.0)});
    ListTwin device(batch, usual);
    device.update();

    device.set_flag(1);
    device.update();
    EXPECT_EQ(device.rebuilds(0), 2);
    EXPECT_EQ(download(device.twin.queue(), device.list.must_rebuild(), 1)[0], 0);

    batch.values<std::int64_t>(Fields::system_id, SystemIndex{0})[0] = 7;
    device.twin.place();
    device.update();
    EXPECT_EQ(device.rebuilds(0), 3);

    batch.values<std::uint8_t>(Fields::pbc, SystemIndex{0})[2] = 1;
    batch.values<double>(Fields::cell, SystemIndex{0})[8] = 30.0;
    device.update();
    EXPECT_EQ(device.rebuilds(0), 4);
}

TEST(DeviceNeighborList, ABrokenSystemIsMarkedAndHasNoList) {
    Batch batch = make_batch(
        {line_of_atoms(plain_schema(), 0, 5, 4.0), line_of_atoms(plain_schema(), 1, 3, 4.0)});
    ListTwin device(batch, usual);
    double& x = batch.values<double>(Fields::positions, SystemIndex{0})[7];
    double const good = x;

    x = std::nan("");
    device.update();
    EXPECT_TRUE(device.state(0).broken);
    EXPECT_EQ(device.rebuilds(0), 0);
    EXPECT_FALSE(device.state(1).broken);

    x = good;
    device.update();
    EXPECT_FALSE(device.state(0).broken);
    EXPECT_EQ(device.rebuilds(0), 1);
}

TEST(DeviceNeighborList, ASystemWhoseCellCollapsesIsBrokenUntilItIsOne) {
    Batch batch = make_batch(
        {line_of_atoms(plain_schema(), 0, 5, 4.0), line_of_atoms(plain_schema(), 1, 3, 4.0)});
    std::span<double> const cell = batch.values<double>(Fields::cell, SystemIndex{0});
    std::span<std::uint8_t> const pbc = batch.values<std::uint8_t>(Fields::pbc, SystemIndex{0});
    for (std::size_t k = 0; k < 3; ++k) pbc[k] = 1, cell[4 * k] = 30.0;
    ListTwin device(batch, usual);

    for (std::size_t k = 0; k < 3; ++k) cell[4 * k] = 0.02;
    device.update();
    EXPECT_TRUE(device.state(0).broken);
    EXPECT_FALSE(device.state(1).broken);

    for (std::size_t k = 0; k < 3; ++k) cell[4 * k] = 30.0;
    device.update();
    EXPECT_FALSE(device.state(0).broken);
}

TEST(DeviceNeighborList, ACutoffOrSkinThatIsNoDistanceIsRefused) {
    EmulatedQueue queue;
    DeviceNeighborListOptions options = usual;
    options.cutoff = 0.0;
    EXPECT_THROW(DeviceNeighborList(queue, {1, 1, 0}, options, argon), ConfigError);
    options = usual;
    options.skin = -1.0;
    EXPECT_THROW(DeviceNeighborList(queue, {1, 1, 0}, options, argon), ConfigError);
}

TEST(DeviceNeighbor, ComparesByAtomThenByShift) {
    DeviceNeighbor const in_order[] = {
        DeviceNeighbor::of(3, {511, 511, 511}), DeviceNeighbor::of(4, {-511, 0, 0}),
        DeviceNeighbor::of(4, {-1, 511, 511}),  DeviceNeighbor::of(4, {0, -1, 511}),
        DeviceNeighbor::of(4, {0, 0, -511}),    DeviceNeighbor::of(4, {0, 0, 0}),
        DeviceNeighbor::of(4, {0, 0, 1}),       DeviceNeighbor::of(0x7fffffff, {0, 0, 0})};
    for (std::size_t k = 1; k < std::size(in_order); ++k)
        EXPECT_LT(in_order[k - 1].bits, in_order[k].bits) << k;
    EXPECT_EQ(in_order[2].row(), 4);
    EXPECT_EQ(in_order[2].shift(), (ImageShift{-1, 511, 511}));
    EXPECT_EQ(in_order[7].row(), 0x7fffffff);
    EXPECT_TRUE(DeviceNeighbor::fits({511, -511, 0}));
    EXPECT_FALSE(DeviceNeighbor::fits({0, 0, 512}));
}

TEST(BinGrid, HasNoMoreBinsThanAtomsAndNamesEachOfThoseAroundOnce) {
    double const cell[9] = {40.0, 0.0, 0.0, 5.0, 30.0, 0.0, 0.0, 0.0, 1.0};
    std::uint8_t const pbc[3] = {1, 1, 0};
    CellFrame const frame = CellFrame::of(cell, pbc);
    for (int const atoms : {1, 2, 10, 100, 5000}) {
        BinGrid const grid = BinGrid::of(frame, 3.0, atoms);
        EXPECT_LE(grid.total(), atoms);
        for (double const s : {0.0, 0.04, 0.5, 0.999999, 1.0}) {
            BinGrid::Around const around = grid.around({s, 1.0 - s, 1e6 * (s - 0.5)});
            std::vector<int> bins;
            for (int k = 0; k < around.total(); ++k) bins.push_back(around.bin(k, grid));
            std::sort(bins.begin(), bins.end());
            EXPECT_EQ(std::adjacent_find(bins.begin(), bins.end()), bins.end());
            EXPECT_GE(bins.front(), 0);
            EXPECT_LT(bins.back(), grid.total());
        }
    }
}

}  // namespace
}  // namespace athanor::test
