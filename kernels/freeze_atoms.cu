// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/kernel_definition.cuh"
#include "kernels/freeze_atoms.hpp"

namespace athanor {
namespace detail {

template <bool forces>
struct FreezeAtomsKernel {
    static constexpr char const* name = "freeze_atoms";
    static constexpr int threads = 128;
    DeviceSystems systems;
    DeviceFrozenAtoms frozen;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = systems.system_at(row);
        if (s < 0 || !frozen.has(row - systems.batch.atom_begin[s], row)) return;
        if constexpr (forces)
            drop_force(systems.batch, row);
        else
            hold_atom(systems.batch, frozen.positions, row);
    }
};

}  // namespace detail

void hold_atoms(DeviceQueue& queue, DeviceSystems const& systems, DeviceFrozenAtoms const& frozen) {
    launch(queue, detail::FreezeAtomsKernel<false>{systems, frozen},
           static_cast<std::size_t>(systems.atom_rows));
}

void drop_forces(DeviceQueue& queue, DeviceSystems const& systems,
                 DeviceFrozenAtoms const& frozen) {
    launch(queue, detail::FreezeAtomsKernel<true>{systems, frozen},
           static_cast<std::size_t>(systems.atom_rows));
}

}  // namespace athanor
