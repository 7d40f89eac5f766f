// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/kernel_definition.cuh"
#include "kernels/device/set_sub_stages.hpp"

namespace athanor {
namespace detail {

struct SetSubStagesKernel {
    static constexpr char const* name = "set_sub_stages";
    static constexpr int threads = 64;
    std::int32_t* sub_stage;
    std::int32_t const* pairs;
    std::size_t count;

    template <class Thread>
    ATHANOR_HD void operator()(Thread) const {
        auto const k = static_cast<std::size_t>(Thread::index());
        if (k < count) sub_stage[pairs[2 * k]] = pairs[2 * k + 1];
    }
};

}  // namespace detail

void set_sub_stages(DeviceQueue& queue, std::int32_t* sub_stage, std::int32_t const* pairs,
                    std::size_t count) {
    launch(queue, detail::SetSubStagesKernel{sub_stage, pairs, count}, count);
}

}  // namespace athanor
