// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/kernel_definition.cuh"
#include "kernels/device/split_turns.hpp"

namespace athanor {
namespace detail {

struct SplitTurnsKernel {
    static constexpr char const* name = "split_turns";
    static constexpr int threads = 64;
    DeviceSystems systems;
    std::uint8_t const* marks;
    std::int32_t *marked, *others;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        int const system = Thread::index();
        if (system >= systems.system_rows) return;
        std::int32_t const code =
            systems.takes_part(system) ? systems.sub_stage[system] : std::int32_t{-1};
        bool const is_marked = marks[system] != 0;
        marked[system] = is_marked ? code : -1;
        others[system] = is_marked ? -1 : code;
    }
};

}  // namespace detail

void split_turns(DeviceQueue& queue, DeviceSystems const& systems, std::uint8_t const* marks,
                 std::int32_t* marked, std::int32_t* others) {
    launch(queue, detail::SplitTurnsKernel{systems, marks, marked, others},
           static_cast<std::size_t>(systems.system_rows));
}

}  // namespace athanor
