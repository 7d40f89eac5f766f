// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/kernel_definition.cuh"
#include "kernels/velocity_verlet.hpp"
#include "kernels/velocity_verlet_functor.hpp"

namespace athanor {
namespace detail {

struct KickAndDriftKernel {
    static constexpr char const* name = "kick_and_drift";
    static constexpr int threads = 128;
    DeviceSystems systems;
    HalfKick kick;
    Drift drift;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        if (systems.system_at(row) < 0) return;
        kick(row);
        drift(row);
    }
};

struct HalfKickKernel {
    static constexpr char const* name = "half_kick";
    static constexpr int threads = 128;
    DeviceSystems systems;
    HalfKick kick;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        if (systems.system_at(row) >= 0) kick(row);
    }
};

}  // namespace detail

void kick_and_drift(DeviceQueue& queue, DeviceSystems const& systems, double dt) {
    launch(queue,
           detail::KickAndDriftKernel{systems, {systems.batch, 0.5 * dt}, {systems.batch, dt}},
           static_cast<std::size_t>(systems.atom_rows));
}

void half_kick(DeviceQueue& queue, DeviceSystems const& systems, double dt) {
    launch(queue, detail::HalfKickKernel{systems, {systems.batch, 0.5 * dt}},
           static_cast<std::size_t>(systems.atom_rows));
}

}  // namespace athanor
