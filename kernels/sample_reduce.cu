// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "kernels/device/sum_parts.cuh"
#include "kernels/sample_reduce.hpp"

namespace athanor {
namespace detail {

/// Sums 0 to count - 1, each times `factor`.
struct TotalsKernel {
    static constexpr char const* name = "totals";
    static constexpr int threads = 128;
    DeviceSystems systems;
    DeviceSums sums;
    int count;
    int per_atom;
    double factor;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const s = system_of_group(thread, systems);
        if (s < 0) return;
        for (int n = 0; n < count; ++n) {
            double const total = factor * total_of(thread, systems, sums.parts, s, n, per_atom);
            if (Thread::lane() == 0) sums.totals[n * systems.system_rows + s] = total;
        }
    }
};

struct LargestKernel {
    static constexpr char const* name = "largest";
    static constexpr int threads = 128;
    DeviceSystems systems;
    DeviceSums sums;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const s = system_of_group(thread, systems);
        if (s < 0) return;
        double const largest = std::sqrt(largest_of(thread, systems, sums.parts, s));
        if (Thread::lane() == 0) sums.totals[s] = largest;
    }
};

struct AllFiniteKernel {
    static constexpr char const* name = "all_finite";
    static constexpr int threads = 128;
    DeviceSystems systems;
    DeviceSums sums;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const s = system_of_group(thread, systems);
        if (s < 0) return;
        double const energy = systems.batch.energy[s];
        bool finite = energy - energy == 0.0;
        for (int n = 0; n < FiniteTerms::sums; ++n) {
            double const total = total_of(thread, systems, sums.parts, s, n, FiniteTerms::per_atom);
            finite = finite && total == 0.0;
        }
        if (Thread::lane() == 0) sums.totals[s] = finite ? 1.0 : 0.0;
    }
};

template <class Terms>
void sum_terms(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
               Terms const& terms, double factor = 1.0) {
    launch(queue, SumPartsKernel<Terms>{systems, sums.parts, terms}, threads_of_sums(systems));
    launch(queue, TotalsKernel{systems, sums, Terms::sums, Terms::per_atom, factor},
           threads_of_groups(systems));
}

}  // namespace detail

void sum_values(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
                double const* values) {
    detail::sum_terms(queue, systems, sums, ValueTerms{values});
}

void power_sums(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums) {
    detail::sum_terms(queue, systems, sums,
                      PowerTerms{systems.batch.velocities, systems.batch.forces});
}

void max_norm(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
              double const* vectors) {
    launch(queue, detail::LargestPartsKernel<detail::VectorNorms>{systems, sums.parts, {vectors}},
           detail::threads_of_sums(systems));
    launch(queue, detail::LargestKernel{systems, sums}, detail::threads_of_groups(systems));
}

void kinetic_energy(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums) {
    detail::sum_terms(queue, systems, sums,
                      KineticTerms{systems.batch.velocities, systems.batch.atomic_masses}, 0.5);
}

void momentum_tensor(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums) {
    detail::sum_terms(queue, systems, sums,
                      MomentumTerms{systems.batch.velocities, systems.batch.atomic_masses});
}

void all_finite(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums) {
    launch(queue,
           detail::SumPartsKernel<FiniteTerms>{
               systems, sums.parts, {{systems.batch.positions, systems.batch.forces}}},
           detail::threads_of_sums(systems));
    launch(queue, detail::AllFiniteKernel{systems, sums}, detail::threads_of_groups(systems));
}

}  // namespace athanor
