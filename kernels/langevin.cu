// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/kernel_definition.cuh"
#include "kernels/langevin.hpp"
#include "kernels/langevin_functor.hpp"

namespace athanor {
namespace detail {

struct LangevinKernel {
    static constexpr char const* name = "langevin_kick_and_drift";
    static constexpr int threads = 128;
    DeviceSystems systems;
    LangevinStep step;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = systems.system_at(row);
        if (s < 0) return;
        LangevinMove(systems.batch, s, step)(row - systems.batch.atom_begin[s]);
    }
};

}  // namespace detail

void langevin_kick_and_drift(DeviceQueue& queue, DeviceSystems const& systems,
                             LangevinStep const& step) {
    launch(queue, detail::LangevinKernel{systems, step},
           static_cast<std::size_t>(systems.atom_rows));
}

}  // namespace athanor
