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

/// A group for each system: how many there are, and which is the first of all.
struct LogShortenedKernel {
    static constexpr char const* name = "log_shortened";
    static constexpr int threads = 128;
    DeviceSystems systems;
    double const* parts;
    double max_force;
    DeviceClampLog log;

    /// Its length where the force on an atom is too long, else 0.
    [[nodiscard]] ATHANOR_HD double too_long(std::ptrdiff_t row) const {
        double const* const f = systems.batch.forces + 3 * row;
        double force[3] = {f[0], f[1], f[2]};
        return shorten(force, max_force);
    }
    template <class Thread>
    ATHANOR_HD void operator()(Thread thread) const {
        int const s = system_of_group(thread, systems);
        if (s < 0) return;
        double const count = total_of(thread, systems, parts, s, 0, 1);
        if (count == 0.0) return;
        bool const is_first = log.told[s] == 0;
        int const atoms = systems.batch.atom_count[s];
        for (int begin = 0; is_first && begin < atoms; begin += lane_count) {
            int const atom = begin + Thread::lane();
            double const length =
                atom < atoms ? too_long(systems.batch.atom_begin[s] + std::ptrdiff_t{atom}) : 0.0;
            unsigned const found = Thread::ballot(length != 0.0);
            if (found == 0) continue;
            if ((found & ((2U << Thread::lane()) - 1U)) == 1U << Thread::lane()) {  // the lowest
                log.untold[s] = 1;
                log.atom[s] = atom;
                log.length[s] = length;
                log.step[s] = systems.batch.stage_step[s];
            }
            break;
        }
        if (Thread::lane() != 0) return;
        log.told[s] = 1;
        log.uncounted[s] += static_cast<std::int64_t>(count);
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
                  double max_force, DeviceClampLog const& log) {
    using namespace detail;
    if (log.told != nullptr) {
        launch(queue,
               SumPartsKernel<TooLongTerms>{systems, sums.parts, {systems.batch.forces, max_force}},
               threads_of_sums(systems));
        launch(queue, LogShortenedKernel{systems, sums.parts, max_force, log},
               threads_of_groups(systems));
    }
    launch(queue, ClampForcesKernel{systems, max_force}, threads_of_atoms(systems));
}

}  // namespace athanor
