// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/kernel_definition.cuh"
#include "kernels/energy_drift.hpp"
#include "kernels/sample_reduce.hpp"

namespace athanor {
namespace detail {

struct FindDriftKernel {
    static constexpr char const* name = "find_drift";
    static constexpr int threads = 64;
    DeviceSystems systems;
    double const* kinetic;
    EnergyDrift limit;
    DeviceDriftState state;
    std::uint8_t* mark;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const s = Thread::index();
        if (s >= systems.system_rows || !systems.takes_part(s) || state.warned[s] != 0) return;
        BatchView const& batch = systems.batch;
        double const energy =
            limit.include_kinetic ? batch.energy[s] + kinetic[s] : batch.energy[s];
        double const drift =
            limit.of(energy, state.reference[s], batch.atom_count[s], batch.stage_step[s]);
        if (!limit.is_too_far(drift)) return;
        if (mark != nullptr) {
            mark[s] = 1;
            return;
        }
        state.warned[s] = 1;
        state.untold[s] = 1;
        state.drift[s] = drift;
        state.step[s] = batch.stage_step[s];
    }
};

}  // namespace detail

void find_drift(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums,
                EnergyDrift const& limit, DeviceDriftState const& state, std::uint8_t* mark) {
    if (limit.include_kinetic) kinetic_energy(queue, systems, sums);
    launch(queue, detail::FindDriftKernel{systems, sums.totals, limit, state, mark},
           static_cast<std::size_t>(systems.system_rows));
}

}  // namespace athanor
