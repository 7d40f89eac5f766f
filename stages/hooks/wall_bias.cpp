// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/wall_bias.hpp"

#include "kernels/bias_step.hpp"
#include "stages/hooks/device_bias.hpp"
#include "stages/options_check.hpp"

namespace athanor {

WallBias::WallBias(WallBiasOptions const& options)
    : functor_{.spring_constant = options.spring_constant,
               .position = options.position,
               .outward = options.side == WallBiasOptions::Side::below ? 1.0 : -1.0,
               .axis = static_cast<int>(options.axis)} {
    require_positive("spring_constant", options.spring_constant);
    require_option(true, "position", options.position, "a finite number");
}

double WallBias::add(BatchView const& batch, SystemIndex system, std::span<double const> memory,
                     std::span<double> forces) const {
    return add_bias(functor_, batch, system.value(), memory.data(), forces.data());
}

std::unique_ptr<DeviceHook> WallBias::on_device(DeviceQueue&, double const* memory) const {
    return make_device_bias(functor_, memory);
}

}  // namespace athanor
