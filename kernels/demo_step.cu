// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/demo_functor.hpp"
#include "kernels/demo_step.hpp"
#include "kernels/device/kernel_definition.cuh"

namespace athanor {
namespace detail {

template <class Update>
struct DemoKernel {
    static constexpr char const* name = "demo";
    static constexpr int threads = 128;
    DeviceSystems systems;
    Update update;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        if (systems.system_at(row) >= 0) update(row);
    }
};

}  // namespace detail

void demo_move(DeviceQueue& queue, DeviceSystems const& systems, double dt, double* acceleration) {
    launch(queue, detail::DemoKernel<DemoMove>{systems, {systems.batch, acceleration, dt}},
           static_cast<std::size_t>(systems.atom_rows));
}

void demo_kick(DeviceQueue& queue, DeviceSystems const& systems, double dt,
               double const* acceleration) {
    launch(queue, detail::DemoKernel<DemoKick>{systems, {systems.batch, acceleration, dt}},
           static_cast<std::size_t>(systems.atom_rows));
}

}  // namespace athanor
