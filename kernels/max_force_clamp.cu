// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/sum_parts.cuh"
#include "kernels/max_force_clamp.hpp"

namespace athanor {
namespace detail {

/// 1 for each force that is too long.
struct TooLongTerms {
    static constexpr int sums = 1, per_atom = 1;
    double const* forces;
    double max_force;

    [[nodiscard]] ATHANOR_HD double operator()(std::size_t, std::size_t atom) const {
        double force[3] = {forces[3 * atom], forces[3 * atom + 1], forces[3 * atom + 2]};
        return shorten(force, max_force) != 0.0 ? 1.0 : 0.0;
    }
};

struct CountShortenedKernel {
    static constexpr char const* name = "count_shortened";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double const* parts;
    std::int64_t* shortened;

    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const s = system_of_group(thread, systems);
        if (s < 0) return;
        double const count = total_of(thread, systems, parts, s, 0, 1);
        if (Thread::lane() == 0) shortened[s] += static_cast<std::int64_t>(count);
    }
};

struct ClampForcesKernel {
    static constexpr char const* name = "clamp_forces";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double max_force;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        if (systems.system_at(row) < 0) return;
        static_cast<void>(
            shorten(systems.batch.forces + 3 * static_cast<std::ptrdiff_t>(row), max_force));
    }
};

}  // namespace detail

void clamp_forces(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
                  double max_force, std::int64_t* shortened) {
    using namespace detail;
    if (shortened != nullptr) {
        launch(queue,
               SumPartsKernel<TooLongTerms>{systems, sums.parts, {systems.batch.forces, max_force}},
               threads_of_sums(systems));
        launch(queue, CountShortenedKernel{systems, sums.parts, shortened},
               threads_of_groups(systems));
    }
    launch(queue, ClampForcesKernel{systems, max_force}, threads_of_atoms(systems));
}

}  // namespace athanor
