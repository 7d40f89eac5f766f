// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/fire2_functor.hpp"
#include "kernels/fire2_kernels.cuh"
#include "kernels/fire2_step.hpp"

namespace athanor {
namespace detail {

/// One thread of a system's group decides, and leaves numbers 0 to 3 for its atoms.
struct Fire2DecideKernel {
    static constexpr char const* name = "fire2_decide";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double const* parts;
    SystemNumbers numbers;
    Fire2Settings settings;
    FireState state;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const s = system_of_group(thread, systems);
        if (s < 0) return;
        double const power = total_of(thread, systems, parts, s, 0, 3);
        double const velocity_square = total_of(thread, systems, parts, s, 1, 3);
        double const force_square = total_of(thread, systems, parts, s, 2, 3);
        if (Thread::lane() != 0) return;
        Fire2Decision const decision =
            Fire2Decision::make(settings, power, velocity_square, force_square, state.dt[s],
                                state.mixing[s], state.downhill[s]);
        keep_decision(numbers, s, decision);
    }
};

/// Slows a system down as a whole; number 4 is the share of its move.
struct Fire2ShareKernel {
    static constexpr char const* name = "fire2_share";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double const* parts;
    SystemNumbers numbers;
    double max_step;
    double* dt;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const s = system_of_group(thread, systems);
        if (s < 0) return;
        double const fastest = std::sqrt(largest_of(thread, systems, parts, s));
        if (Thread::lane() != 0) return;
        double const share = fire2_decision(numbers, s).share_within(max_step, fastest);
        numbers(4, s) = share;
        dt[s] *= share;
    }
};

struct Fire2MoveKernel {
    static constexpr char const* name = "fire2_move";
    static constexpr int threads = 128;
    DeviceSystems systems;
    SystemNumbers numbers;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = systems.system_at(row);
        if (s < 0) return;
        Fire2Move const move{systems.batch.positions, systems.batch.velocities,
                             fire2_decision(numbers, s), numbers(4, s)};
        for (int c = 0; c < 3; ++c) move(3 * static_cast<std::ptrdiff_t>(row) + c);
    }
};

}  // namespace detail

void fire2_step(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
                Fire2Settings const& settings, FireState const& state) {
    using namespace detail;
    SystemNumbers const numbers(systems, sums);
    double* const v = systems.batch.velocities;
    launch(queue, Fire2KickKernel{systems, state.dt}, threads_of_atoms(systems));
    launch(queue, SumPartsKernel<PowerTerms>{systems, sums.parts, {v, systems.batch.forces}},
           threads_of_sums(systems));
    launch(queue, Fire2DecideKernel{systems, sums.parts, numbers, settings, state},
           threads_of_groups(systems));
    launch(queue, Fire2MixKernel{systems, numbers}, threads_of_atoms(systems));
    launch(queue, LargestPartsKernel<VectorNorms>{systems, sums.parts, {v}},
           threads_of_sums(systems));
    launch(queue, Fire2ShareKernel{systems, sums.parts, numbers, settings.max_step, state.dt},
           threads_of_groups(systems));
    launch(queue, Fire2MoveKernel{systems, numbers}, threads_of_atoms(systems));
}

}  // namespace athanor
