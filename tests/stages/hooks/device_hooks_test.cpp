// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What hooks do on the host against their kernels: all bits.
#include <cmath>
#include <limits>

#include "kernels/freeze_atoms.hpp"
#include "kernels/max_force_clamp.hpp"
#include "kernels/wrap_periodic.hpp"
#include "stages/hooks/freeze_atoms.hpp"
#include "stages/hooks/max_force_clamp.hpp"
#include "stages/hooks/wrap_periodic.hpp"
#include "tests/support/device_tables.hpp"

namespace athanor::test {
namespace {

/// A batch whose systems but two have their turn.
class DeviceHooks : public ::testing::Test {
protected:
    explicit DeviceHooks(std::vector<FieldSpec> fields = {})
        : batch_(holey_batch(std::make_shared<Schema const>(std::move(fields)),
                             {8, 2, 7, 9, 1, 100, 12, 3000})),
          codes_(static_cast<std::size_t>(batch_.system_count()), 1) {
        codes_[1] = -1;
        codes_[6] = 0;
        for (int s = 0; s < batch_.system_count(); ++s)
            if (codes_[static_cast<std::size_t>(s)] == 1) systems_.push_back(SystemIndex{s});
    }

    /// The hook on the host; `state`: its columns.
    void fire(Hook& hook, HookPoint point, std::vector<FieldIndex> const& state = {}) {
        HookContext context{batch_, systems_, StageId{0}, point, state, {}};
        hook.fire(context);
        EXPECT_TRUE(context.failures.empty());
    }

    Batch batch_;
    std::vector<int> codes_;
    std::vector<SystemIndex> systems_;
};

TEST_F(DeviceHooks, ClampedForcesAndTheirNumberAreThoseOfMaxForceClamp) {
    double const huge[] = {1e200, -3e180, 0.0, std::nan(""), 5.0, INFINITY, -0.0, 1e-310};
    for (SystemIndex s : systems_) {
        auto const forces = batch_.values<double>(Fields::forces, s);
        for (std::size_t k = 0; k < forces.size(); k += 5) forces[k] = huge[k / 5 % 8];
    }
    auto const queue = test_queue({EmulationOrder::Kind::shuffled, 3});
    DeviceTables const tables(*queue, batch_, codes_);
    auto const rows = static_cast<std::size_t>(tables.systems().system_rows);
    DeviceArray<std::int64_t> const uncounted(*queue, rows), atom(*queue, rows), step(*queue, rows);
    DeviceArray<std::uint8_t> const told(*queue, rows), untold(*queue, rows);
    DeviceArray<double> const length(*queue, rows);
    MaxForceClamp hook({.max_force = 0.8});
    std::vector<double> const before(
        batch_.column<double>(Fields::forces),
        batch_.column<double>(Fields::forces) + 3 * batch_.capacity().atoms);

    fire(hook, HookPoint::after_compute);
    clamp_forces(
        *queue, tables.systems().of_code(1), tables.sums(), 0.8,
        {uncounted.data(), told.data(), untold.data(), atom.data(), length.data(), step.data()});

    tables.expect_same("clamp_forces");
    std::int64_t count = 0;
    for (std::int64_t const one : download(*queue, uncounted)) count += one;
    EXPECT_EQ(count, hook.clamp_count());
    EXPECT_GT(count, 500);
    EXPECT_EQ(download(*queue, told), download(*queue, untold));
    for (SystemIndex s : systems_) {
        auto const row = static_cast<std::size_t>(s.value());
        std::int64_t first = 0;
        double longest = 0.0;
        for (; longest == 0.0 && first < batch_.atom_count(s); ++first) {
            auto const f = 3 * static_cast<std::size_t>(batch_.atom_begin(s) + first);
            double force[3] = {before[f], before[f + 1], before[f + 2]};
            longest = shorten(force, 0.8);
        }
        EXPECT_EQ(download(*queue, told)[row], longest != 0.0 ? 1 : 0);
        if (longest == 0.0) continue;
        EXPECT_EQ(download(*queue, atom)[row], first - 1);
        EXPECT_EQ(download(*queue, length)[row], longest);
    }
}

/// 20 atoms of which some are too long, in lanes of every kind; the second time is counted alone.
TEST_F(DeviceHooks, TheFirstForceThatIsShortenedIsTakenDownOnce) {
    for (EmulationOrder const& order : test_orders())
        for (int const wanted : {0, 3, 7, 8, 13, 19}) {
            Batch batch = holey_batch(std::make_shared<Schema const>(), {20});
            for (double& f : batch.values<double>(Fields::forces, SystemIndex{0})) f = 0.1;
            auto const forces = batch.values<double>(Fields::forces, SystemIndex{0});
            for (int a = wanted; a < 20; ++a) forces[3 * static_cast<std::size_t>(a)] = 10.0 + a;
            batch.values<std::int64_t>(Fields::stage_step, SystemIndex{0})[0] = 5;
            auto const queue = test_queue(order);
            DeviceTables const tables(*queue, batch, {1});
            auto const rows = static_cast<std::size_t>(tables.systems().system_rows);
            DeviceArray<std::int64_t> const uncounted(*queue, rows), atom(*queue, rows),
                step(*queue, rows);
            DeviceArray<std::uint8_t> const told(*queue, rows), untold(*queue, rows);
            DeviceArray<double> const length(*queue, rows);
            for (int const time : {1, 2}) {
                clamp_forces(*queue, tables.systems(), tables.sums(), 3.0 - time,
                             {uncounted.data(), told.data(), untold.data(), atom.data(),
                              length.data(), step.data()});
                EXPECT_EQ(download(*queue, atom)[0], wanted);
                EXPECT_EQ(download(*queue, step)[0], 5);
                EXPECT_NEAR(download(*queue, length)[0], 10.0 + wanted, 1e-2);
                EXPECT_EQ(download(*queue, uncounted)[0], time * (20 - wanted));
            }
        }
}

TEST_F(DeviceHooks, WrappedAtomsAreWhereWrapPeriodicPutsThem) {
    for (SystemIndex s : systems_) {
        auto const positions = batch_.values<double>(Fields::positions, s);
        for (std::size_t k = 0; k < positions.size(); k += 3) positions[k] *= 10.0;
        positions[0] = -1e-17;  // wraps onto the opposite face, then to 0
        positions[1] = positions[2] = 0.0;
        if (s.value() % 3 == 0) batch_.values<std::uint8_t>(Fields::pbc, s)[1] = 0;
        if (s.value() % 5 == 4) batch_.values<double>(Fields::cell, s)[0] = 0.0;  // no volume
    }
    auto const queue = test_queue({EmulationOrder::Kind::descending});
    DeviceTables const tables(*queue, batch_, codes_);
    WrapPeriodic hook({});

    std::vector<double> const before(
        batch_.column<double>(Fields::positions),
        batch_.column<double>(Fields::positions) + 3 * batch_.capacity().atoms);
    fire(hook, HookPoint::after_step);
    wrap_atoms(*queue, tables.systems().of_code(1), tables.sums());

    tables.expect_same("wrap_atoms");
    EXPECT_FALSE(std::equal(before.begin(), before.end(), batch_.column<double>(Fields::positions),
                            [](double a, double b) { return a == b || (a != a && b != b); }));
}

class DeviceFreeze : public DeviceHooks {
protected:
    DeviceFreeze()
        : DeviceHooks(
              {{"frozen_positions", Level::atom, Dtype::float64, {3}, "angstrom", FieldRole::state},
               {"atom_categories", Level::atom, Dtype::int32, {1}, "", FieldRole::user}}),
          frozen_(*batch_.schema().find("frozen_positions")) {
        for (SystemIndex s : systems_) {
            auto const places = batch_.values<double>(frozen_, s);
            for (std::size_t k = 0; k < places.size(); ++k)
                places[k] = 0.25 * static_cast<double>(k);
        }
    }
    /// All that the hook does in a step, on both sides.
    void expect_same_freezing(FreezeAtoms& hook, DeviceQueue& queue, DeviceTables const& tables,
                              DeviceFrozenAtoms const& frozen) {
        for (HookPoint const point : {HookPoint::before_compute, HookPoint::after_compute}) {
            fire(hook, point, {frozen_});
            if (point == HookPoint::after_compute)
                drop_forces(queue, tables.systems().of_code(1), frozen);
            else
                hold_atoms(queue, tables.systems().of_code(1), frozen);
            tables.expect_same("freezing");
        }
        EXPECT_EQ(batch_.values<double>(Fields::positions, systems_.back())[3], 0.75);
        EXPECT_EQ(batch_.values<double>(Fields::forces, systems_.back())[3], 0.0);
    }

