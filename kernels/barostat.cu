// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/barostat.hpp"
#include "kernels/device/sum_parts.cuh"

namespace athanor {
namespace detail {

[[nodiscard]] ATHANOR_HD inline double freedom_of_cell(BatchView const& batch, int s) {
    return static_cast<double>(batch.degrees_of_freedom[s]);
}

/// Numbers first .. first + 5 of a system.
ATHANOR_HD inline void keep_matrix(SystemNumbers const& numbers, int first, int s,
                                   SymmetricMatrix const& matrix) {
    for (int k = 0; k < 6; ++k) numbers(first + k, s) = matrix[k];
}
[[nodiscard]] ATHANOR_HD inline SymmetricMatrix kept_matrix(SystemNumbers const& numbers, int first,
                                                            int s) {
    SymmetricMatrix matrix{};
    for (int k = 0; k < 6; ++k) matrix[k] = numbers(first + k, s);
    return matrix;
}

/// One thread of a system's group pushes the strain rate. Before the forces it also moves the cell
/// and leaves what the atoms are multiplied by: decay in numbers 0 to 5, half a strain in 6 to 11.
template <bool before_forces>
struct PushStrainRateKernel {
    static constexpr char const* name = "push_strain_rate";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double const* parts;
    SystemNumbers numbers;
    BarostatStep step;
    double* strain_rate;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const s = system_of_group(thread, systems);
        if (s < 0) return;
        SymmetricMatrix momenta{};
        for (int k = 0; k < 6; ++k) momenta[k] = total_of(thread, systems, parts, s, k, 1);
        if (Thread::lane() != 0) return;
        BatchView const& batch = systems.batch;
        double* const rate = strain_rate + 6 * s;
        double const freedom = freedom_of_cell(batch, s);
        step.push(momenta, batch.stress + 9 * s, batch.cell + 9 * s, freedom, rate);
        if constexpr (before_forces) {
            SymmetricMatrix const now = symmetric_matrix(rate);
            SymmetricMatrix const half = step.half_strain(now);
            keep_matrix(numbers, 0, s, step.decay(now, freedom));
            keep_matrix(numbers, 6, s, half);
            strain_cell(batch.cell + 9 * s, half);
        }
    }
};

struct BarostatKickAndDriftKernel {
    static constexpr char const* name = "barostat_kick_and_drift";
    static constexpr int threads = 128;
    DeviceSystems systems;
    SystemNumbers numbers;
    double dt;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = systems.system_at(row);
        if (s < 0) return;
        BarostatKick{systems.batch, dt, kept_matrix(numbers, 0, s)}(row);
        BarostatDrift{systems.batch, dt, kept_matrix(numbers, 6, s)}(row);
    }
};

/// The decay of the present strain rate, in numbers 0 to 5. A thread for each system.
struct BarostatDecayKernel {
    static constexpr char const* name = "barostat_decay";
    static constexpr int threads = 64;
    DeviceSystems systems;
    SystemNumbers numbers;
    BarostatStep step;
    double const* strain_rate;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const s = Thread::index();
        if (s >= systems.system_rows || !systems.takes_part(s)) return;
        keep_matrix(
            numbers, 0, s,
            step.decay(symmetric_matrix(strain_rate + 6 * s), freedom_of_cell(systems.batch, s)));
    }
};

struct BarostatKickKernel {
    static constexpr char const* name = "barostat_kick";
    static constexpr int threads = 128;
    DeviceSystems systems;
    SystemNumbers numbers;
    double dt;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = systems.system_at(row);
        if (s >= 0) BarostatKick{systems.batch, dt, kept_matrix(numbers, 0, s)}(row);
    }
};

/// A thread for each system.
struct BarostatChainKernel {
    static constexpr char const* name = "barostat_chain";
    static constexpr int threads = 64;
    DeviceSystems systems;
    Barostat barostat;
    NoseHooverStep step;
    BarostatChainState state;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const s = Thread::index();
        if (s >= systems.system_rows || !systems.takes_part(s)) return;
        advance_cell_chain(barostat, step.chain, step.time, freedom_of_cell(systems.batch, s),
                           state.strain_rate + 6 * s, state.chain.position + nose_hoover_links * s,
                           state.chain.velocity + nose_hoover_links * s);
    }
};

void sum_momenta(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums) {
    launch(queue,
           SumPartsKernel<MomentumTerms>{
               systems, sums.parts, {systems.batch.velocities, systems.batch.atomic_masses}},
           threads_of_sums(systems));
}

}  // namespace detail

void barostat_kick_and_drift(DeviceQueue& queue, DeviceSystems const& systems,
                             DeviceSums const& sums, BarostatStep const& step,
                             double* strain_rate) {
    using namespace detail;
    SystemNumbers const numbers(systems, sums);
    sum_momenta(queue, systems, sums);
    launch(queue, PushStrainRateKernel<true>{systems, sums.parts, numbers, step, strain_rate},
           threads_of_groups(systems));
    launch(queue, BarostatKickAndDriftKernel{systems, numbers, step.dt}, threads_of_atoms(systems));
}

void barostat_kick(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
                   BarostatStep const& step, double* strain_rate) {
    using namespace detail;
    SystemNumbers const numbers(systems, sums);
    launch(queue, BarostatDecayKernel{systems, numbers, step, strain_rate},
           threads_of_systems(systems));
    launch(queue, BarostatKickKernel{systems, numbers, step.dt}, threads_of_atoms(systems));
    sum_momenta(queue, systems, sums);
    launch(queue, PushStrainRateKernel<false>{systems, sums.parts, numbers, step, strain_rate},
           threads_of_groups(systems));
}

void advance_barostat_chain(DeviceQueue& queue, DeviceSystems const& systems,
                            Barostat const& barostat, NoseHooverStep const& chain,
                            BarostatChainState const& state) {
    launch(queue, detail::BarostatChainKernel{systems, barostat, chain, state},
           detail::threads_of_systems(systems));
}

}  // namespace athanor
