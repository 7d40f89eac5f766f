// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cell_frame_functor.hpp"
#include "kernels/device/sum_parts.cuh"
#include "kernels/wrap_periodic.hpp"

namespace athanor {
namespace detail {

/// A thread for each system. Numbers 0 to 8 are the inverse of its cell, number 9 says whether it
/// can be used.
struct WrapFrameKernel {
    static constexpr char const* name = "wrap_frame";
    static constexpr int threads = 64;
    DeviceSystems systems;
    SystemNumbers numbers;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const s = Thread::index();
        if (s >= systems.system_rows || !systems.takes_part(s)) return;
        std::uint8_t const* const pbc = systems.batch.pbc + 3 * s;
        bool const any = pbc[0] != 0 || pbc[1] != 0 || pbc[2] != 0;
        numbers(9, s) = 0.0;
        if (!any) return;
        CellFrame const frame = cell_frame_of(systems.batch.cell + 9 * s, pbc);
        if (!frame.usable) return;
        numbers(9, s) = 1.0;
        for (int k = 0; k < 9; ++k) numbers(k, s) = frame.inverse[static_cast<std::size_t>(k)];
    }
};

struct WrapAtomsKernel {
    static constexpr char const* name = "wrap_atoms";
    static constexpr int threads = 128;
    DeviceSystems systems;
    SystemNumbers numbers;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const s = systems.system_at(row);
        if (s < 0 || numbers(9, s) == 0.0) return;
        CellFrame frame;  // vectors of open directions are not asked for
        for (std::size_t k = 0; k < 9; ++k) {
            frame.inverse[k] = numbers(static_cast<int>(k), s);
            frame.vectors[k] = systems.batch.cell[9 * static_cast<std::size_t>(s) + k];
        }
        for (std::size_t k = 0; k < 3; ++k)
            frame.periodic[k] = systems.batch.pbc[3 * static_cast<std::size_t>(s) + k] != 0;
        wrap(systems.batch.positions + 3 * static_cast<std::ptrdiff_t>(row), frame);
    }
};

}  // namespace detail

void wrap_atoms(DeviceQueue& queue, DeviceSystems const& systems, DeviceSums const& sums) {
    detail::SystemNumbers const numbers(systems, sums);
    launch(queue, detail::WrapFrameKernel{systems, numbers}, detail::threads_of_systems(systems));
    launch(queue, detail::WrapAtomsKernel{systems, numbers}, detail::threads_of_atoms(systems));
}

}  // namespace athanor