    FieldIndex frozen_;
};

TEST_F(DeviceFreeze, AtomsOfACategoryAreHeldAsByFreezeAtoms) {
    FieldIndex const field = *batch_.schema().find("atom_categories");
    for (SystemIndex s : systems_) {
        auto const categories = batch_.values<std::int32_t>(field, s);
        for (std::size_t k = 0; k < categories.size(); ++k)
            categories[k] = static_cast<std::int32_t>(k % 3);
    }
    auto const queue = test_queue();
    DeviceTables const tables(*queue, batch_, codes_);
    FreezeAtoms hook({.category = 1});
    hook.bind(batch_.schema());
    DeviceColumns const columns = tables.columns();

    expect_same_freezing(hook, *queue, tables,
                         {.narrow_categories = columns.column<std::int32_t>(field),
                          .category = 1,
                          .positions = columns.column<double>(frozen_)});
}

TEST_F(DeviceFreeze, AtomsOfAListAreHeldAsByFreezeAtoms) {
    std::erase_if(systems_, [&](SystemIndex s) {  // the hook refuses those that are too small
        bool const small = batch_.atom_count(s) < 7;
        if (small) codes_[static_cast<std::size_t>(s.value())] = 0;
        return small;
    });
    auto const queue = test_queue();
    DeviceTables const tables(*queue, batch_, codes_);
    DeviceArray<int> const indices = upload(*queue, std::vector<int>{0, 1, 6});
    FreezeAtoms hook({.indices = {6, 0, 1, 6}});

    expect_same_freezing(
        hook, *queue, tables,
        {.indices = {indices.data(), 3}, .positions = tables.columns().column<double>(frozen_)});
}

}  // namespace
}  // namespace athanor::test
