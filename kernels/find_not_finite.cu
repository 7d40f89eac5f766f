// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>

#include "kernels/device/kernel_definition.cuh"
#include "kernels/find_not_finite.hpp"

namespace athanor {
namespace detail {

template <class T>
struct MarkNotFiniteKernel {
    static constexpr char const* name = "mark_not_finite";
    static constexpr int threads = 128;
    DeviceSystems systems;
    DeviceRows<T> rows;
    std::uint8_t* marks;

    /// The system of a row, -1 when there is none or it is not its turn.
    [[nodiscard]] ATHANOR_HD int system_of(int row) const {
        if (rows.per_atom) return systems.system_at(row);
        return row < systems.system_rows && systems.takes_part(row) ? row : -1;
    }
    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const row = Thread::index();
        int const system = system_of(row);
        if (system < 0) return;
        T const* const values = rows.values + static_cast<std::ptrdiff_t>(row) * rows.elements;
        bool finite = true;
        for (int k = 0; k < rows.elements; ++k) finite = finite && std::isfinite(values[k]);
        if (!finite) marks[system] = 1;
    }
};

template <class T>
void launch_marks(DeviceQueue& queue, DeviceSystems const& systems, DeviceRows<T> const& rows,
                  std::uint8_t* marks) {
    launch(queue, MarkNotFiniteKernel<T>{systems, rows, marks},
           static_cast<std::size_t>(rows.per_atom ? systems.atom_rows : systems.system_rows));
}

}  // namespace detail

void mark_not_finite(DeviceQueue& queue, DeviceSystems const& systems,
                     DeviceRows<double> const& rows, std::uint8_t* marks) {
    detail::launch_marks(queue, systems, rows, marks);
}

void mark_not_finite(DeviceQueue& queue, DeviceSystems const& systems,
                     DeviceRows<float> const& rows, std::uint8_t* marks) {
    detail::launch_marks(queue, systems, rows, marks);
}

}  // namespace athanor
