// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/sum_parts.cuh"
#include "kernels/fire_functor.hpp"
#include "kernels/fire_step.hpp"

namespace athanor {
namespace detail {

/// One thread of a system's group decides, and leaves numbers 0 to 3 for its atoms.
struct FireDecideKernel {
    static constexpr char const* name = "fire_decide";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double const* parts;
    SystemNumbers numbers;
    FireSettings settings;
    FireState state;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const s = system_of_group(thread, systems);
        if (s < 0) return;
        double const power = total_of(thread, systems, parts, s, 0, 3);
        double const velocity_square = total_of(thread, systems, parts, s, 1, 3);
        double const force_square = total_of(thread, systems, parts, s, 2, 3);
        if (Thread::lane() != 0) return;
        FireDecision const decision =
            FireDecision::make(settings, power, velocity_square, force_square, state.dt[s],
                               state.mixing[s], state.downhill[s]);
        numbers(0, s) = decision.downhill ? 1.0 : 0.0;
        numbers(1, s) = decision.old_dt;
        numbers(2, s) = decision.keep;
        numbers(3, s) = decision.along_force;
    }
};

struct FireMoveKernel {
    static constexpr char const* name = "fire_move";
    static constexpr int threads = 128;
    DeviceSystems systems;
    SystemNumbers numbers;
    double max_step;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = systems.system_at(row);
        if (s < 0) return;
        FireDecision const decision{numbers(0, s) != 0.0, numbers(1, s), numbers(2, s),
                                    numbers(3, s)};
        FireMove{systems.batch, decision, max_step}(row);
    }
};

}  // namespace detail

void fire_step(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
               FireSettings const& settings, FireState const& state) {
    detail::SystemNumbers const numbers(systems, sums);
    launch(queue,
           detail::SumPartsKernel<PowerTerms>{
               systems, sums.parts, {systems.batch.velocities, systems.batch.forces}},
           detail::threads_of_sums(systems));
    launch(queue, detail::FireDecideKernel{systems, sums.parts, numbers, settings, state},
           detail::threads_of_groups(systems));
    launch(queue, detail::FireMoveKernel{systems, numbers, settings.max_step},
           detail::threads_of_atoms(systems));
}

}  // namespace athanor
