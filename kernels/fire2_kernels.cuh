// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What FIRE2 with and without a moving cell do alike on a device, for their .cu files.
#pragma once

#include "kernels/device/sum_parts.cuh"
#include "kernels/fire2_functor.hpp"

namespace athanor {
namespace detail {

/// A decision as numbers 0 to 3 of its system.
ATHANOR_HD inline void keep_decision(SystemNumbers const& numbers, int s,
                                     Fire2Decision const& decision) {
    numbers(0, s) = decision.downhill ? 1.0 : 0.0;
    numbers(1, s) = decision.keep;
    numbers(2, s) = decision.along_force;
    numbers(3, s) = decision.reach;
}
[[nodiscard]] ATHANOR_HD inline Fire2Decision fire2_decision(SystemNumbers const& numbers, int s) {
    return {numbers(0, s) != 0.0, numbers(1, s), numbers(2, s), numbers(3, s)};
}

struct Fire2MixKernel {
    static constexpr char const* name = "fire2_mix";
    static constexpr int threads = 128;
    DeviceSystems systems;
    SystemNumbers numbers;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = systems.system_at(row);
        if (s < 0) return;
        Fire2Mix const mix{systems.batch.velocities, systems.batch.forces,
                           fire2_decision(numbers, s)};
        for (int c = 0; c < 3; ++c) mix(3 * static_cast<std::ptrdiff_t>(row) + c);
    }
};

struct Fire2KickKernel {
    static constexpr char const* name = "fire2_kick";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double const* dt;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = systems.system_at(row);
        if (s < 0) return;
        Fire2Kick const kick{systems.batch.velocities, systems.batch.forces, dt[s]};
        for (int c = 0; c < 3; ++c) kick(3 * static_cast<std::ptrdiff_t>(row) + c);
    }
};

}  // namespace detail
}  // namespace athanor
