// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/keep_state.hpp"
#include "kernels/device/kernel_definition.cuh"

namespace athanor {
namespace detail {

ATHANOR_HD inline void copy_row(double const* from, double* to, int row, int width) {
    for (int k = width * row; k < width * (row + 1); ++k) to[k] = from[k];
}

struct KeepAtomsKernel {
    static constexpr char const* name = "keep_atoms";
    static constexpr int threads = 128;
    DeviceSystems systems;
    KeptState kept;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        if (systems.system_at(row) < 0) return;
        copy_row(systems.batch.positions, kept.positions, row, 3);
        copy_row(systems.batch.velocities, kept.velocities, row, 3);
        copy_row(systems.batch.forces, kept.forces, row, 3);
    }
};

struct KeepSystemsKernel {
    static constexpr char const* name = "keep_systems";
    static constexpr int threads = 64;
    DeviceSystems systems;
    KeptState kept;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const system = Thread::index();
        if (system >= systems.system_rows || !systems.takes_part(system)) return;
        copy_row(systems.batch.cell, kept.cell, system, 9);
        copy_row(systems.batch.stress, kept.stress, system, 9);
        copy_row(systems.batch.energy, kept.energy, system, 1);
    }
};

}  // namespace detail

void keep_state(DeviceQueue& queue, DeviceSystems const& systems, KeptState const& kept) {
    launch(queue, detail::KeepAtomsKernel{systems, kept},
           static_cast<std::size_t>(systems.atom_rows));
    launch(queue, detail::KeepSystemsKernel{systems, kept},
           static_cast<std::size_t>(systems.system_rows));
}

}  // namespace athanor
