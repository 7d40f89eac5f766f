// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/sum_parts.cuh"
#include "kernels/nose_hoover.hpp"

namespace athanor {
namespace detail {

[[nodiscard]] ATHANOR_HD inline int freedom_of(BatchView const& batch, int s) {
    return static_cast<int>(batch.degrees_of_freedom[s]);
}

/// One thread of a system's group moves its chain and leaves number 0, what its velocities are
/// multiplied by.
struct NoseHooverChainKernel {
    static constexpr char const* name = "nose_hoover_chain";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double const* parts;
    SystemNumbers numbers;
    NoseHooverStep step;
    NoseHooverState state;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const s = system_of_group(thread, systems);
        if (s < 0) return;
        int const freedom = freedom_of(systems.batch, s);
        if (freedom == 0) return;
        double const kinetic = 0.5 * total_of(thread, systems, parts, s, 0, 1);
        if (Thread::lane() != 0) return;
        numbers(0, s) = step.chain.advance(2.0 * kinetic, freedom, step.time,
                                           state.position + nose_hoover_links * s,
                                           state.velocity + nose_hoover_links * s);
    }
};

struct NoseHooverScaleKernel {
    static constexpr char const* name = "nose_hoover_scale";
    static constexpr int threads = 128;
    DeviceSystems systems;
    SystemNumbers numbers;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = systems.system_at(row);
        if (s < 0 || freedom_of(systems.batch, s) == 0) return;
        for (int c = 0; c < 3; ++c) systems.batch.velocities[3 * row + c] *= numbers(0, s);
    }
};

}  // namespace detail

void advance_nose_hoover(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
                         NoseHooverStep const& step, NoseHooverState const& state) {
    detail::SystemNumbers const numbers(systems, sums);
    launch(queue,
           detail::SumPartsKernel<KineticTerms>{
               systems, sums.parts, {systems.batch.velocities, systems.batch.atomic_masses}},
           detail::threads_of_sums(systems));
    launch(queue, detail::NoseHooverChainKernel{systems, sums.parts, numbers, step, state},
           detail::threads_of_groups(systems));
    launch(queue, detail::NoseHooverScaleKernel{systems, numbers},
           detail::threads_of_atoms(systems));
}

}  // namespace athanor
