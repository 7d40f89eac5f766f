// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <functional>

#include "kernels/sample_reduce.hpp"
#include "tests/support/device_tables.hpp"

namespace athanor::test {
namespace {

/// The rows of one system, as the host's sums take them.
struct Rows {
    Rows(Batch& batch, int s)
        : atoms(batch.atom_count(SystemIndex{s})),
          positions(rows(batch, Fields::positions, s)),
          velocities(rows(batch, Fields::velocities, s)),
          forces(rows(batch, Fields::forces, s)),
          masses(rows(batch, Fields::atomic_masses, s)),
          energy(batch.values<double>(Fields::energy, SystemIndex{s})[0]) {}
    static double* rows(Batch& batch, FieldIndex field, int s) {
        return batch.values<double>(field, SystemIndex{s}).data();
    }
    int atoms;
    double *positions, *velocities, *forces, *masses;
    double energy;
};

using Enqueue = std::function<void(DeviceQueue&, DeviceSystems const&, DeviceSums const&)>;
using OnHost = std::function<std::vector<double>(Rows const&)>;

/// Holds what `enqueue` makes of every system of sub-stage 1 against the host, in all bits.
void expect_host_sums(Batch& batch, Enqueue const& enqueue, OnHost const& on_host) {
    std::vector<int> codes(static_cast<std::size_t>(batch.system_count()), 1);
    codes[1] = 0;
    codes[2] = -1;
    for (EmulationOrder const& order : test_orders()) {
        auto const queue = test_queue(order);
        DeviceTables const tables(*queue, batch, codes);
        enqueue(*queue, tables.systems().of_code(1), tables.sums());
        for (int s = 0; s < batch.system_count(); ++s) {
            std::vector<double> const expected = on_host(Rows(batch, s));
            for (int n = 0; n < static_cast<int>(expected.size()); ++n) {
                double const total = tables.total(n, s);
                if (codes[static_cast<std::size_t>(s)] != 1)
                    EXPECT_TRUE(std::isnan(total));  // as it was
                else
                    EXPECT_EQ(std::bit_cast<std::uint64_t>(total),
                              std::bit_cast<std::uint64_t>(expected[static_cast<std::size_t>(n)]))
                        << "sum " << n << " of " << batch.atom_count(SystemIndex{s}) << " atoms";
            }
        }
        tables.expect_same("sums");
    }
}

class DeviceSumsTest : public ::testing::Test {
protected:
    Batch batch_ = holey_batch(std::make_shared<Schema const>(),
                               {9, 2, 7, 8, 1, 100, 0, 3000, 20000, 2730, 2731, 8192, 8193});
};

TEST_F(DeviceSumsTest, OfValuesAreTheHosts) {
    expect_host_sums(
        batch_,
        [](auto& queue, auto const& systems, auto const& sums) {
            sum_values(queue, systems, sums, systems.batch.atomic_masses);
        },
        [](Rows const& rows) {
            return std::vector{sum_values({rows.masses, static_cast<std::size_t>(rows.atoms)})};
        });
}

TEST_F(DeviceSumsTest, OfPowerAreTheHosts) {
    expect_host_sums(
        batch_,
        [](auto& queue, auto const& systems, auto const& sums) {
            power_sums(queue, systems, sums);
        },
        [](Rows const& rows) {
            PowerSums const sums = power_sums(rows.velocities, rows.forces, rows.atoms);
            return std::vector{sums.power, sums.velocity_square, sums.force_square};
        });
}

TEST_F(DeviceSumsTest, OfKineticEnergyAndMomentaAreTheHosts) {
    expect_host_sums(
        batch_,
        [](auto& queue, auto const& systems, auto const& sums) {
            kinetic_energy(queue, systems, sums);
        },
        [](Rows const& rows) {
            return std::vector{kinetic_energy(rows.velocities, rows.masses, rows.atoms)};
        });
    expect_host_sums(
        batch_,
        [](auto& queue, auto const& systems, auto const& sums) {
            momentum_tensor(queue, systems, sums);
        },
        [](Rows const& rows) {
            auto const tensor = momentum_tensor(rows.velocities, rows.masses, rows.atoms);
            return std::vector<double>(tensor.begin(), tensor.end());
        });
}

TEST_F(DeviceSumsTest, OfZerosWithASignHaveTheHostsSign) {
    for (int s = 0; s < batch_.system_count(); ++s)
        for (double& v : batch_.values<double>(Fields::velocities, SystemIndex{s})) v = -0.0;
    expect_host_sums(
        batch_,
        [](auto& queue, auto const& systems, auto const& sums) {
            power_sums(queue, systems, sums);
        },
        [](Rows const& rows) {
            PowerSums const sums = power_sums(rows.velocities, rows.forces, rows.atoms);
            return std::vector{sums.power, sums.velocity_square, sums.force_square};
        });
}

void expect_host_norms(Batch& batch) {
    expect_host_sums(
        batch,
        [](auto& queue, auto const& systems, auto const& sums) {
            max_norm(queue, systems, sums, systems.batch.forces);
        },
        [](Rows const& rows) { return std::vector{max_norm(rows.forces, rows.atoms)}; });
}

TEST_F(DeviceSumsTest, TheLargestNormIsTheHostsAndNaNWhereverOneIs) {
    expect_host_norms(batch_);
    for (int s = 0; s < batch_.system_count(); ++s) {
        auto const forces = batch_.values<double>(Fields::forces, SystemIndex{s});
        if (!forces.empty()) forces[forces.size() * 2 / 3] = std::nan("");
    }
    expect_host_norms(batch_);
}

TEST_F(DeviceSumsTest, WhetherAllIsFiniteIsAsTheHostSays) {
    double const bad[] = {std::nan(""), INFINITY, -INFINITY};
    for (int s = 0; s < batch_.system_count(); ++s) {
        SystemIndex const system{s};
        auto const positions = batch_.values<double>(Fields::positions, system);
        auto const forces = batch_.values<double>(Fields::forces, system);
        if (s % 4 == 1) batch_.values<double>(Fields::energy, system)[0] = bad[s % 3];
        if (s % 4 == 2 && !positions.empty()) positions.back() = bad[s % 3];
        if (s % 4 == 3 && !forces.empty()) forces.front() = bad[s % 3];
    }
    expect_host_sums(
        batch_,
        [](auto& queue, auto const& systems, auto const& sums) {
            all_finite(queue, systems, sums);
        },
        [](Rows const& rows) {
            return std::vector{
                all_finite(rows.positions, rows.forces, rows.energy, rows.atoms) ? 1.0 : 0.0};
        });
}

}  // namespace
}  // namespace athanor::test
