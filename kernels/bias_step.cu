// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "kernels/bias_step.hpp"
#include "kernels/device/sum_parts.cuh"

namespace athanor {
namespace detail {

/// A group for each row of the table of sums: its part of each sum of the bias.
template <class Bias>
struct BiasPartsKernel {
    static constexpr char const* name = "bias_parts";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double* parts;
    Bias bias;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const row = Thread::group();
        int const s = systems.system_of_sum(row);
        if (s < 0) return;
        SumBlocks const blocks(
            static_cast<std::size_t>(bias.element_count(systems.batch.atom_count[s])));
        int const block = systems.sum_block[row];
        if (block >= blocks.count) return;
        for (int n = 0; n < Bias::sums; ++n) {
            double const part = sum_block(
                thread, blocks.begin_of(block), blocks.end_of(block), [&](std::size_t element) {
                    return bias.term(systems.batch, s, static_cast<std::size_t>(n), element);
                });
            if (Thread::lane() == 0) parts[n * systems.sum_rows + row] = part;
        }
    }
};

/// A group for each system. Number 0 is the energy, the others are the bias's own.
template <class Bias>
struct BiasEnergyKernel {
    static constexpr char const* name = "bias_energy";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double const* parts;
    SystemNumbers numbers;
    Bias bias;
    DeviceBiasRows rows;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const s = system_of_group(thread, systems);
        if (s < 0) return;
        double totals[Bias::sums + 1] = {}, own[Bias::numbers + 1] = {};
        if constexpr (Bias::sums > 0) {
            int const blocks =
                SumBlocks(static_cast<std::size_t>(bias.element_count(systems.batch.atom_count[s])))
                    .count;
            for (int n = 0; n < Bias::sums; ++n)
                totals[n] = total_of_blocks(thread, systems, parts, s, n, blocks);
        }
        if (Thread::lane() != 0) return;
        double const* const memory =
            rows.memory + static_cast<std::ptrdiff_t>(s) * bias.memory_size();
        double const energy = bias.energy(systems.batch, s, totals, memory, own);
        numbers(0, s) = energy;
        for (int n = 0; n < Bias::numbers; ++n) numbers(1 + n, s) = own[n];
        if (!std::isfinite(energy)) rows.mark[s] = 1;
    }
};

/// What the bias does to an atom row.
template <class Bias>
struct BiasForce {
    double values[3] = {};

    ATHANOR_HD BiasForce(DeviceSystems const& systems, SystemNumbers const& numbers,
                         Bias const& bias, int system, int row) {
        double own[Bias::numbers + 1] = {};
        for (int n = 0; n < Bias::numbers; ++n) own[n] = numbers(1 + n, system);
        bias.add_force(systems.batch, system, row, own, values);
    }
};

/// A thread for each atom row.
template <class Bias>
struct CheckBiasForcesKernel {
    static constexpr char const* name = "check_bias_forces";
    static constexpr int threads = 128;
    DeviceSystems systems;
    SystemNumbers numbers;
    Bias bias;
    std::uint8_t* mark;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = systems.system_at(row);
        if (s < 0) return;
        BiasForce<Bias> const force(systems, numbers, bias, s, row);
        bool finite = true;
        for (double const f : force.values) finite = finite && std::isfinite(f);
        if (!finite) mark[s] = 1;
    }
};

/// A thread for each atom row, and for each system: of those that are not marked.
template <class Bias>
struct AddBiasKernel {
    static constexpr char const* name = "add_bias";
    static constexpr int threads = 128;
    DeviceSystems systems;
    SystemNumbers numbers;
    Bias bias;
    std::uint8_t const* mark;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        if (row < systems.system_rows && systems.takes_part(row) && mark[row] == 0)
            systems.batch.energy[row] += numbers(0, row);
        int const s = systems.system_at(row);
        if (s < 0 || mark[s] != 0) return;
        BiasForce<Bias> const force(systems, numbers, bias, s, row);
        double* const sum = systems.batch.forces + 3 * static_cast<std::ptrdiff_t>(row);
        for (int x = 0; x < 3; ++x) sum[x] += force.values[x];
    }
};

template <class Bias>
void launch_bias(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
                 Bias const& bias, DeviceBiasRows const& rows) {
    static_assert(Bias::sums <= DeviceSums::most && Bias::numbers < DeviceSums::most);
    SystemNumbers const numbers(systems, sums);
    if constexpr (Bias::sums > 0)
        launch(queue, BiasPartsKernel<Bias>{systems, sums.parts, bias}, threads_of_sums(systems));
    launch(queue, BiasEnergyKernel<Bias>{systems, sums.parts, numbers, bias, rows},
           threads_of_groups(systems));
    launch(queue, CheckBiasForcesKernel<Bias>{systems, numbers, bias, rows.mark},
           threads_of_atoms(systems));
    launch(queue, AddBiasKernel<Bias>{systems, numbers, bias, rows.mark},
           std::max(threads_of_atoms(systems), threads_of_systems(systems)));
}

}  // namespace detail

void add_bias(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
              WallBiasFunctor const& bias, DeviceBiasRows const& rows) {
    detail::launch_bias(queue, systems, sums, bias, rows);
}

void add_bias(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
              CenterOfMassBiasFunctor const& bias, DeviceBiasRows const& rows) {
    detail::launch_bias(queue, systems, sums, bias, rows);
}

void add_bias(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
              DistanceBiasFunctor const& bias, DeviceBiasRows const& rows) {
    detail::launch_bias(queue, systems, sums, bias, rows);
}

}  // namespace athanor
