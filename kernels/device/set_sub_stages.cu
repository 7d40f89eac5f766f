// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/kernel_definition.cuh"
#include "kernels/device/set_sub_stages.hpp"

namespace athanor {
namespace detail {

struct SetSubStagesKernel {
    static constexpr char const* name = "set_sub_stages";
    static constexpr int threads = 64;
    TurnColumns columns;
    std::int32_t const* pairs;
    std::size_t count;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        auto const k = static_cast<std::size_t>(Thread::index());
        if (k >= count) return;
        std::int32_t const system = pairs[2 * k], code = pairs[2 * k + 1];
        columns.sub_stage[system] = code;
        if (code >= 0 && columns.arrived != nullptr) columns.arrived[system] = 1;
    }
};

}  // namespace detail

void set_sub_stages(DeviceQueue& queue, TurnColumns const& columns, std::int32_t const* pairs,
                    std::size_t count) {
    launch(queue, detail::SetSubStagesKernel{columns, pairs, count}, count);
}

}  // namespace athanor
