// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
// LennardJones with its lists on a device against LennardJones and NeighborList on the
// host: every number has the same bits. That the host is right is the business of its own tests.
#include <cmath>
#include <limits>
#include <random>
#include <utility>

#include <gtest/gtest.h>

#include "kernels/device/device_batch.hpp"
#include "kernels/velocity_verlet.hpp"
#include "tests/kernels/device_twin.hpp"
#include "tests/support/samples.hpp"

namespace athanor::test {
namespace {

LennardJonesOptions switched_species() {
    LennardJonesOptions options = three_species();
    options.switch_width = 1.0;
    return options;
}

LennardJonesOptions shifted_argon() {
    LennardJonesOptions options = argon_options();
    options.shift = true;
    return options;
}

/// The small golden systems: clusters, crystals, skew and turned and left-handed cells, cells far
/// smaller than the cutoff, slabs, wires, atoms outside their cell, one atom, several species.
std::vector<Sample> small_systems(std::vector<std::string> const& names = {
                                      "ar32", "ar_lefthanded", "ar_one", "ar_one_bigbox",
                                      "ar_one_periodic", "ar_slab", "ar_tiny", "ar_tiny_prim",
                                      "ar_triclinic_rotated", "ar_two_far", "ar_two_near",
                                      "ar_two_switch", "ar_unwrapped", "ar_wire", "lj13", "lj3",
                                      "lj7"}) {
    std::vector<Sample> samples;
    for (std::string const& name : names)
        samples.push_back(read_golden_sample(name, static_cast<std::int64_t>(samples.size())));
    return samples;
}

std::vector<Sample> mixed_systems() {
    return small_systems({"arkrxe32", "ar_triclinic_rotated", "ar_tiny", "lj13", "ar_slab"});
}

void expect_same(Evaluation& host, DeviceTwin const& device, std::string const& when) {
    for (int s = 0; s < host.batch().system_count(); ++s)
        EXPECT_TRUE(same_bits(device.result(s), host.result(s))) << when << ", system " << s;
}

void move_by(Batch& batch, double most, std::mt19937& random) {
    std::uniform_real_distribution<double> step(-most, most);
    for (int s = 0; s < batch.system_count(); ++s)
        for (double& x : batch.values<double>(Fields::positions, SystemIndex{s})) x += step(random);
}

TEST(LennardJonesDevice, SmallGoldenSystemsHaveTheHostsBitsInEveryOrderOfThreads) {
    for (LennardJonesOptions const& options :
         {argon_options(), shifted_argon(), in_mixed_precision(argon_options()),
          in_mixed_precision(shifted_argon())}) {
        Evaluation host(small_systems(), options);
        host.compute();
        for (EmulationOrder const& order : test_orders()) {
            DeviceTwin device(host.batch(), options, order);

            device.compute();

            expect_same(host, device, "");
        }
    }
}

TEST(LennardJonesDevice, SeveralSpeciesAndASwitchHaveTheHostsBitsInEveryOrderOfThreads) {
    for (LennardJonesOptions const& options :
         {three_species(), switched_species(), in_mixed_precision(three_species()),
          in_mixed_precision(switched_species())}) {
        Evaluation host(mixed_systems(), options);
        host.compute();
        for (EmulationOrder const& order : test_orders()) {
            DeviceTwin device(host.batch(), options, order);

            device.compute();

            expect_same(host, device, "");
        }
    }
}

TEST(LennardJonesDevice, ASystemThatIsSearchedByBinsHasTheHostsBits) {
    Evaluation host({read_golden_sample("ar864")}, switched_species());
    DeviceTwin device(host.batch(), switched_species());
    host.compute();

    device.compute();

    expect_same(host, device, "");
}

TEST(LennardJonesDevice, SumsOfMoreThanOneBlockOfAtomsHaveTheHostsBits) {
    Sample const crystal = argon_crystal(plain_schema(), 0, 13, 0.2, 5);
    ASSERT_GT(crystal.atom_count(), 8192);
    Evaluation host({crystal}, argon_options(4.0));
    DeviceTwin device(host.batch(), argon_options(4.0));
    host.compute({.energy_and_forces = true, .stress = false});

    device.compute(/*stress=*/false);

    std::vector<double> const expected = host.result(), result = device.result(0);
    EXPECT_TRUE(same_bits(std::span(result).first(result.size() - 9),
                          std::span(expected).first(expected.size() - 9)));
}

TEST(LennardJonesDevice, RowsOfHundredsOfImagesHaveTheHostsBits) {
    LennardJonesOptions const options = argon_options(20.0);
    Evaluation host({read_golden_sample("ar_tiny_prim")}, options);
    DeviceTwin device(host.batch(), options);
    host.compute();

    device.compute();

    ASSERT_GT(device.row_length(0), 512);
    ASSERT_LE(device.row_length(0), device.model().row_capacity());
    expect_same(host, device, "");
}

TEST(LennardJonesDevice, AtomsThatMoveKeepTheHostsBitsWhetherListsAreMadeAnewOrNot) {
    Evaluation host(mixed_systems(), switched_species());
    DeviceTwin device(host.batch(), switched_species(), {EmulationOrder::Kind::shuffled, 7});
    std::mt19937 random(11);
    for (double const most : {0.0, 0.02, 0.05, 0.3, 0.01, 1.5, 0.05}) {
        move_by(host.batch(), most, random);
        device.move();
        host.compute();

        device.compute();

        expect_same(host, device, "after moves of " + std::to_string(most));
    }
}

TEST(LennardJonesDevice, CellsThatChangeKeepTheHostsBits) {
    Evaluation host(small_systems({"ar_triclinic_rotated", "ar_tiny"}), switched_species());
    DeviceTwin device(host.batch(), switched_species());
    device.compute();
    for (double const strain : {0.003, -0.004, 0.01, -0.2}) {
        for (int s = 0; s < 2; ++s)
            for (FieldIndex const field : {Fields::positions, Fields::cell}) {
                auto const rows = host.batch().values<double>(field, SystemIndex{s});
                for (std::size_t k = 0; k < rows.size(); k += 3) {
                    rows[k] += strain * rows[k + 1];
                    rows[k + 2] *= 1.0 + strain;
                }
            }
        device.move();
        host.compute();

        device.compute();

        expect_same(host, device, "after a strain of " + std::to_string(strain));
    }
}

TEST(LennardJonesDevice, ARecordedEvaluationFollowsTheAtoms) {
    Evaluation host(small_systems({"lj13", "ar_tiny"}), argon_options());
    DeviceTwin device(host.batch(), argon_options());
    device.queue().begin_recording();
    device.model().compute({.queue = device.queue(),
                            .systems = device.systems(),
                            .sums = device.sums(),
                            .energy_and_forces = true,
                            .stress = true});
    auto const work = device.queue().end_recording();
    std::mt19937 random(3);
    for (double const most : {0.0, 0.02, 1.0}) {
        move_by(host.batch(), most, random);
        device.move();
        host.compute();

        device.queue().enqueue(*work);
        device.pull();

        expect_same(host, device, "after moves of " + std::to_string(most));
    }
}

TEST(LennardJonesDevice, StressAloneIsThatOfAJointEvaluationAndEachAloneTouchesNothingElse) {
    Evaluation host(small_systems({"ar_tiny"}), argon_options());
    host.compute();
    DeviceTwin stress(host.batch(), argon_options()), forces(host.batch(), argon_options());

    stress.compute(/*stress=*/true, /*energy_and_forces=*/false);
    forces.compute(/*stress=*/false);

    std::vector<double> const joint = host.result(), a = stress.result(0), b = forces.result(0);
    std::size_t const others = joint.size() - 9;
    EXPECT_TRUE(same_bits(std::span(a).last(9), std::span(joint).last(9)));
    EXPECT_TRUE(same_bits(std::span(b).first(others), std::span(joint).first(others)));
    for (std::size_t k = 0; k < others; ++k) EXPECT_EQ(a[k], DeviceTwin::untouched);
    for (std::size_t k = 0; k < 9; ++k) EXPECT_EQ(b[others + k], DeviceTwin::untouched);
}

// --- batches -------------------------------------------------------------------------------------

TEST(LennardJonesDevice, SystemsThatMakeNoStepAndHolesAreLeftAlone) {
    std::vector<Sample> const samples = mixed_systems();
    Batch batch = make_batch(samples);
    batch.remove(SystemIndex{1});  // the last one takes its row; its atoms stay where they are
    DeviceTwin device(batch, three_species());
    device.set_sub_stage(2, -1);

    device.compute();

    EXPECT_TRUE(same_bits(device.result(0), result_of(samples[0], three_species())));
    EXPECT_TRUE(same_bits(device.result(1), result_of(samples[4], three_species())));
    EXPECT_TRUE(same_bits(device.result(3), result_of(samples[3], three_species())));
    for (double const x : device.result(2)) EXPECT_EQ(x, DeviceTwin::untouched);
    auto const hole = device.all_forces().subspan(3 * 32, 3 * 32);  // of the one that left
    for (double const f : hole) EXPECT_EQ(f, DeviceTwin::untouched);
}

TEST(LennardJonesDevice, OnlyTheSubStageWhoseTurnItIsIsEvaluated) {
    Evaluation host(small_systems({"lj7", "lj13", "ar_tiny"}), argon_options());
    host.compute();
    DeviceTwin device(host.batch(), argon_options());
    device.set_sub_stage(1, 4);

    device.compute_code(4);

    EXPECT_TRUE(same_bits(device.result(1), host.result(1)));
    for (int const s : {0, 2})
        for (double const x : device.result(s)) EXPECT_EQ(x, DeviceTwin::untouched);
}

TEST(LennardJonesDevice, ASystemInTheRowOfAnotherGetsAListOfItsOwn) {
    std::vector<Sample> const samples = small_systems({"lj13", "ar_tiny", "lj7"});
    Batch batch = make_batch(samples);
    DeviceTwin device(batch, argon_options());
    device.compute();
    batch.remove(SystemIndex{0});
    Sample next = samples[0];
    for (double& x : next.values<double>(Fields::positions)) x *= 1.01;
    batch.append(next);  // to the atom rows of the first, and with its number
    device.place();
    PinnedArray<std::uint8_t> flag(device.queue(), 1);
    flag[0] = 1;
    device.queue().copy(device.model().must_rebuild() + 2, flag.data(), 1);

    device.compute();

    EXPECT_EQ(download(device.queue(), device.model().must_rebuild(), 3)[2], 0);
    EXPECT_TRUE(same_bits(device.result(0), result_of(samples[2], argon_options())));
    EXPECT_TRUE(same_bits(device.result(1), result_of(samples[1], argon_options())));
    EXPECT_TRUE(same_bits(device.result(2), result_of(next, argon_options())));
}

TEST(LennardJonesDevice, StepsOfSamplesThatComeAndGoHaveTheHostsBits) {
    double const dt = 0.4;  // 4 fs: some lists are made anew
    LennardJonesOptions const options = switched_species();
    std::vector<Sample> samples = small_systems({"lj13", "arkrxe32", "ar_tiny", "lj7"});
    std::mt19937 random(8);
    std::normal_distribution<double> velocity(0.0, 0.05);
    for (Sample& sample : samples)
        for (double& v : sample.values<double>(Fields::velocities)) v = velocity(random);
    Evaluation host(samples, options);
    host.compute();
    Batch& batch = host.batch();
    auto const own_queue = test_queue({EmulationOrder::Kind::shuffled, 7});
    DeviceQueue& queue = *own_queue;
    BatchCapacity const capacity{3, 60, 0};
    DeviceBatch device(queue, batch.schema_ptr(), capacity);
    auto const model = LennardJones(options).on_device(queue, capacity, {.skin = 0.2});
    std::vector<DeviceBatch::Place> places;
    auto const load = [&](int system) {
        places.push_back({device.load(batch, SystemIndex{system}, 0), SystemIndex{system}});
        device.flush();
    };
    auto const run_steps = [&](std::vector<SystemIndex> const& systems) {
        for (int step = 0; step < 12; ++step) {
            kick_and_drift(queue, device.systems(), dt);
            model->compute({queue, device.systems(), device.sums()});
            half_kick(queue, device.systems(), dt);
        }
        Batch result = make_batch(samples);
        device.bring_back(result, places);
        for (int step = 0; step < 12; ++step) {
            kick_and_drift(batch.view(), systems, dt);
            auto const lists = host.list().update(batch.view(), systems);
            host.model().compute({batch.view(), systems, lists}, {.stress = false});
            half_kick(batch.view(), systems, dt);
        }
        for (SystemIndex const s : systems)
            for (FieldIndex const field :
                 {Fields::positions, Fields::velocities, Fields::forces, Fields::energy})
                EXPECT_TRUE(same_bits(std::as_const(result).values<double>(field, s),
                                      std::as_const(batch).values<double>(field, s)))
                    << "system " << s.value();
    };

    load(1);
    load(0);
    load(2);
    run_steps({SystemIndex{0}, SystemIndex{1}, SystemIndex{2}});
    device.release(places[0].slot);
    places.erase(places.begin());
    load(3);  // takes the slot and the rows of another
    run_steps({SystemIndex{0}, SystemIndex{2}, SystemIndex{3}});
}

// --- what goes wrong -----------------------------------------------------------------------------

TEST(LennardJonesDevice, RowsWithoutRoomGiveTheHostsBitsAndRaiseTheFlagOfTheirSystem) {
    Evaluation host(small_systems({"arkrxe32", "lj3", "ar_tiny", "ar_unwrapped"}), three_species());
    host.compute();
    for (EmulationOrder const& order : test_orders()) {
        DeviceTwin device(host.batch(), three_species(), order, {.skin = 1.0, .row_capacity = 16});

        device.compute();

        expect_same(host, device, "");
        EXPECT_EQ(device.overflowed(0), 1);
        EXPECT_EQ(device.overflowed(1), 0);
        EXPECT_EQ(device.overflowed(2), 1);
        EXPECT_GT(device.row_length(0), 16);
        EXPECT_EQ(device.row_length(32), 2);  // of the first atom of lj3
    }
}

TEST(LennardJonesDevice, ARowThatHasRoomAgainTakesTheFlagBack) {
    Batch batch = make_batch({line_of_atoms(plain_schema(), 0, 8, 1.0)});
    DeviceTwin device(batch, argon_options(), {}, {.skin = 1.0, .row_capacity = 4});
    device.compute();
    EXPECT_EQ(device.overflowed(0), 1);

    auto const positions = batch.values<double>(Fields::positions, SystemIndex{0});
    for (std::size_t k = 0; k < positions.size(); k += 3) positions[k] *= 6.0;
    device.move();
    device.compute();

    EXPECT_EQ(device.overflowed(0), 0);
}

TEST(LennardJonesDevice, AnAtomHundredsOfCellsAwayFromItsNeighborsHasTheHostsBits) {
    Sample sample = read_golden_sample("ar_tiny");
    auto const r = sample.values<double>(Fields::positions);
    auto const cell = sample.values<double>(Fields::cell);
    for (std::size_t x = 0; x < 3; ++x) r[x] += 2000.0 * cell[x];
    Evaluation host({sample}, argon_options());
    DeviceTwin device(host.batch(), argon_options());
    host.compute();

    device.compute();

    expect_same(host, device, "");
    EXPECT_EQ(device.row_length(0), std::numeric_limits<std::int32_t>::max());
    EXPECT_EQ(device.overflowed(0), 0);
}

TEST(LennardJonesDevice, APositionThatIsNoNumberSpoilsItsOwnSystemUntilItIsOne) {
    for (double const bad : {std::nan(""), -std::numeric_limits<double>::infinity(), 1e300}) {
        Evaluation host(small_systems({"lj7", "ar_tiny", "lj13"}), argon_options());
        DeviceTwin device(host.batch(), argon_options());
        for (bool const is_bad : {false, true, true, false}) {
            double& x = host.positions(1)[4];
            double const good = x;
            if (is_bad) x = bad;
            device.move();
            host.compute();

            device.compute();

            expect_same(host, device, std::to_string(bad));
            EXPECT_EQ(std::isnan(device.result(1)[0]), is_bad);
            x = good;
        }
    }
}

TEST(LennardJonesDevice, AnUnusableCellSpoilsItsOwnSystemUntilItIsOne) {
    Evaluation host(small_systems({"ar_tiny", "ar_slab"}), argon_options());
    DeviceTwin device(host.batch(), argon_options());
    for (double const bad : {0.0, 1.0, std::nan(""), 0.0, 1.0}) {
        std::vector<double> const good(host.cell(0).begin(), host.cell(0).end());
        for (std::size_t x = 0; x < 3; ++x) host.cell(0)[x] *= bad;
        device.move();
        host.compute();

        device.compute();

        expect_same(host, device, std::to_string(bad));
        EXPECT_EQ(std::isnan(device.result(0)[0]), bad != 1.0);
        std::copy(good.begin(), good.end(), host.cell(0).begin());
    }
}

TEST(LennardJonesDevice, AnAtomOfAnUnknownSpeciesGivesNoNumber) {
    Batch batch = make_batch(small_systems({"arkrxe32", "lj7"}));
    DeviceTwin device(batch, argon_options());

    device.compute();

    EXPECT_TRUE(std::isnan(device.result(0)[0]));
    EXPECT_FALSE(std::isnan(device.result(1)[0]));
}

}  // namespace
}  // namespace athanor::test
