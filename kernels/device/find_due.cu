// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include "kernels/device/find_due.hpp"
#include "kernels/device/kernel_definition.cuh"

namespace athanor {
namespace detail {

struct FindDueKernel {
    static constexpr char const* name = "find_due";
    static constexpr int threads = 64;
    DeviceSystems systems;
    std::int64_t frequency;
    std::int64_t counted;
    std::int32_t* due;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const system = Thread::index();
        if (system >= systems.system_rows) return;
        bool const is_due = systems.takes_part(system) &&
                            (systems.batch.stage_step[system] - counted) % frequency == 0;
        due[system] = is_due ? systems.sub_stage[system] : -1;
    }
};

}  // namespace detail

void find_due(DeviceQueue& queue, DeviceSystems const& systems, int frequency, bool counted,
              std::int32_t* due) {
    launch(queue, detail::FindDueKernel{systems, frequency, counted ? 1 : 0, due},
           static_cast<std::size_t>(systems.system_rows));
}

}  // namespace athanor
